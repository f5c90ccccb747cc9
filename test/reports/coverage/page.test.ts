import { describe, expect, it } from 'vitest';
import { type Cell, levelOf, missedRows, shareOf } from '../../../src/reports/coverage/grid.ts';
import { page } from './example.ts';

const gridOf = (id: string, reach: Parameters<typeof page>[0] = {}) =>
  page(reach).grids.find((grid) => grid.id === id)!;

/** What a row has in a column. */
const cell = (id: string, row: string, column: string, reach = {}): Cell | undefined => {
  const { columns, rows } = gridOf(id, reach);
  return rows.find(({ name }) => name === row)?.cells[
    columns.findIndex(({ name, group }) => [name, `${group}: ${name}`].includes(column))
  ];
};

describe('a page of coverage', () => {
  it.each([
    ['insns', 'add64.x', 'executed', 1200],
    ['insns', 'add64.x', 'first value: 0', 5],
    ['insns', 'add64.x', 'first value: 1', 0],
    ['insns', 'add64.x', 'second value: 1', 5],
    ['insns', 'add64.k', 'executed', 0],
    ['insns', 'add64.k', 'second value: s64 max', 'none'],
    ['insns', 'exit', 'executed', 7],
    ['insns', 'exit', 'first value: 0', 'none'],
    ['insns', 'jeq32.k taken', 'executed', 3],
    ['insns', 'jeq32.k not taken', 'executed', 1],
    ['jumps', 'jeq32.k', 'both within a case', 1],
    ['jumps', 'jeq32.k', 'not taken only', 0],
    ['helpers', 'map_lookup_elem', 'xdp', 12],
    ['helpers', 'map_lookup_elem', 'sk_lookup', 0],
    ['helpers', 'redirect', 'xdp', 0],
    ['helpers', 'redirect', 'sk_lookup', 'none'],
    ['results', 'map_lookup_elem', 'used', 12],
    ['results', 'map_lookup_elem', 'null', 9],
    ['results', 'redirect', 'used', 0],
    ['ksyms', 'bpf_strlen', 'used', 0],
    ['maps', 'hash', 'update', 2],
    ['maps', 'hash', 'map_lookup_elem', 9],
    ['maps', 'hash', 'map_update_elem', 0],
    ['maps', 'hash', 'map_push_elem', 'none'],
    ['maps', 'queue', 'created', 0],
    ['errnos', 'hash', 'EEXIST', 2],
    ['errnos', 'queue', 'EEXIST', 'none'],
    ['types', 'xdp', 'EINVAL', 4],
    ['types', 'sk_lookup', 'run', 0],
  ])('has in %s for %s in %s %j', (id, row, column, expected) => {
    expect(cell(id, row, column)).toBe(expected);
  });

  it('shows what was reached although nobody knew that there is such a thing', () => {
    const helpers = { 'sk_lookup redirect': 3 };
    expect(cell('helpers', 'redirect', 'sk_lookup', { helpers })).toBe(3);
  });

  it('names rows of which nothing was reached', () => {
    expect(missedRows(gridOf('helpers'))).toEqual(['redirect']);
    expect(missedRows(gridOf('types'))).toEqual(['sk_lookup']);
  });

  it('tells shares of what is known, not of results that may not exist', () => {
    expect(shareOf(gridOf('helpers'))).toEqual({ reached: 1, known: 3 });
    expect(shareOf(gridOf('types'))).toEqual({ reached: 1, known: 2 });
    expect(page().targets[0].shares.types).toEqual({ reached: 1, known: 2 });
  });

  it('has messages in the order of their counts', () => {
    expect(page().lists[0].entries).toEqual([
      ['<b>&', 5],
      ['R! !read_ok', 2],
    ]);
  });

  it.each([
    [0, 0],
    [1, 1],
    [9, 1],
    [10, 2],
    [99, 2],
    [100, 3],
    [1000, 4],
    [1_000_000, 4],
  ])('has a level for %d: %d', (count, level) => {
    expect(levelOf(count)).toBe(level);
  });
});
