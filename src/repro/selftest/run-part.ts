import { isLiveRun } from '../../case/live-run.ts';
import type { RunOutcome } from '../../targets/target.ts';
import { numbersOf, pointersOf, sizesOf } from '../c/run-buffers.ts';
import { stringLiteral } from '../c/text.ts';
import type { Disagreement } from '../disagreement.ts';
import { commandPart } from './command-part.ts';
import {
  bytesText,
  expectBytes,
  expectEqual,
  joined,
  optionLines,
  type Part,
  plain,
  resultText,
} from './expect.ts';
import { runOutcomes } from './outcomes.ts';

/** What buffers hold before a run, so that what a kernel leaves alone can be told from zeros. */
const UNTOUCHED = 0xa5;

/** Does a run and the map commands after it, and asserts what comes of them. */
export function runPart(disagreement: Disagreement, index: number): Part {
  const { testCase } = disagreement;
  const run = testCase.runs[index];
  const { commands = [] } = run;
  const { expected, seen } = runOutcomes(disagreement, index);
  const name = `run ${index}`;
  const call = 'bpf_prog_test_run_opts(prog[0], &opts)';
  const sizePart = (what: 'data' | 'ctx'): Part => {
    const size = expected[`${what}SizeOut`];
    return size === 0 && (seen?.[`${what}SizeOut`] ?? 0) === 0
      ? plain()
      : expectEqual(`opts.${what}_size_out`, size, `${name}: ${what}_size_out`);
  };
  return joined([
    plain(
      ...optionLines('bpf_test_run_opts', 'opts', {
        ...pointersOf(run, index),
        ...numbersOf(run),
        flags: run.flags === 0 ? 0 : `0x${run.flags.toString(16)}`,
      }),
      '',
      ...untouchedLines(disagreement, index),
    ),
    expectEqual(call, resultText(expected.errno), name),
    expectEqual('opts.retval', `0x${expected.retval.toString(16)}`, `${name}: retval`),
    sizePart('data'),
    outputPart(disagreement, index, 'data'),
    sizePart('ctx'),
    outputPart(disagreement, index, 'ctx'),
    isLiveRun(testCase, run) ? framesPart(expected, index) : plain(),
    ...commands.map((_, i) => commandPart(disagreement, index, i)),
  ]);
}

/** The buffer where `data_out` or `ctx_out` is found; the ctx of a syscall prog comes back where it came from. */
function bufferOf({ testCase }: Disagreement, index: number, what: 'data' | 'ctx') {
  const pointers = pointersOf(testCase.runs[index], index);
  return what === 'ctx' && testCase.progType === 'syscall'
    ? pointers.ctx_in
    : pointers[`${what}_out`];
}

/** Of those that the command names, not where a pointer leads elsewhere. */
function untouchedLines({ testCase }: Disagreement, index: number): readonly string[] {
  const pointers = pointersOf(testCase.runs[index], index);
  return ['data_out', 'ctx_out'].flatMap((buffer) =>
    pointers[buffer] === buffer ? [`memset(${buffer}, ${UNTOUCHED}, sizeof(${buffer}));`] : [],
  );
}

/** As much as either side saw. Where the expected is shorter, the kernel is to leave the rest alone. */
function outputPart(disagreement: Disagreement, index: number, what: 'data' | 'ctx'): Part {
  const buffer = bufferOf(disagreement, index, what);
  const { expected, seen } = runOutcomes(disagreement, index);
  const { dataOut, ctxOut } = sizesOf(disagreement.testCase.runs[index]);
  const field = `${what}Out` as const;
  const lenBytes = Math.max(expected[field].length, seen?.[field].length ?? 0);
  if (buffer === undefined || lenBytes === 0) return plain();
  // Without a size a kernel copies all there is, which nobody looks at.
  if (buffer === `${what}_out` && { data: dataOut, ctx: ctxOut }[what] === 0) return plain();
  const bytes = new Uint8Array(lenBytes).fill(UNTOUCHED);
  bytes.set(expected[field]);
  return expectBytes(buffer, bytes, `run${index}_${what}_expected`, `run ${index}: ${what}_out`);
}

function framesPart({ frames = [] }: RunOutcome, index: number): Part {
  const what = `run ${index}: frames`;
  const each = frames.map(({ way, ifindex, times, bytes }, i): Part => {
    const { tables, text } = bytesText(bytes, `run${index}_frame${i}`);
    const given = [i, stringLiteral(way), ifindex, times, text, bytes.length];
    const name = stringLiteral(`run ${index}: frame ${i}`);
    return { tables, lines: [`check_frame(${[...given, name].join(', ')});`] };
  });
  return joined([
    plain('take_frames();'),
    expectEqual('frame_count', frames.length, what),
    ...each,
  ]);
}

/** `check_run<i>`, which `runPart` is the body of. */
export const runFunction = (index: number, { lines }: Part): string =>
  [
    `static void check_run${index}(void)`,
    '{',
    ...lines.map((line) => (line === '' ? '' : `\t${line}`)),
    '}',
    '',
  ].join('\n');
