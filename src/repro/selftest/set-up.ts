import type { Case, MapSpec } from '../../case/case.ts';
import type { Endianness } from '../../targets/target.ts';
import { insnInitialisers, namesMapsByIndex } from '../c/insns.ts';
import { BPF_F_RDONLY_PROG, keyText, mapBtf, progBtf, ringCall, valueText } from '../c/maps.ts';
import { mapTypeName, progTypeName } from '../c/names.ts';
import { stringLiteral } from '../c/text.ts';
import { functionsToTell } from '../functions.ts';
import { optionLines } from './expect.ts';

/** `set_up`, which makes the maps of a case, fills them and loads the progs, and the functions that it calls. */
export function setUpFunctions(testCase: Case, endianness: Endianness): string {
  const { maps, progs } = testCase;
  const fills = maps.some(({ entries }) => entries.length > 0);
  const isProgArray = ({ type }: MapSpec): boolean => type === 'prog_array';
  const paragraphs: readonly (readonly string[])[] = [
    fills ? ['int err;'] : [],
    ...maps.map((map, i) => [
      ...creation(map, i),
      ...orReturn(`map[${i}]`),
      ...(isProgArray(map) ? [] : fillLines(testCase, i, endianness)),
    ]),
    ...progs.map((_, i) => [`prog[${i}] = load_prog${i}();`, ...orReturn(`prog[${i}]`)]),
    ...maps.map((map, i) => (isProgArray(map) ? fillLines(testCase, i, endianness) : [])),
    ['return 0;'],
  ];
  return [
    ...progs.map((_, i) => loadFunction(testCase, i)),
    '/* Returns 0, or what the first that fails does. */',
    'static int set_up(void)',
    '{',
    paragraphs
      .filter((lines) => lines.length > 0)
      .map((lines) => lines.map((line) => `\t${line}`).join('\n'))
      .join('\n\n'),
    '}',
    '',
  ].join('\n');
}

const orReturn = (fd: string): readonly string[] => [`if (${fd} < 0)`, `\treturn ${fd};`];

function creation(map: MapSpec, index: number): readonly string[] {
  const { name, type, keyBytes, valueBytes, maxEntries, flags, inner } = map;
  const options = optionLines('bpf_map_create_opts', `map${index}_opts`, {
    map_flags: flags === 0 ? 0 : `0x${flags.toString(16)}`,
    inner_map_fd: inner === undefined ? undefined : `map[${inner}]`,
    ...mapBtf(map),
  });
  const shape = [mapTypeName(type), stringLiteral(name), keyBytes, valueBytes, maxEntries];
  const given = options.length > 1;
  const last = given ? `&map${index}_opts` : 'NULL';
  return [
    ...(given ? options : []),
    `map[${index}] = bpf_map_create(${[...shape, last].join(', ')});`,
  ];
}

function fillLines(testCase: Case, index: number, endianness: Endianness): readonly string[] {
  const map = testCase.maps[index];
  if (map.type === 'user_ringbuf' && map.entries.length > 0) {
    return [`err = ${ringCall(map, index)};`, 'if (err)', '\treturn err;'];
  }
  const updates = map.entries.map(({ key, value }, i) => {
    const parts = [keyText(map, key, endianness), valueText(testCase, map, value)];
    const call = `bpf_map_update_elem(map[${index}], ${parts.join(', ')}, BPF_ANY)`;
    return `err = ${i === 0 ? '' : 'err ?: '}${call};`;
  });
  return [
    ...updates,
    ...(updates.length === 0 ? [] : ['if (err)', '\treturn err;']),
    ...(map.flags & BPF_F_RDONLY_PROG ? [`bpf_map_freeze(map[${index}]);`] : []),
  ];
}

function loadFunction(testCase: Case, index: number): string {
  const { progType, expectedAttachType, progFlags, attachBtf, progs } = testCase;
  const { insns } = progs[index];
  const functions = functionsToTell(insns);
  const tells = functions.length > 0;
  const options = optionLines('bpf_prog_load_opts', 'opts', {
    expected_attach_type: expectedAttachType,
    prog_flags: progFlags === 0 ? 0 : `0x${progFlags.toString(16)}`,
    attach_btf_id:
      attachBtf === undefined
        ? undefined
        : `kernel_btf_id(${stringLiteral(attachBtf)}, BTF_KIND_FUNC)`,
    fd_array: namesMapsByIndex(insns) ? 'map' : undefined,
    prog_btf_fd: tells ? progBtf(testCase) : undefined,
    func_info: tells ? 'functions' : undefined,
    func_info_cnt: tells ? functions.length : undefined,
    func_info_rec_size: tells ? 'sizeof(functions[0])' : undefined,
  });
  const slots = functions.map((slot) => `{ ${slot}, 3 }`).join(', ');
  return [
    `static int load_prog${index}(void)`,
    '{',
    '\tstruct bpf_insn insns[] = {',
    ...insnInitialisers(insns, testCase).map((line) => `\t\t${line}`),
    '\t};',
    ...(tells
      ? [
          '\t/* Slots where functions begin, and their type. */',
          `\tstatic const __u32 functions[][2] = { ${slots} };`,
        ]
      : []),
    ...options.map((line) => `\t${line}`),
    '',
    `\treturn bpf_prog_load(${progTypeName(progType)}, NULL, "GPL", insns, ARRAY_SIZE(insns), &opts);`,
    '}',
    '',
  ].join('\n');
}
