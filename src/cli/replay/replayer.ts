import { type CaseReport, caseReport } from '../../corpus/case-report.ts';
import { replay } from '../../corpus/replay.ts';
import { type Source, sourceOf } from '../../corpus/source.ts';
import { createEmulator } from '../../targets/emulator/emulator.ts';
import { createOwnTarget } from '../../targets/own/own-target.ts';
import type { LinuxSetting, Target } from '../../targets/target.ts';
import type { Block } from './blocks.ts';

/** What a replay is told, as plain data. */
export interface ReplayPlan {
  /** Where the recorded cases lie. */
  readonly path: string;
  /** The user's own runtime in place of the emulator. */
  readonly command?: string;
}

/** Replays blocks of cases; keeps emulators and the user's own runtime from one to the next. */
export interface Replayer {
  replay(block: Block): Promise<readonly CaseReport[]>;
  close(): Promise<void>;
}

export function createReplayer(
  { path, command }: ReplayPlan,
  live: readonly Target[] = [],
  source: Source = sourceOf(path),
): Replayer {
  const targets = new Map<string, Target>();
  function emulatorFor(linux: LinuxSetting): Target {
    const key = JSON.stringify(linux);
    const target =
      targets.get(key) ??
      (command === undefined ? createEmulator({ linux }) : createOwnTarget({ command, linux }));
    targets.set(key, target);
    return target;
  }
  return {
    async replay(block) {
      const reports: CaseReport[] = [];
      const cases = block.map(source.read);
      for await (const replayed of replay(cases, { emulatorFor, live })) {
        reports.push(caseReport(replayed));
      }
      return reports;
    },
    async close() {
      source.close();
      await Promise.all([...targets.values()].map((target) => target.close()));
    },
  };
}
