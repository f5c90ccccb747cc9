import type { Case, MapSpec, Prog } from '../case/case.ts';
import {
  commandReferences,
  mapReferences,
  withCommandReferences,
  withMapReferences,
} from '../case/map-references.ts';
import type { Insn } from '../isa/insn.ts';
import { type Named, namedBy } from '../isa/named-by.ts';
import { withEach, withoutChunks } from './chunks.ts';
import { towardsZero } from './numbers.ts';
import { withMoreZeros } from './zeros.ts';

/** Cases without a map that neither an insn nor a command nor another map names. */
export function* withFewerMaps(testCase: Case): Iterable<Case> {
  for (const index of unused(testCase, 'map')) {
    const renumbered = (named: number) => (named > index ? named - 1 : named);
    const maps = testCase.maps.toSpliced(index, 1).map((map) => withMapReferences(map, renumbered));
    const runs = testCase.runs.map((run) =>
      run.commands === undefined
        ? run
        : {
            ...run,
            commands: run.commands.map((command) =>
              withCommandReferences(command, testCase.maps, renumbered),
            ),
          },
    );
    yield { ...testCase, maps, progs: movedUp(testCase.progs, 'map', index), runs };
  }
}

/** Cases without a kernel symbol that no insn names. */
export function* withFewerKsyms(testCase: Case): Iterable<Case> {
  for (const index of unused(testCase, 'ksym')) {
    const ksyms = testCase.ksyms.toSpliced(index, 1);
    yield { ...testCase, ksyms, progs: movedUp(testCase.progs, 'ksym', index) };
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
    // Its values name maps.
    if (map.inner !== undefined) return;
    const changed = withEach(map.entries, function* ({ key, value }) {
      for (const zeroed of withMoreZeros(value)) yield { key, value: zeroed };
    });
    for (const entries of changed) yield { ...map, entries };
  });

function* withMaps(testCase: Case, smaller: (map: MapSpec) => Iterable<MapSpec>): Iterable<Case> {
  for (const maps of withEach(testCase.maps, smaller)) yield { ...testCase, maps };
}

function unused({ maps, ksyms, progs, runs }: Case, what: Named): readonly number[] {
  const used = new Set(
    progs.flatMap(({ insns }) => insns.flatMap((insn) => (namedBy(insn) === what ? insn.imm : []))),
  );
  if (what === 'map') {
    const commands = runs.flatMap((run) => run.commands ?? []);
    const byCommands = commands.flatMap((command) => commandReferences(command, maps));
    for (const index of [...maps.flatMap(mapReferences), ...byCommands]) used.add(index);
  }
  const all = what === 'map' ? maps : ksyms;
  return [...all.keys()].filter((index) => !used.has(index));
}

/** What stands behind the one that is gone has moved up. */
function movedUp(progs: readonly Prog[], what: Named, gone: number): readonly Prog[] {
  const moved = (insn: Insn): Insn =>
    namedBy(insn) === what && insn.imm > gone ? { ...insn, imm: insn.imm - 1 } : insn;
  return progs.map(({ insns }) => ({ insns: insns.map(moved) }));
}
