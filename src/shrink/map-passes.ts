import type { Case, MapSpec, Prog } from '../case/case.ts';
import { formOf } from '../isa/forms.ts';
import type { Insn } from '../isa/insn.ts';
import { withEach, withoutChunks } from './chunks.ts';
import { towardsZero } from './numbers.ts';
import { withMoreZeros } from './zeros.ts';

/** Cases without a map that no insn names. */
export function* withFewerMaps(testCase: Case): Iterable<Case> {
  const used = new Set(testCase.progs.flatMap(({ insns }) => insns.filter(namesMap)).map(mapOf));
  for (const index of testCase.maps.keys()) {
    if (used.has(index)) continue;
    yield {
      ...testCase,
      maps: testCase.maps.toSpliced(index, 1),
      progs: testCase.progs.map((prog) => withoutMap(prog, index)),
    };
  }
}

/** Cases in which a map begins with fewer entries. */
export const withFewerEntries = (testCase: Case): Iterable<Case> =>
  withMaps(testCase, function* (map) {
    for (const entries of withoutChunks(map.entries)) yield { ...map, entries };
  });

/** Cases in which a map has room for fewer entries, or no flags. */
export const withSmallerMaps = (testCase: Case): Iterable<Case> =>
  withMaps(testCase, function* (map) {
    if (map.flags !== 0) yield { ...map, flags: 0 };
    for (const fewer of towardsZero(BigInt(Math.max(map.maxEntries, 1)) - 1n)) {
      yield { ...map, maxEntries: Number(fewer) + 1 };
    }
  });

/** Cases in which a value that a map begins with has more zeros. */
export const withZeroedEntries = (testCase: Case): Iterable<Case> =>
  withMaps(testCase, function* (map) {
    const changed = withEach(map.entries, function* ({ key, value }) {
      for (const zeroed of withMoreZeros(value)) yield { key, value: zeroed };
    });
    for (const entries of changed) yield { ...map, entries };
  });

function* withMaps(testCase: Case, smaller: (map: MapSpec) => Iterable<MapSpec>): Iterable<Case> {
  for (const maps of withEach(testCase.maps, smaller)) yield { ...testCase, maps };
}

const mapOf = ({ imm }: Insn): number => imm;

function namesMap(insn: Insn): boolean {
  const form = formOf(insn);
  return form?.kind === 'lddw' && form.pseudo.startsWith('map_');
}

/** Maps behind the one that is gone have moved up. */
const withoutMap = ({ insns }: Prog, index: number): Prog => ({
  insns: insns.map((insn) =>
    namesMap(insn) && insn.imm > index ? { ...insn, imm: insn.imm - 1 } : insn,
  ),
});
