/**
 * What the verifier objected to, of one kind with all objections that differ in numbers, registers and
 * the names of functions only: the last line of its log that says something, such as `R! min value is
 * negative, either use unsigned or 'var &= const'`. '' where the log has none.
 *
 * The kernel's statistics, dumps of insns and states, and lines of source are left out
 * (kernel/bpf/verifier.c and log.c, 5.10 to 7.2).
 */
export function normaliseMessage(log: string): string {
  const lines = log.split('\n').map((line) => line.trim());
  const said = lines.findLast((line) => line !== '' && !NO_MESSAGE.test(line));
  return said === undefined ? '' : normalised(said).slice(0, MESSAGE_CHARS_MAX);
}

/** Statistics, insns (`3: (b7) r0 = 0`), source lines, states (`R0=...`, `from 3 to 5:`). */
const NO_MESSAGE =
  /^((insns )?processed \d+|verification time|stack depth|max_states|;|\d+: \(|\d+: R\d|R\d+(_\w+)?=|from \d+ to \d+|mark_precise|func#\d+|last_idx|regs=|frame\d+:|(cur|old) state:|parent |propagating|live regs|-- )/;

/** No message of the kernel is longer, but for names of types and functions. */
const MESSAGE_CHARS_MAX = 160;

const normalised = (line: string): string =>
  RULES.reduce((text, [pattern, to]) => text.replace(pattern, to), line);

const RULES: readonly (readonly [RegExp, string])[] = [
  // What the agent says in the verifier's place.
  [/^map \w+ could/, 'map could'],
  [/\b[a-z_]\w*#-?\d+/g, 'FUNC#N'],
  [/\b[Rr]\d+\b/g, 'R!'],
  [/\bfp-?\d+\b/g, 'fpN'],
  [/(?<![\w.])-?0x[\da-f]+\b/g, 'N'],
  [/(?<![\w.])-?\d+\b/g, 'N'],
];

/**
 * What the verifier's work came to: the numbers of `processed 9 insns (limit 1000000)
 * max_states_per_insn 0 total_states 0 peak_states 0 mark_read 0`, each rounded down to a power of two, such
 * as `insns 8 states 0 peak 0 read 0`; undefined where the log has none.
 */
export function statisticsName(log: string): string | undefined {
  const found = STATISTICS.exec(log);
  if (found === null) return undefined;
  const [insns, states, peak, read] = found.slice(1).map((text) => powerBelow(Number(text)));
  return `insns ${insns} states ${states} peak ${peak} read ${read}`;
}

const STATISTICS =
  /^processed (\d+) insns .*\btotal_states (\d+) peak_states (\d+) mark_read (\d+)/m;

const powerBelow = (count: number): number => (count === 0 ? 0 : 2 ** Math.floor(Math.log2(count)));
