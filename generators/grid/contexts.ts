import { type CtxInput, PLAIN_RUN, type Run } from '../../src/case/case.ts';
import {
  allFields,
  type CtxLayout,
  ctxFieldAt,
  ctxLayoutOf,
  SK_BUFF,
  SK_LOOKUP,
  XDP_MD,
} from '../../src/case/ctx.ts';
import { type FormOf, formNamed } from '../../src/isa/forms.ts';
import { type SizeBytes, SizeName } from '../../src/isa/opcode.ts';
import { attachTypes } from '../attach-types.ts';
import { GENERATED_TYPES, readablePlaces, writablePlaces } from '../ctx-access.ts';
import { hooksOf, mayRead } from '../hooks.ts';
import type { Assembler } from '../lower/assembler.ts';
import { FEW_WORDS, pairsOf, partsOf, pattern } from './operands.ts';
import { packetRun } from './packets.ts';
import { CTX, caseOf, constant, digest, type Sheet } from './sheet.ts';

type Type = (typeof GENERATED_TYPES)[number];
type Load = FormOf<'load'>;
type Store = FormOf<'store'>;

/** Every place of every ctx, read and written in each width, with each field of what comes in at its limits. */
export const contextSheets = (): readonly Sheet[] =>
  GENERATED_TYPES.flatMap((type) =>
    attachTypes(type).flatMap((attachType) => {
      const hooks = hooksOf(type, attachType);
      const names = hooks.length === 0 ? [undefined] : hooks.map(({ name }) => name);
      return names.flatMap((attachBtf) =>
        [inputSheets, readSheets, writeSheets].flatMap((sheets) =>
          sheets({ type, attachType, attachBtf }),
        ),
      );
    }),
  );

interface Loaded {
  readonly type: Type;
  readonly attachType: number;
  readonly attachBtf: string | undefined;
}

const RUNS_MAX = 60;

/** What the command takes for a ctx, whatever the prog reads of it. */
const inputSheets = (loaded: Loaded): readonly Sheet[] =>
  partsOf(runsOf(loaded.type), RUNS_MAX).map((runs, part) =>
    sheetOf(loaded, `input ${part}`, runs, () => {}),
  );

/** A sheet for each field: what one kernel lacks hides none of the others. */
function readSheets(loaded: Loaded): readonly Sheet[] {
  const { type } = loaded;
  const places = placesOf(loaded);
  const groups = new Map(places.map(({ group, field }) => [group, field]));
  return [...groups].map(([name, field]) =>
    sheetOf(loaded, `reads ${name}`, runsOf(type, field), (asm) => {
      for (const { size, offset, comparable } of places.filter(({ group }) => group === name)) {
        asm.emit(formNamed(`ldx${SizeName[size]}`) as Load, { dst: 1, src: CTX, off: offset });
        if (comparable) digest(asm, 1);
      }
    }),
  );
}

interface Place {
  readonly size: SizeBytes;
  readonly offset: number;
  readonly comparable: boolean;
  /** The field that it lies in; absent where the ctx of a run has none. */
  readonly field: string | undefined;
  /** Places that are read by one prog. */
  readonly group: string;
}

const SIZES: readonly SizeBytes[] = [1, 2, 4, 8];

function placesOf({ type, attachType, attachBtf }: Loaded): readonly Place[] {
  const hook = hooksOf(type, attachType).find(({ name }) => name === attachBtf);
  if (hook !== undefined) {
    return pairsOf([...hook.words.entries()], SIZES).flatMap(([[word, bytes], size]) =>
      !mayRead(hook, word, size)
        ? []
        : {
            size,
            offset: 8 * word,
            comparable: size <= bytes,
            field: `w${word}`,
            group: `w${word} by ${size}`,
          },
    );
  }
  const layout = ctxLayoutOf(type);
  return SIZES.flatMap((size) =>
    readablePlaces(type, size).map((place) => {
      const field = layout && ctxFieldAt(layout, place.offset)?.name;
      return { ...place, size, field, group: field ?? `${place.offset}` };
    }),
  );
}

