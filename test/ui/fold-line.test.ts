import { expect, it } from 'vitest';
import { foldLine } from '../../src/ui/fold-line.ts';

const RED = '\u001B[31m';
const END = '\u001B[39m';
const RESET = '\u001B[0m';

it.each<[string, number, readonly string[]]>([
  ['', 5, ['']],
  ['12345', 5, ['12345']],
  ['one two three', 9, ['one two', '  three']],
  ['  one two three', 10, ['  one two', '    three']],
  ['1234567890', 6, ['123456', '  7890']],
  [`${RED}12345${END}`, 5, [`${RED}12345${END}`]],
  [`${RED}1234567${END}`, 5, [`${RED}12345${RESET}`, `  ${RED}67${END}${RESET}`]],
])('%j in %i columns', (line, columns, lines) => {
  expect(foldLine(line, columns)).toEqual(lines);
});

it('every part fits, and together they read the same', () => {
  const line = `    ${RED}mov  ${END}r1, 0x11223344 ; ${'what it is '.repeat(9)}${'f'.repeat(70)}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  const read = (text: string): string => text.replace(/\u001B\[\d*m/g, '');
  const words = (text: string): string => read(text).replace(/ /g, '');
  for (let columns = 4; columns < 200; columns++) {
    const parts = foldLine(line, columns);
    for (const part of parts) expect(read(part).length).toBeLessThanOrEqual(columns);
    expect(words(parts.join(''))).toBe(words(line));
  }
});
