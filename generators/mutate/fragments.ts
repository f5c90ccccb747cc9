import type { Random } from 'fast-check';
import { FORMS, type Form, type FormKind } from '../../src/isa/forms.ts';
import type { Body, CasePlan, Fragment } from '../plan.ts';
import { oneIn, pick } from '../random.ts';
import { allBodies, bodiesOf, countFragments, editFragment } from './tree.ts';

/** More fragments than that are not put into a case. */
const FRAGMENTS_MAX = 80;
/** Fragments that come from another plan at once. */
const SPLICED_MAX = 8;

/** A part of another plan's prog stands before one fragment, or in its place. */
export function splice(random: Random, plan: CasePlan, pool: readonly CasePlan[]): CasePlan {
  const donors = pool.filter(
    (other) => other.progType === plan.progType && other.attachType === plan.attachType,
  );
  if (donors.length === 0 || countFragments(plan) >= FRAGMENTS_MAX) return plan;
  const donor = pick(random, donors);
  const bodies = bodiesOf(donor.prog)
    .flatMap(allBodies)
    .filter((body) => body.length > 0);
  if (bodies.length === 0) return plan;
  const from = pick(random, bodies);
  const start = random.nextInt(0, from.length - 1);
  const part = from.slice(start, start + random.nextInt(1, SPLICED_MAX));
  const replaces = oneIn(random, 3);
  const spliced = editAny(random, plan, (fragment) => [...part, ...(replaces ? [] : [fragment])]);
  return countFragments(spliced) > 2 * FRAGMENTS_MAX ? plan : spliced;
}

/** The two registers of a fragment change places. */
export const swapOperands = (random: Random, plan: CasePlan): CasePlan =>
  editSuited(random, plan, (fragment) =>
    'src' in fragment && 'dst' in fragment && fragment.src !== fragment.dst
      ? ({ ...fragment, dst: fragment.src, src: fragment.dst } as Fragment)
      : undefined,
  );

/** The same operation in another width, signedness kept. */
export const changeWidth = (random: Random, plan: CasePlan): CasePlan =>
  editSuited(random, plan, (fragment) => {
    if (!('form' in fragment) || !RESIZED.has(fragment.kind)) return undefined;
    const others = WIDTHS.get(fragment.form.name);
    return others && ({ ...fragment, form: pick(random, others) } as Fragment);
  });

/** What stands around a check moves into its body, or out of it; or the check is for more or fewer bytes. */
export const moveCheck = (random: Random, plan: CasePlan): CasePlan =>
  editAny(
    random,
    plan,
    (fragment) => {
      if (!('bodies' in fragment)) return [fragment];
      const [first, ...others] = fragment.bodies as readonly Body[];
      const around = (inside: Body): Fragment =>
        ({ ...fragment, bodies: [inside, ...others] }) as unknown as Fragment;
      switch (random.nextInt(0, fragment.kind === 'packet' ? 2 : 1)) {
        case 0:
          return first.length === 0 ? [fragment] : [first[0], around(first.slice(1))];
        case 1:
          return first.length === 0 ? [fragment] : [around(first.slice(0, -1)), first.at(-1)!];
        default:
          return fragment.kind === 'packet'
            ? [{ ...fragment, bytes: Math.max(0, fragment.bytes + pick(random, [-8, -1, 1, 8])) }]
            : [fragment];
      }
    },
    (fragment) => 'bodies' in fragment,
  );

export const duplicate = (random: Random, plan: CasePlan): CasePlan =>
  countFragments(plan) >= FRAGMENTS_MAX
    ? plan
    : editAny(random, plan, (fragment) => [fragment, fragment]);

export const drop = (random: Random, plan: CasePlan): CasePlan => editAny(random, plan, () => []);

/** A fragment trades places with the one behind it. */
export const swapNeighbours = (random: Random, plan: CasePlan): CasePlan => {
  let moved: Fragment | undefined;
  const without = editAny(random, plan, (fragment) => {
    moved = fragment;
    return [];
  });
  if (moved === undefined || countFragments(without) === 0) return plan;
  return editAny(random, without, (fragment) => [fragment, moved!]);
};

/** One number of a fragment is another. */
export const changeNumber = (random: Random, plan: CasePlan): CasePlan =>
  editSuited(random, plan, (fragment) => {
    const names = NUMBERS.filter((name) => name in fragment);
    if (names.length === 0) return undefined;
    const name = pick(random, names);
    const before = (fragment as unknown as Readonly<Record<string, number>>)[name];
    if (typeof before !== 'number') return undefined;
    const after = name === 'imm' ? changedImm(random, before) : random.nextInt(0, 255);
    return { ...fragment, [name]: after } as Fragment;
  });

/** Hints that may be any number, which lowering takes the next thing for that is there. */
const NUMBERS = ['dst', 'src', 'imm', 'off', 'reg', 'base', 'index', 'key', 'test', 'at', 'map'];

const changedImm = (random: Random, imm: number): number =>
  pick(random, [imm + 1, imm - 1, -imm, ~imm, imm ^ (1 << random.nextInt(0, 31))]) | 0;

const RESIZED: ReadonlySet<Fragment['kind']> = new Set<Fragment['kind']>([
  'alu',
  'branch',
  'access',
  'indexed',
]);

/** The forms that differ from a form in their width alone. */
const WIDTHS: ReadonlyMap<string, readonly Form[]> = new Map(
  FORMS.map((form): readonly [string, readonly Form[]] => [
    form.name,
    FORMS.filter((other) => other !== form && kinship(other) === kinship(form)),
  ]).filter(([, others]) => others.length > 0),
);

/** What forms of one operation have in common. */
function kinship(form: Form): string {
  const { kind, op, order, operand, signed } = form as Kinship;
  return [kind, op?.name ?? order, operand, signed].join();
}

interface Kinship {
  readonly kind: FormKind;
  readonly op?: { readonly name: string };
  readonly order?: string;
  readonly operand?: string;
  readonly signed?: boolean;
}

type EditOne = (fragment: Fragment) => Body;

/** One fragment, of those that suit, is edited. */
function editAny(
  random: Random,
  plan: CasePlan,
  edit: EditOne,
  suits: (fragment: Fragment) => boolean = () => true,
): CasePlan {
  const count = countFragments(plan);
  if (count === 0) return plan;
  let number = random.nextInt(0, count - 1);
  for (let tried = 0; tried < count; tried++, number = (number + 1) % count) {
    let suited = false;
    const edited = editFragment(plan, number, (fragment) => {
      suited = suits(fragment);
      return suited ? edit(fragment) : [fragment];
    });
    if (suited) return edited;
  }
  return plan;
}

/** The first fragment, from any on, that `change` has another for. */
function editSuited(
  random: Random,
  plan: CasePlan,
  change: (fragment: Fragment) => Fragment | undefined,
): CasePlan {
  let changed: Fragment | undefined;
  return editAny(
    random,
    plan,
    () => [changed!],
    (fragment) => {
      changed = change(fragment);
      return changed !== undefined;
    },
  );
}
