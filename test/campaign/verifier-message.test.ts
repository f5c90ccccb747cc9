import { describe, expect, it } from 'vitest';
import { normaliseMessage, statisticsName } from '../../src/campaign/verifier-message.ts';

const STATISTICS =
  'processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 3 peak_states 1 mark_read 0\n';

describe('the message of a log', () => {
  it.each([
    ['R0 !read_ok\nstack depth 0\n', 'R! !read_ok'],
    ['invalid stack off=-520 size=8\n', 'invalid stack off=N size=N'],
    [
      "R2 min value is negative, either use unsigned or 'var &= const'\n",
      "R! min value is negative, either use unsigned or 'var &= const'",
    ],
    [
      '0: (79) r0 = *(u64 *)(r1 +0)\n; int x\ninvalid bpf_context access off=0 size=8\n',
      'invalid bpf_context access off=N size=N',
    ],
    ['R1 type=ctx expected=fp, pkt\n', 'R! type=ctx expected=fp, pkt'],
    [
      'program of this type cannot use helper bpf_probe_read#4\n',
      'program of this type cannot use helper FUNC#N',
    ],
    ['unknown func bpf_foo#511\n', 'unknown func FUNC#N'],
    [
      'misaligned stack access off (0x0; 0x0)+-8+3 size 8\n',
      'misaligned stack access off (N; N)+N+N size N',
    ],
    ['jump out of range from insn 1 to 99\n', 'jump out of range from insn N to N'],
    ["R1 invalid mem access 'scalar'\n", "R! invalid mem access 'scalar'"],
    ['map m0 could not be created\n', 'map could not be created'],
    ['stack depth 0 max 0\ninsns processed 1+2\n', ''],
    ['', ''],
    ['stack depth 8\n', ''],
  ])('%j is %j', (log, message) => {
    expect(normaliseMessage(log + STATISTICS)).toBe(message);
  });
});

describe('statistics of a log', () => {
  it('are rounded down to powers of two', () => {
    expect(statisticsName(`stack depth 8\n${STATISTICS}`)).toBe('insns 8 states 2 peak 1 read 0');
  });

  it('are none where it has none', () => {
    expect(statisticsName('R0 !read_ok\n')).toBeUndefined();
  });
});
