import {
  type Case,
  type CtxInput,
  type MapCommand,
  type MapSpec,
  PLAIN_RUN,
  type Run,
} from '../case/case.ts';
import { holdsMaps } from '../case/map-references.ts';
import { loadFlags } from '../case/prog-type.ts';
import { withEach, withoutChunks } from './chunks.ts';
import { towardsZero } from './numbers.ts';
import { withMoreZeros } from './zeros.ts';

/** Cases with fewer runs. */
export function* withFewerRuns(testCase: Case): Iterable<Case> {
  for (const runs of withoutChunks(testCase.runs)) yield { ...testCase, runs };
}

/** Cases in which an attribute of the load or of a run is what it is where nobody sets it. */
export function* withPlainAttributes(testCase: Case): Iterable<Case> {
  const progFlags = loadFlags(testCase.progType);
  if (testCase.progFlags !== progFlags) yield { ...testCase, progFlags };
  if (testCase.expectedAttachType !== 0) yield { ...testCase, expectedAttachType: 0 };
  yield* withRuns(testCase, function* (run) {
    // Some targets take both or neither.
    if (run.ctx !== null && run.ctxOutBytes !== null)
      yield { ...run, ctx: null, ctxOutBytes: null };
    for (const name of Object.keys(PLAIN_RUN) as (keyof Run)[]) {
      if (run[name] !== PLAIN_RUN[name]) yield { ...run, [name]: PLAIN_RUN[name] };
    }
  });
}

/** Cases in which a run says less of its command. */
export const withFewerOverrides = (testCase: Case): Iterable<Case> =>
  withRuns(testCase, function* ({ attr = {}, ...run }) {
    for (const fewer of withoutChunks(Object.entries(attr))) {
      yield fewer.length === 0 ? run : { ...run, attr: Object.fromEntries(fewer) };
    }
  });

/** Cases in which a run is followed by fewer commands. */
export const withFewerCommands = (testCase: Case): Iterable<Case> =>
  withCommands(testCase, withoutChunks);

/** Cases in which a command has no flags, or more zeros in its key and value. */
export const withPlainerCommands = (testCase: Case): Iterable<Case> =>
  withCommands(testCase, (commands) =>
    withEach(commands, (command) => plainerCommand(command, testCase.maps)),
  );

function* withCommands(
  testCase: Case,
  smaller: (commands: readonly MapCommand[]) => Iterable<readonly MapCommand[]>,
): Iterable<Case> {
  yield* withRuns(testCase, function* ({ commands = [], ...run }) {
    for (const fewer of smaller(commands)) {
      yield fewer.length === 0 ? run : { ...run, commands: fewer };
    }
  });
}

function* plainerCommand(command: MapCommand, maps: readonly MapSpec[]): Iterable<MapCommand> {
  const { key, value, flags, map } = command;
  if (flags !== 0n) yield { ...command, flags: 0n };
  if (key !== null) for (const zeroed of withMoreZeros(key)) yield { ...command, key: zeroed };
  if (value !== null && !holdsMaps(maps[map])) {
    for (const zeroed of withMoreZeros(value)) yield { ...command, value: zeroed };
  }
}

/** Cases in which a run repeats its prog less often. */
export const withFewerRepeats = (testCase: Case): Iterable<Case> =>
  withRuns(testCase, function* (run) {
    for (const fewer of towardsZero(BigInt(run.repeat))) {
      if (fewer > 0n) yield { ...run, repeat: Number(fewer) };
    }
  });

/** Cases in which a ctx names fewer fields. */
export const withFewerCtxFields = (testCase: Case): Iterable<Case> =>
  withCtx(testCase, function* (ctx) {
    for (const fields of withoutChunks(Object.entries(ctx.fields))) {
      yield { ...ctx, fields: Object.fromEntries(fields) };
    }
  });

/** Cases in which a field of a ctx is nearer to 0. */
export const withSmallerCtxFields = (testCase: Case): Iterable<Case> =>
  withCtx(testCase, function* (ctx) {
    const changed = withEach(Object.entries(ctx.fields), function* ([name, value]) {
      for (const smaller of towardsZero(value)) yield [name, smaller] as [string, bigint];
    });
    for (const fields of changed) yield { ...ctx, fields: Object.fromEntries(fields) };
  });

/** Cases in which a packet is shorter; its beginning stays. */
export const withShorterData = (testCase: Case): Iterable<Case> =>
  withData(testCase, function* (data) {
    for (const lenBytes of towardsZero(BigInt(data.length))) yield data.slice(0, Number(lenBytes));
  });

/** Cases in which a packet has more zeros. */
export const withZeroedData = (testCase: Case): Iterable<Case> => withData(testCase, withMoreZeros);

function* withRuns(testCase: Case, smaller: (run: Run) => Iterable<Run>): Iterable<Case> {
  for (const runs of withEach(testCase.runs, smaller)) yield { ...testCase, runs };
}

const withCtx = (testCase: Case, smaller: (ctx: CtxInput) => Iterable<CtxInput>): Iterable<Case> =>
  withRuns(testCase, function* (run) {
    if (run.ctx !== null) for (const ctx of smaller(run.ctx)) yield { ...run, ctx };
  });

const withData = (
  testCase: Case,
  smaller: (data: Uint8Array) => Iterable<Uint8Array>,
): Iterable<Case> =>
  withRuns(testCase, function* (run) {
    if (run.data !== null) for (const data of smaller(run.data)) yield { ...run, data };
  });
