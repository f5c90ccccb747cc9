import type { Random } from 'fast-check';
import { FORMS } from '../../src/isa/forms.ts';
import {
  FORM_SHIFT,
  OPERANDS_KEYS_END,
  type OperandsKey,
  operandsOfKey,
  TAKEN_BIT,
} from '../../src/isa/operands.ts';
import { canGo, possibleOperands } from '../../src/isa/possible-operands.ts';
import { VALUE_CLASSES, type ValueClass } from '../../src/isa/value-class.ts';
import { isAimable } from './aims.ts';

/** Which operands have not been executed, in an order of chance, each in its turn. */
export interface Agenda {
  /**
   * The next one whose form is `allowed`, that was not reached and was given fewer than `TURNS` times; undefined
   * where few are left, or none.
   */
  next(allowed: ReadonlySet<string>): OperandsKey | undefined;
  /** Counts what was executed; comes back with how much of it is new. */
  reach(keys: readonly OperandsKey[]): number;
}

/** An aim may miss: registers may be others than their hints say, or the prog ends before it. */
const TURNS = 3;
/** Keys of forms that aren't allowed are passed over, so many of them. */
const LOOKS = 24;

export function createAgenda(random: Random): Agenda {
  const reached = new Uint8Array(OPERANDS_KEYS_END);
  let turn = shuffled(random, possibleKeys());
  let later: OperandsKey[] = [];
  let turns = 1;
  let at = 0;

  /** Those that a turn was not enough for are in the next one. */
  function startTurn(): void {
    turn = shuffled(random, later);
    later = [];
    at = 0;
    turns++;
  }

  return {
    next(allowed) {
      for (let looks = 0; looks < LOOKS; looks++) {
        if (at >= turn.length && turns < TURNS) startTurn();
        if (at >= turn.length) return undefined;
        const key = turn[at++];
        if (reached[key] !== 0) continue;
        later.push(key);
        if (allowed.has(operandsOfKey(key).form.name)) return key;
      }
      return undefined;
    },
    reach(keys) {
      let fresh = 0;
      for (const key of keys) {
        if (reached[key] !== 0) continue;
        reached[key] = 1;
        fresh++;
      }
      return fresh;
    },
  };
}

/** Every pair of classes that the values of a form can have; of jumps those that send it there. */
const possibleKeys = (): readonly OperandsKey[] =>
  possibleOperands().flatMap(({ form, way, first, second }) => {
    if (!isAimable(form) || (first === undefined && second === undefined)) return [];
    const start = (FORMS.indexOf(form) << FORM_SHIFT) | (way === 'taken' ? TAKEN_BIT : 0);
    const isPossible = (a: number, b: number): boolean =>
      form.kind !== 'jump' || canGo(form, way!, VALUE_CLASSES[a], VALUE_CLASSES[b]);
    return numbersOf(first).flatMap((a) =>
      numbersOf(second)
        .filter((b) => isPossible(a, b))
        .map((b) => start | (a << 4) | b),
    );
  });

const numbersOf = (classes: ReadonlySet<ValueClass> | undefined): readonly number[] =>
  classes === undefined
    ? [0]
    : [...VALUE_CLASSES.keys()].filter((number) => classes.has(VALUE_CLASSES[number]));

function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last--) {
    const other = random.nextInt(0, last);
    [mixed[last], mixed[other]] = [mixed[other], mixed[last]];
  }
  return mixed;
}
