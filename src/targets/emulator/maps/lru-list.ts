/** An element of an LRU map. */
export interface LruNode {
  readonly element: number;
  /** The key that it holds, where it holds one. */
  key: string;
  /** Whether it was used since it came to its list. */
  used: boolean;
  list: ListName;
}

type ListName = 'local-free' | 'pending' | 'free' | 'active' | 'inactive';

/** Who is to go next, where a map drops what was not used for long. */
export interface Lru {
  /** An element for a new key. Others may lose theirs for it: `evict` is told. */
  take(key: string): LruNode | undefined;
  /** An element whose key is gone. */
  give(node: LruNode): void;
}

/** `LOCAL_FREE_TARGET` and `PERCPU_FREE_TARGET`: also how many nodes are looked at, at most. */
export const SHARED_TARGET = 128;
const OWN_TARGET = 4;

export interface LruOptions {
  readonly elements: number;
  /** BPF_F_NO_COMMON_LRU: each CPU has a list of its own. */
  readonly lists: 'shared' | 'own';
  /** How many elements a CPU takes from shared lists at once. */
  readonly freeTarget: number;
  readonly evict: (node: LruNode) => void;
}

/**
 * kernel/bpf/bpf_lru_list.c (6.1), as it goes where all is done on one CPU: lists are arrays whose head
 * comes first. Elements that are used again are moved to the active list by and by; the inactive list
 * is shrunk from its tail. A CPU takes as many free elements at once as `freeTarget` says, and drops as
 * many where there are none, so that up to 6.15 (commit d4adf1c9ee77) a small map may lose all it has.
 */
export function createLru({ elements, lists: kind, freeTarget, evict }: LruOptions): Lru {
  const lists: Record<ListName, LruNode[]> = {
    'local-free': [],
    pending: [],
    free: [],
    active: [],
    inactive: [],
  };
  const scans = kind === 'shared' ? SHARED_TARGET : OWN_TARGET;
  /** `next_inactive_rotation`; null is the head of the list itself. */
  let rotation: LruNode | null = null;

  for (let element = 0; element < elements; element++) {
    lists.free.unshift({ element, key: '', used: false, list: 'free' });
  }

  /** `__bpf_lru_node_move` and its likes. */
  function move(node: LruNode, to: ListName): void {
    const from = lists[node.list];
    const at = from.indexOf(node);
    if (node === rotation) rotation = from[at - 1] ?? null;
    from.splice(at, 1);
    node.list = to;
    node.used = false;
    lists[to].unshift(node);
  }

  const fromTail = (list: ListName): readonly LruNode[] => lists[list].slice().reverse();

  function rotate(): void {
    if (lists.inactive.length < lists.active.length) {
      for (const node of fromTail('active').slice(0, scans)) {
        move(node, node.used ? 'active' : 'inactive');
      }
    }
    rotateInactive();
  }

  /** Goes on towards the head from where it was last, and from the tail again. */
  function rotateInactive(): void {
    const { inactive } = lists;
    if (inactive.length === 0) return;
    const behind = rotation === null ? undefined : inactive[inactive.indexOf(rotation) + 1];
    const last = behind ?? inactive[0];
    const order = fromTail('inactive');
    const start = rotation === null ? 0 : order.indexOf(rotation);
    let next: LruNode | null = null;
    for (let i = 0; i < Math.min(scans, order.length); i++) {
      const node = order[(start + i) % order.length];
      next = inactive[inactive.indexOf(node) - 1] ?? null;
      if (node.used) move(node, 'active');
      if (node === last) break;
    }
    rotation = next;
  }

  /** Those that were not used; one of any kind where there is none. */
  function shrink(target: number, to: ListName): void {
    let shrunk = 0;
    for (const node of fromTail('inactive').slice(0, scans)) {
      if (node.used) {
        move(node, 'active');
        continue;
      }
      evict(node);
      move(node, to);
      if (++shrunk === target) break;
    }
    if (shrunk > 0) return;
    const victim = lists.inactive.at(-1) ?? lists.active.at(-1);
    if (victim === undefined) return;
    evict(victim);
    move(victim, to);
  }

  /** `bpf_lru_list_pop_free_to_local` */
  function refill(): void {
    for (const node of fromTail('pending')) move(node, node.used ? 'active' : 'inactive');
    rotate();
    const free = lists.free.slice(0, freeTarget);
    for (const node of free) move(node, 'local-free');
    if (free.length < freeTarget) shrink(freeTarget - free.length, 'local-free');
  }

  /** `__local_list_pop_pending`: the oldest of the new ones. */
  function stolen(): LruNode | undefined {
    const oldest = fromTail('pending');
    const victim = oldest.find(({ used }) => !used) ?? oldest[0];
    if (victim !== undefined) evict(victim);
    return victim;
  }

  function takeShared(): LruNode | undefined {
    if (lists['local-free'].length === 0) refill();
    const node = lists['local-free'][0] ?? stolen();
    if (node !== undefined) move(node, 'pending');
    return node;
  }

  function takeOwn(): LruNode | undefined {
    rotate();
    if (lists.free.length === 0) shrink(OWN_TARGET, 'free');
    const [node] = lists.free;
    if (node !== undefined) move(node, 'inactive');
    return node;
  }

  return {
    take(key) {
      const node = kind === 'shared' ? takeShared() : takeOwn();
      if (node !== undefined) node.key = key;
      return node;
    },
    give: (node) => move(node, node.list === 'pending' ? 'local-free' : 'free'),
  };
}
