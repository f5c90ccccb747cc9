import { describe, expect, it } from 'vitest';
import { VERIFIER_FORMATS } from '../../src/reports/verifier-formats.ts';
import { formatOfMessage, unreachedMessages } from '../../src/reports/verifier-messages.ts';

describe('messages of the verifier', () => {
  it.each([
    ['R7 !read_ok', 'R%d !read_ok\n'],
    ['R! !read_ok', 'R%d !read_ok\n'],
    ['jump out of range from insn 3 to -4', 'jump out of range from insn %d to %d\n'],
    ['jump out of range from insn N to N', 'jump out of range from insn %d to %d\n'],
    ['R! N-bit pointer arithmetic prohibited', 'R%d 32-bit pointer arithmetic prohibited\n'],
    ['unknown opcode ff', 'unknown opcode %02x\n'],
    [
      'program of this type cannot use helper FUNC#N',
      'program of this type cannot use helper %s#%d\n',
    ],
    ['R1 type=scalar expected=fp, ctx', '%s type=%s expected='],
    ['invalid read from stack R10 off=-520 size=8', 'invalid%s stack %s off=%lld size=%d\n'],
    [
      'BPF_EXIT instruction in main prog would lead to reference leak',
      '%s would lead to reference leak\n',
    ],
    ['what no kernel says', undefined],
  ])('%s is of its format', (message, format) => {
    expect(formatOfMessage(message)).toBe(format);
  });

  it('are all unreached where none was', () => {
    expect(unreachedMessages(new Set())).toEqual(VERIFIER_FORMATS);
  });

  it('are each reached by itself', () => {
    const written = VERIFIER_FORMATS.map((format) =>
      format
        .trimEnd()
        .replace(/%[-+#\d]*(?:l{0,2}|z)([a-z])/g, (_, kind) => (kind === 's' ? 'name' : '7')),
    );
    const reached = new Set(written.map((message) => message.split('\n').at(-1)!));
    const unreached = unreachedMessages(reached);
    // Some formats say what others say in other words.
    expect(unreached.length).toBeLessThan(12);
  });

  it('are given once', () => {
    expect(new Set(VERIFIER_FORMATS).size).toBe(VERIFIER_FORMATS.length);
  });
});
