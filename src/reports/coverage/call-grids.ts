import { KSYM_NAMES } from '../../case/ksyms.ts';
import { HELPERS, helperName } from '../../isa/helpers.ts';
import type { Grid, Row } from './grid.ts';
import type { Covered } from './page.ts';
import { sumsByWord } from './sums-by-word.ts';

/** Helpers that a release offers to progs of a type. */
export function helperGrid(covered: Covered): Grid {
  const { reach } = covered;
  const used = new Set(Object.keys(reach.helpers).map((name) => name.split(' ', 1)[0]));
  const all = covered.known.progTypes.map((type) => ({ type, offered: offeredTo(covered, type) }));
  const callers = all.filter(({ type, offered }) => offered.size > 0 || used.has(type));
  return {
    id: 'helpers',
    title: 'Helpers by prog type',
    note: 'cases that called it',
    columns: callers.map(({ type }) => ({ name: type })),
    rows: offeredHelpers(covered).map((name) => ({
      name,
      cells: callers.map(({ type, offered }) => {
        const count = reach.helpers[`${type} ${name}`] ?? 0;
        return count === 0 && !offered.has(name) ? 'none' : count;
      }),
    })),
  };
}

const offeredTo = ({ known, releases }: Covered, type: string): ReadonlySet<string> =>
  new Set(releases.flatMap((release) => known.offered(type, release)));

/** By id. */
function offeredHelpers(covered: Covered): readonly string[] {
  const offered = new Set(covered.known.progTypes.flatMap((type) => [...offeredTo(covered, type)]));
  return HELPERS.map((_, id) => helperName(id)!).filter((name) => offered.has(name));
}

/** What helpers came to. */
export function resultGrid(covered: Covered): Grid {
  return {
    id: 'results',
    detailOf: 'helpers',
    title: 'What helpers came to',
    note: 'cases and prog types; which errnos each could give is not known',
    ...resultsOf(offeredHelpers(covered), covered),
  };
}

/** Functions and variables of the kernel, and what functions came to. */
export function ksymGrid(covered: Covered): Grid {
  return {
    id: 'ksyms',
    title: 'Kernel symbols, and what kfuncs came to',
    note: 'cases; which errnos each could give is not known',
    ...resultsOf(KSYM_NAMES, covered),
  };
}

const PLAIN_RESULTS = ['0', 'positive', 'null', 'pointer', 'negative'];

/** Rows whose first cell says that it was used, the others with what result. */
function resultsOf(names: readonly string[], { reach }: Covered): Pick<Grid, 'columns' | 'rows'> {
  const uses = sumsByWord(reach.helpers, ([, name]) => name);
  const results = sumsByWord(reach.results, ([, name, ...result]) => `${name} ${result.join(' ')}`);
  const rows = new Set(names);
  const seen = new Set(
    [...results.keys()]
      .filter((key) => rows.has(key.split(' ', 1)[0]))
      .map((key) => key.slice(key.indexOf(' ') + 1)),
  );
  const columns = [
    ...PLAIN_RESULTS.filter((name) => seen.has(name)),
    ...[...seen].filter((name) => !PLAIN_RESULTS.includes(name)).sort(),
  ];
  return {
    columns: [
      { name: 'used' },
      ...columns.map((name) => ({ name, group: 'result', open: true as const })),
    ],
    rows: names.map((name): Row => {
      const used = (uses.get(name) ?? 0) + (reach.ksyms[name] ?? 0);
      return {
        name,
        cells: [used, ...columns.map((result) => results.get(`${name} ${result}`) ?? 'none')],
      };
    }),
  };
}
