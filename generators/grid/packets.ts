import { PLAIN_RUN, type Run } from '../../src/case/case.ts';
import { FORMS, type FormOf } from '../../src/isa/forms.ts';
import { GENERATED_TYPES, packetFields } from '../ctx-access.ts';
import { IMMEDIATES, pattern } from './operands.ts';
import { ANY_ALIGNMENT, CTX, caseOf, digest, form, G, type Sheet } from './sheet.ts';

/** Every load and store of packets, at each of their bytes; and the legacy loads, in and out of bounds. */
export const packetSheets = (): readonly Sheet[] => [
  ...GENERATED_TYPES.flatMap((type) => (packetFields(type) ? directSheets(type) : [])),
  ...LEGACY_TYPES.flatMap((type) =>
    FORMS.filter((form): form is FormOf<'packet'> => form.kind === 'packet').flatMap((form) =>
      LEGACY_OFFSETS.map((off) => legacySheet(type, form, off)),
    ),
  ),
];

type Type = (typeof GENERATED_TYPES)[number];

const HEADER_BYTES = 14;
/** Bytes that the prog asks for, of which the last ones are the packet's last. */
const REACH_BYTES = 40;

/** As long as what is asked for, longer, and one byte shorter, with and without the header in front. */
const RUNS: readonly Run[] = [0, 1].flatMap((salt) =>
  [REACH_BYTES, REACH_BYTES + HEADER_BYTES, REACH_BYTES + HEADER_BYTES - 1, 64].map((bytes) =>
    packetRun(pattern(bytes, salt)),
  ),
);

export function packetRun(data: Uint8Array): Run {
  // Ethertype 0x88b5, for local experiments: nobody looks into it.
  data.set([0x88, 0xb5], 12);
  return { ...PLAIN_RUN, data, dataOutBytes: data.length + 256 };
}

const DATA = 7;
const END = 8;

function directSheets(type: Type): readonly Sheet[] {
  const { data, data_end, access } = packetFields(type)!;
  return FORMS.filter(
    (form): form is FormOf<'load'> | FormOf<'store'> =>
      form.kind === 'load' || (form.kind === 'store' && access === 'write'),
  ).map((form) => ({
    name: `${form.name} packet ${type}`,
    needs: { progType: type, forms: [form.name] },
    make: () =>
      caseOf({
        progType: type,
        progFlags: ANY_ALIGNMENT,
        runs: RUNS,
        body: (asm) => {
          const tooShort = asm.label();
          asm.emit(G.loadWord, { dst: DATA, src: CTX, off: data });
          asm.emit(G.loadWord, { dst: END, src: CTX, off: data_end });
          asm.emit(G.movX, { dst: 1, src: DATA });
          asm.emit(G.add, { dst: 1, imm: REACH_BYTES });
          asm.jump(G.jgtX, tooShort, { dst: 1, src: END });
          for (let off = 0; off + form.size <= REACH_BYTES; off++) {
            if (form.kind === 'load') {
              asm.emit(form, { dst: 2, src: DATA, off });
              digest(asm, 2);
            } else {
              const imm = IMMEDIATES[off % IMMEDIATES.length];
              asm.emit(G.mov, { dst: 2, imm });
              asm.emit(form, { dst: DATA, src: 2, off, imm });
            }
          }
          asm.place(tooShort);
        },
      }),
  }));
}

/** Who may use them (`may_access_skb`, kernel/bpf/verifier.c 6.1). */
const LEGACY_TYPES = ['socket_filter', 'sched_cls', 'sched_act'] as const satisfies readonly Type[];
const PACKET_BYTES = 32;
/** In and around the packet, at the ends of 32 bits, and the special ones of include/uapi/linux/filter.h. */
const LEGACY_OFFSETS = [
  ...[0, 1, 2, 13, 14, 15, 16, 17, 18, 28, 29, 30, 31, 32, 0x7fffffff, -0x80000000, -1],
  ...[-0x200000, -0x200000 + 12, -0x100000, -0x100000 + 1],
];

/** The index of an indirect load comes from the packet: its first four bytes behind the header. */
const INDEXES = [...LEGACY_OFFSETS, 4, 0x10000, 0xfffffffc | 0];

function legacySheet(type: Type, packet: FormOf<'packet'>, off: number): Sheet {
  const isIndirect = packet.mode === 'ind';
  const indexAt = type === 'socket_filter' ? 0 : HEADER_BYTES;
  return {
    name: `${packet.name} ${off} ${type}`,
    needs: { progType: type, forms: [packet.name] },
    make: () =>
      caseOf({
        progType: type,
        runs: (isIndirect ? INDEXES : [0]).map((index) => {
          const data = pattern(PACKET_BYTES + HEADER_BYTES);
          new DataView(data.buffer).setUint32(HEADER_BYTES, index >>> 0);
          return packetRun(data);
        }),
        body: (asm) => {
          if (isIndirect) {
            asm.emit(LOAD_INDEX, { imm: indexAt });
            asm.emit(G.movX, { dst: 7, src: 0 });
          }
          asm.emit(packet, { src: 7, imm: off });
          digest(asm, 0);
        },
      }),
  };
}

const LOAD_INDEX = form('ldabs.w', 'packet');
