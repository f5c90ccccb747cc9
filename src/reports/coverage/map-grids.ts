import { errnoName } from '../../case/errno-names.ts';
import { MAP_COMMAND_KINDS } from '../../case/map-command.ts';
import type { Grid } from './grid.ts';
import type { Covered } from './page.ts';
import { sumsByWord } from './sums-by-word.ts';

/** Map types, with what progs and user space did with maps of it. */
export function mapGrid({ reach, known }: Covered): Grid {
  const operations = sumsByWord(reach.mapOps, ([type, operation]) => `${type} ${operation}`);
  const commands: readonly string[] = MAP_COMMAND_KINDS;
  const helpers = new Set(
    [...operations.keys()]
      .map((key) => key.split(' ')[1])
      .filter((name) => !commands.includes(name)),
  );
  const fromProgs = [...new Set([...PROG_OPERATIONS.keys(), ...helpers])];
  return {
    id: 'maps',
    title: 'Map types and operations',
    note: 'cases and results; a map may also be reached by its values, which lie in memory',
    columns: [
      { name: 'created' },
      ...commands.map((name) => ({ name, group: 'map commands' })),
      ...fromProgs.map((name) => ({ name, group: 'helpers' })),
    ],
    rows: known.mapTypes.map((type) => ({
      name: type,
      cells: [
        reach.mapTypes[type] ?? 0,
        ...commands.map((name) => operations.get(`${type} ${name}`) ?? 0),
        ...fromProgs.map((name) => {
          const count = operations.get(`${type} ${name}`) ?? 0;
          return count === 0 && !PROG_OPERATIONS.get(name)?.has(type) ? 'none' : count;
        }),
      ],
    })),
  };
}

const HASHES = ['hash', 'percpu_hash', 'lru_hash', 'lru_percpu_hash'];
const ARRAYS = ['array', 'percpu_array'];
const PLAIN = [...HASHES, ...ARRAYS];

/** Which map types a helper takes: `check_map_func_compatibility`, kernel/bpf/verifier.c, 7.2. */
const PROG_OPERATIONS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    map_lookup_elem: [
      ...PLAIN,
      'lpm_trie',
      'array_of_maps',
      'hash_of_maps',
      'devmap',
      'devmap_hash',
    ],
    map_update_elem: [...PLAIN, 'lpm_trie'],
    map_delete_elem: [...PLAIN, 'lpm_trie'],
    map_push_elem: ['queue', 'stack', 'bloom_filter'],
    map_pop_elem: ['queue', 'stack'],
    map_peek_elem: ['queue', 'stack', 'bloom_filter'],
    map_lookup_percpu_elem: ['percpu_array', 'percpu_hash', 'lru_percpu_hash'],
    for_each_map_elem: PLAIN,
    redirect_map: ['devmap', 'devmap_hash', 'cpumap', 'xskmap'],
    tail_call: ['prog_array'],
    perf_event_output: ['perf_event_array'],
    ringbuf_output: ['ringbuf'],
    ringbuf_reserve: ['ringbuf'],
    ringbuf_query: ['ringbuf'],
  }).map(([name, types]) => [name, new Set(types)]),
);

/** Map types, with what operations on them came to. */
export function mapResultGrid({ reach, known }: Covered): Grid {
  const results = sumsByWord(reach.mapOps, ([type, , ...result]) => `${type} ${result.join(' ')}`);
  const columns = [...new Set([...results.keys()].map((key) => key.slice(key.indexOf(' ') + 1)))];
  return {
    id: 'errnos',
    detailOf: 'maps',
    title: 'What operations on maps came to',
    note: 'cases and operations; which errnos each could give is not known',
    columns: [
      { name: 'used' },
      ...columns.sort().map((name) => ({ name, group: 'result', open: true as const })),
    ],
    rows: known.mapTypes.map((type) => {
      const cells = columns.map((result) => results.get(`${type} ${result}`) ?? 'none');
      const used = cells.reduce<number>((sum, cell) => sum + (cell === 'none' ? 0 : cell), 0);
      return { name: type, cells: [used, ...cells] };
    }),
  };
}

/** Prog types, with the errnos that BPF_PROG_RUN gave. */
export function progTypeGrid({ reach, known }: Covered): Grid {
  const errnos = new Map<string, number>();
  for (const [name, count] of Object.entries(reach.errnos)) {
    const [type, errno] = name.split(' ');
    // What verifiers object to is told by its message.
    if (type === 'load') continue;
    errnos.set(`${type} ${errnoName(Number(errno))}`, count);
  }
  const columns = [...new Set([...errnos.keys()].map((key) => key.slice(key.indexOf(' ') + 1)))];
  return {
    id: 'types',
    title: 'Prog types, and the errnos of BPF_PROG_RUN',
    note: 'cases; which errnos each could give is not known',
    columns: [
      { name: 'run' },
      ...columns.sort().map((name) => ({ name, group: 'errno', open: true as const })),
    ],
    rows: known.progTypes.map((type) => ({
      name: type,
      cells: [
        reach.progTypes[type] ?? 0,
        ...columns.map((name) => errnos.get(`${type} ${name}`) ?? ('none' as const)),
      ],
    })),
  };
}
