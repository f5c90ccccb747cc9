import { describe, expect, it } from 'vitest';
import { areaOf } from './areas.ts';
import { undocumentedExports } from './docstrings.ts';
import { importsOf } from './imports.ts';
import { matchingLines, withoutComments } from './project.ts';

const file = (path: string, ...lines: string[]) => ({ path, text: lines.join('\n') });

describe('the reading of sources', () => {
  it('finds every way of importing', () => {
    const source = file(
      'src/isa/a.ts',
      "import { b, type C, d as e } from './b.ts';",
      "import type { F } from '../case/f.ts';",
      "export { g } from './g.ts';",
      "export * from './h.ts';",
      "import './i.ts';",
      "const j = await import('./j.ts');",
      'import {',
      '  k,',
      "} from '@scope/k/deep.js';",
      "import l from 'node:os';",
    );
    expect(importsOf(source).map(({ to, names }) => [to, names.join()])).toEqual([
      ['src/isa/b.ts', 'b,C,d'],
      ['src/case/f.ts', 'F'],
      ['src/isa/g.ts', 'g'],
      ['src/isa/h.ts', '*'],
      ['@scope/k', 'k'],
      ['node:os', '*'],
      ['src/isa/i.ts', '*'],
      ['src/isa/j.ts', '*'],
    ]);
  });

  it.each([
    ['src/targets/target.ts', 'src/targets/target.ts'],
    ['src/targets/missing-features.ts', 'src/targets'],
    ['src/targets/kernel/images/apt.ts', 'src/targets/kernel'],
    ['src/campaign/events.ts', 'src/campaign/events.ts'],
    ['src/campaign/campaign.ts', 'src/campaign'],
    ['src/isabel.ts', undefined],
  ])('puts %s into %s', (path, area) => {
    expect(areaOf(path)).toBe(area);
  });

  it('misses a docstring only on what another part imports', () => {
    const sources = [
      file(
        'src/isa/a.ts',
        '/** Documented. */',
        'export const A = 1;',
        'export type A = (typeof A)[number];',
        'export const inner = 1;',
        'export function bare() {}',
      ),
      file('src/isa/b.ts', "import { inner } from './a.ts';"),
      file('src/case/c.ts', "import { A, bare } from '../isa/a.ts';"),
    ];
    expect(undocumentedExports(sources)).toEqual(['src/isa/a.ts: bare']);
  });

  it('does not look into comments', () => {
    const source = file('a.ts', '/* bad', 'bad */ good(); // bad', "const url = 'x://bad';");
    expect(matchingLines(source, withoutComments(source.text), /bad/)).toEqual([
      "a.ts:3: const url = 'x://bad';",
    ]);
  });
});
