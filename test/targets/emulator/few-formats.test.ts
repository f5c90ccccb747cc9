import { describe, expect, it } from 'vitest';
import { hasFewFormats } from '../../../src/targets/emulator/helpers/few-formats.ts';

/** kernel/trace/bpf_trace.c 5.10, `bpf_trace_printk`. */
const FORMATS: readonly (readonly [text: string, taken: boolean])[] = [
  ['\0', true],
  ['%d', false],
  ['%d\0', true],
  ['%lld %lu %x\0', true],
  ['%d%d%d%d\0', false],
  ['%5d\0', false],
  ['%X\0', false],
  ['%%\0', false],
  ['%s %d\0', true],
  ['%s %pks\0', false],
  ['%sx\0', false],
  ['%p %pK\0', false],
  ['a\0\0', false],
  ['\xe9\0', false],
];

describe('formats of trace_printk up to 5.12', () => {
  it.each(FORMATS)('of %j are taken or not', (text, taken) => {
    expect(hasFewFormats(text)).toBe(taken);
  });
});