const sheetOf = (
  { type, attachType, attachBtf }: Loaded,
  what: string,
  runs: readonly Run[],
  body: (asm: Assembler) => void,
): Sheet => ({
  name: ['ctx', type, attachType, ...(attachBtf === undefined ? [] : [attachBtf]), what].join(' '),
  needs: { progType: type, runs: 'any' },
  make: () =>
    caseOf({
      progType: type,
      attachType,
      ...(attachBtf !== undefined && { attachBtf }),
      runs,
      body: (asm) => void body(asm),
    }),
});

const WRITES_MAX = 120;

/** What is written is read again, and comes out with the ctx where it does. */
function writeSheets(loaded: Loaded): readonly Sheet[] {
  const { type } = loaded;
  const writes = SIZES.flatMap((size) =>
    writablePlaces(type, size).flatMap(({ offset }) =>
      FEW_WORDS.map((value) => ({ offset, value, size })),
    ),
  );
  return partsOf(writes, WRITES_MAX).map((some, part) =>
    sheetOf(loaded, `writes ${part}`, runsOf(type).slice(0, 2), (asm) => {
      for (const { offset, value, size } of some) {
        constant(asm, 1, value);
        asm.emit(formNamed(`stx${SizeName[size]}`) as Store, { dst: CTX, src: 1, off: offset });
        if (!readablePlaces(type, size).some((place) => place.offset === offset)) continue;
        asm.emit(formNamed(`ldx${SizeName[size]}`) as Load, { dst: 2, src: CTX, off: offset });
        digest(asm, 2);
      }
    }),
  );
}

/**
 * Runs with a plain ctx, with each field alone at its limits, or that one alone, with sizes around the
 * struct's, and with no ctx.
 */
function runsOf(type: Type, field?: string): readonly Run[] {
  const of = ctxLayoutOf(type);
  const bare = bareRun(type);
  if (of === undefined) return [bare];
  const plain = plainFields(type, of);
  const sizes = [1, 4, of.sizeBytes - 8, of.sizeBytes - 1, of.sizeBytes + 1, of.sizeBytes + 8];
  const ctxs = [
    ...inputs(of, plain, field),
    ...(field === undefined ? sizes : []).map((sizeBytes) => ({ sizeBytes, fields: plain })),
  ];
  const ctxOutBytes = hasOutput(type) ? of.sizeBytes + 16 : null;
  return [...ctxs.map((ctx) => ({ ...bare, ctx, ctxOutBytes })), bare];
}

function inputs(
  of: CtxLayout,
  plain: CtxInput['fields'],
  only: string | undefined,
): readonly CtxInput[] {
  const some = allFields(of).filter(({ name }) => only === undefined || name === only);
  const each = some.flatMap(({ name, sizeBytes }) => {
    const bits = BigInt(8 * sizeBytes);
    return [1n, 2n ** (bits - 1n), 2n ** bits - 1n].map((value) => ({ ...plain, [name]: value }));
  });
  const full = [plain, ...each];
  // What lies behind the struct is there in a longer ctx alone.
  return full.map((fields) => ({
    sizeBytes: of.sizeBytes + ('tail' in fields ? 8 : 0),
    fields,
  }));
}

/** Fields without which the command refuses all others, and words where any will do. */
function plainFields(type: Type, of: CtxLayout): CtxInput['fields'] {
  if (of === SK_LOOKUP) return { family: 2n, local_port: 80n };
  if (of === XDP_MD) return { data_end: BigInt(DATA_BYTES) };
  if (type === 'netfilter') return { pf: 2n, hook: 3n };
  if (type === 'struct_ops') return { w0: 5n, w1: 2n ** 63n, w2: 0x8000_0000n };
  if (type !== 'raw_tracepoint' && type !== 'syscall') return {};
  return Object.fromEntries(
    of.fields.map(({ name }, i) => [name, FEW_WORDS[i % FEW_WORDS.length]]),
  );
}

const DATA_BYTES = 64;

function bareRun(type: Type): Run {
  switch (type) {
    case 'raw_tracepoint':
    case 'syscall':
      return { ...PLAIN_RUN, repeat: 0 };
    case 'tracing':
    case 'struct_ops':
    case 'sk_lookup':
      return PLAIN_RUN;
    default:
      return packetRun(pattern(DATA_BYTES));
  }
}

const hasOutput = (type: Type): boolean =>
  ctxLayoutOf(type) === SK_BUFF || ctxLayoutOf(type) === XDP_MD || type === 'sk_lookup';
