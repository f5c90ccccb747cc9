import { OPERANDS_KEYS_END, operandNames } from '../case/operand-counts.ts';
import { DONE_KINDS, type Reached } from './reach.ts';

/** Finds the cases that are the first to reach something; what the verifier says is its own, and many words. */
export interface FirstReached {
  /** The names that no case before reached, such as `forms add64.x`, and `first add64.x -1`. */
  of(reached: Reached): readonly string[];
}

/** `before` are names that were reached by earlier campaigns. Its size is bounded by what there is to reach. */
export function createFirstReached(before: ReadonlySet<string>): FirstReached {
  const seen = Object.fromEntries(DONE_KINDS.map((kind) => [kind, new Set<string>()]));
  const seenOperands = new Uint8Array(OPERANDS_KEYS_END);
  const seenNames = new Set<string>();
  return {
    of(reached) {
      const first: string[] = [];
      for (const kind of DONE_KINDS) {
        for (const name of reached[kind] ?? []) {
          if (seen[kind].has(name)) continue;
          seen[kind].add(name);
          first.push(`${kind} ${name}`);
        }
      }
      for (const key of reached.operands ?? []) {
        if (seenOperands[key] === 1) continue;
        seenOperands[key] = 1;
        // Each value by itself: of pairs there are so many that most cases reach a new one.
        for (const name of operandNames(key)) {
          if (!seenNames.has(name)) first.push(name);
          seenNames.add(name);
        }
      }
      return first.filter((name) => !before.has(name));
    },
  };
}
