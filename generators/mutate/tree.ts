import type { Body, CasePlan, Fragment, ProgPlan } from '../plan.ts';

/** What takes the place of a fragment: none, itself changed, or several. */
export type Edit = (fragment: Fragment, at: Position) => Body;

/** Where a fragment stands: the body around it, and its index in there. */
export interface Position {
  readonly body: Body;
  readonly index: number;
}

/** How many fragments there are in all progs and functions of the plan, those in bodies included. */
export const countFragments = ({ prog, targets }: CasePlan): number =>
  [prog, ...targets].flatMap(bodiesOf).reduce((sum, body) => sum + countIn(body), 0);

/** The plan with the fragment of that number, in the order of the text, edited. */
export function editFragment(plan: CasePlan, number: number, edit: Edit): CasePlan {
  const left = { skipped: number };
  const editProg = (prog: ProgPlan): ProgPlan => ({
    ...prog,
    body: editBody(prog.body, left, edit),
    functions: prog.functions.map((each) => ({ ...each, body: editBody(each.body, left, edit) })),
  });
  return { ...plan, prog: editProg(plan.prog), targets: plan.targets.map(editProg) };
}

/** The bodies of a prog: its own and those of its functions. */
export const bodiesOf = ({ body, functions }: ProgPlan): readonly Body[] => [
  body,
  ...functions.map((each) => each.body),
];

/** All bodies, those within fragments too. */
export const allBodies = (body: Body): readonly Body[] => [
  body,
  ...body.flatMap((fragment) =>
    'bodies' in fragment ? (fragment.bodies as readonly Body[]).flatMap(allBodies) : [],
  ),
];

const countIn = (body: Body): number =>
  body.reduce(
    (sum, fragment) =>
      sum +
      1 +
      ('bodies' in fragment
        ? (fragment.bodies as readonly Body[]).reduce((inner, inside) => inner + countIn(inside), 0)
        : 0),
    0,
  );

function editBody(body: Body, left: { skipped: number }, edit: Edit): Body {
  if (left.skipped < 0) return body;
  return body.flatMap((fragment, index): Body => {
    if (left.skipped-- === 0) return edit(fragment, { body, index });
    if (left.skipped < 0 || !('bodies' in fragment)) return [fragment];
    const bodies = (fragment.bodies as readonly Body[]).map((inside) =>
      editBody(inside, left, edit),
    );
    return [{ ...fragment, bodies } as unknown as Fragment];
  });
}
