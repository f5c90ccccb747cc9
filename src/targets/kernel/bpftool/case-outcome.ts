import { constants } from 'node:os';
import type { Case, MapSpec, Run } from '../../../case/case.ts';
import type {
  Endianness,
  LoadOutcome,
  MapContent,
  MapContentEntry,
  Outcome,
  RunOutcome,
} from '../../target.ts';
import { LinkError } from '../link.ts';
import type { Answer } from './bpftool.ts';
import { type Command, machineKey, type Step } from './commands.ts';
import { errnoOfLoad, errnoOfMessage } from './errno-text.ts';

/** A command that was given, and what came of it. */
export interface Answered {
  readonly step: Command['step'];
  readonly answer: Answer;
}

export interface OutcomeOptions {
  readonly endianness: Endianness;
  readonly log: 'none' | 'tail';
}

/** Whether the other commands of a case have a sense after this one has failed. */
export const goesOnAfter = ({ kind }: Step): boolean => kind === 'run';

/**
 * The outcome of a case whose commands were given, all or up to the first that ended it. Where bpftool
 * failed for a reason of its own, or does not tell all that is compared, it is `unsupported`.
 */
export function caseOutcome(
  testCase: Case,
  answered: readonly Answered[],
  options: OutcomeOptions,
): Outcome {
  const runs: RunOutcome[] = [];
  const maps: MapContent[] = testCase.maps.map(() => []);
  for (const { step, answer } of answered) {
    if (answer.kind === 'failed' && !goesOnAfter(step))
      return rejected(testCase, step, answer, options);
    if (step.kind === 'run') {
      const run = runOutcome(testCase.runs[step.run], answer);
      if (typeof run === 'string') return { kind: 'unsupported', missing: [run] };
      runs.push(run);
    } else if (step.kind === 'dump' && answer.kind === 'done') {
      maps[step.map] = mapContent(testCase.maps[step.map], answer.output, options.endianness);
    }
  }
  return { kind: 'completed', load: { verdict: 'accepted' }, runs, maps, console: '' };
}

type Failed = Extract<Answer, { kind: 'failed' }>;

function rejected(testCase: Case, step: Step, failed: Failed, options: OutcomeOptions): Outcome {
  const errno = step.kind === 'load' ? errnoOfLoad(failed.stderr) : errnoOfMessage(failed.message);
  if (errno === undefined || step.kind === 'dump') return untold(failed.message);
  const load: LoadOutcome = {
    verdict: 'rejected',
    errno,
    log: logOf(testCase, step, failed, options),
  };
  return { kind: 'completed', load, runs: [], maps: [], console: '' };
}

const untold = (message: string): Outcome => ({
  kind: 'unsupported',
  missing: [`bpftool: ${message}`],
});

const LOG_CHARS_MAX = 4096;

function logOf(testCase: Case, step: Step, { stderr }: Failed, { log }: OutcomeOptions): string {
  if (step.kind === 'create') return `map ${testCase.maps[step.map].name} could not be created\n`;
  if (step.kind === 'fill') return `map ${testCase.maps[step.map].name} could not be filled\n`;
  if (log === 'none') return '';
  // Up to libbpf 0.7 `BEGIN DUMP LOG`.
  const [, text = ''] =
    /-- BEGIN [A-Z ]*LOG ---?\n([\s\S]*?)-- END [A-Z ]*LOG --/.exec(stderr) ?? [];
  return text.slice(-LOG_CHARS_MAX);
}

/**
 * What came of a run, or what bpftool does not tell of it. Of a command that failed it tells the errno
 * alone. Most errnos come before the command writes anything; ENOSPC comes of a buffer that is too
 * short, after it wrote a part (bpf_test_finish, net/bpf/test_run.c, 6.1).
 */
function runOutcome(run: Run, answer: Answer): RunOutcome | string {
  if (answer.kind === 'failed') {
    const errno = errnoOfMessage(answer.message);
    if (errno === undefined) return `bpftool: ${answer.message}`;
    if (errno === constants.errno.ENOSPC) return 'bpftool: what was written before ENOSPC';
    const { dataOutBytes, ctxOutBytes } = run;
    return {
      errno,
      retval: 0,
      dataOut: NOTHING,
      dataSizeOut: dataOutBytes ?? 0,
      ctxOut: NOTHING,
      ctxSizeOut: ctxOutBytes ?? 0,
    };
  }
  const { retval, data_out, ctx_out } = fieldsOf(answer.output);
  const [dataOut, ctxOut] = [data_out, ctx_out].map(bytesOf);
  return {
    errno: 0,
    retval: typeof retval === 'number' ? retval : unexpected('a retval', retval),
    dataOut,
    dataSizeOut: dataOut.length,
    ctxOut,
    ctxSizeOut: ctxOut.length,
  };
}

const NOTHING = new Uint8Array();

function mapContent(map: MapSpec, output: unknown, endianness: Endianness): MapContent {
  if (!Array.isArray(output)) return unexpected('the elements of a map', output);
  return output
    .map((element): MapContentEntry => {
      const { key, value, values } = fieldsOf(element);
      return {
        key: machineKey(map, bytesOf(key), endianness),
        values: Array.isArray(values)
          ? values.map((each) => bytesOf(fieldsOf(each).value))
          : [bytesOf(value)],
      };
    })
    .sort((a, b) => Buffer.compare(a.key, b.key));
}

/** Of a JSON object. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return unexpected('an object', value);
  return value as Record<string, unknown>;
}

/** Bytes as bpftool prints them: of maps `"0x0f"`, of runs `15`; nothing where there are none. */
function bytesOf(value: unknown): Uint8Array {
  if (value === undefined) return NOTHING;
  if (!Array.isArray(value)) return unexpected('bytes', value);
  return Uint8Array.from(value, Number);
}

function unexpected(expected: string, found: unknown): never {
  const text = JSON.stringify(found)?.slice(0, 200);
  throw new LinkError('LINK_PROTOCOL', `expected ${expected} of bpftool, got ${text}`);
}
