/** What a map command may carry, beside flags. */
interface CommandParts {
  /** Whether its key is one, or as many as it counts, or it takes none. */
  readonly keys: 'one' | 'counted' | 'none';
  readonly values: 'one' | 'counted' | 'none';
}

/**
 * The map commands of bpf(2) that a case may name, `enum bpf_cmd` of include/uapi/linux/bpf.h (7.2) without
 * BPF_MAP_. Their order is their number in canonical bytes: new ones go to the end.
 */
export const MAP_COMMANDS = {
  lookup: { keys: 'one', values: 'one' },
  update: { keys: 'one', values: 'one' },
  delete: { keys: 'one', values: 'none' },
  next_key: { keys: 'one', values: 'none' },
  lookup_and_delete: { keys: 'one', values: 'none' },
  freeze: { keys: 'none', values: 'none' },
  lookup_batch: { keys: 'none', values: 'none' },
  update_batch: { keys: 'counted', values: 'counted' },
  delete_batch: { keys: 'counted', values: 'none' },
  lookup_and_delete_batch: { keys: 'none', values: 'none' },
} as const satisfies Readonly<Record<string, CommandParts>>;

/** The name of a command. */
export type MapCommandKind = keyof typeof MAP_COMMANDS;

/** All of them, by their number. */
export const MAP_COMMAND_KINDS = Object.keys(MAP_COMMANDS) as readonly MapCommandKind[];

/** Whether the command is for as many elements as it counts. */
export const isBatch = (kind: MapCommandKind): boolean => kind.endsWith('_batch');

/** How many keys, and how many values, the command has where their pointers aren't NULL. */
export function partsOf(
  kind: MapCommandKind,
  count: number,
): { readonly keys: number; readonly values: number } {
  const { keys, values }: CommandParts = MAP_COMMANDS[kind];
  const number = { one: 1, counted: count, none: 0 };
  return { keys: number[keys], values: number[values] };
}
