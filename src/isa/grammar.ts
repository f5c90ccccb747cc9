import { FORMS, insnOf } from './forms.ts';
import { type Captured, HOLES } from './holes.ts';
import { type Insn, slotsOf } from './insn.ts';
import { RAW_TEMPLATES, templatesOf } from './syntax.ts';
import { type Token, tokenize } from './tokens.ts';

/** What was read of an insn: the insn, and the label that its distance is still to be taken from. */
export interface ReadInsn {
  readonly insn: Insn;
  readonly label: Captured['label'];
}

/** Where no template goes on: the index of the token (behind the last: the end), and what would fit. */
export interface Mismatch {
  readonly at: number;
  readonly expected: readonly string[];
}

/** All templates as one tree: what may come next stands side by side. */
interface Node {
  readonly literals: Map<string, Node>;
  readonly holes: Map<string, Node>;
  /** Set where a template ends here. */
  build?: (captured: Captured) => Insn;
}

const ROOT = newNode();
for (const form of FORMS) {
  for (const template of templatesOf(form)) addTemplate(template, (read) => insnOf(form, read));
}
for (const template of Object.values(RAW_TEMPLATES)) addTemplate(template, raw);

/**
 * The insn that all of `tokens` make up, or how far they fit and what was expected there. `labels`
 * holds the names of all labels of the prog.
 */
export function readInsn(
  tokens: readonly Token[],
  labels: ReadonlySet<string>,
): ReadInsn | Mismatch {
  const front = newFront();

  const walk = (node: Node, at: number, captured: Captured): ReadInsn | undefined => {
    if (at === tokens.length && node.build !== undefined) {
      return { insn: node.build(captured), label: captured.label };
    }
    reach(front, at).nodes.push(node);
    for (const [name, next] of node.holes) {
      const read = HOLES[name].read(tokens, at, labels);
      if (read === undefined) continue;
      const again = repeated(captured, read.fields);
      if (again !== undefined) reach(front, at).instead.push(again);
      else {
        const found = walk(next, read.end, { ...captured, ...read.fields });
        if (found !== undefined) return found;
      }
    }
    const next = node.literals.get(tokens[at]?.text);
    return next && walk(next, at + 1, captured);
  };

  return walk(ROOT, 0, {}) ?? { at: front.at, expected: expectedAt(front) };
}

export const END_OF_LINE = 'the end of the line';

/** The furthest token that any template came to, and the nodes that stood there. */
interface Front {
  at: number;
  nodes: Node[];
  /** What was expected where a token did fit, but not what stood before. */
  instead: string[];
}

function newFront(): Front {
  return { at: 0, nodes: [], instead: [] };
}

/** The front, moved on to `at` if that is further; something to be thrown away if it is not as far. */
function reach(front: Front, at: number): Front {
  if (at < front.at) return newFront();
  if (at > front.at) Object.assign(front, newFront(), { at });
  return front;
}

function expectedAt({ nodes, instead }: Front): readonly string[] {
  if (instead.length > 0) return [...new Set(instead)];
  const what = nodes.flatMap((node) => [
    ...[...node.holes.keys()].map((name) => HOLES[name].expected),
    ...[...node.literals.keys()].map((text) => `\`${text}\``),
    ...(node.build === undefined ? [] : [END_OF_LINE]),
  ]);
  return [...new Set(what)];
}

/** A field that a template names twice holds the same both times: `r1 = -r1`. */
function repeated(captured: Captured, fields: Captured): string | undefined {
  for (const field of ['dst', 'src'] as const) {
    const before = captured[field];
    if (before !== undefined && fields[field] !== undefined && fields[field] !== before) {
      return `register ${before} again`;
    }
  }
  return undefined;
}

function raw({ opcode, dst, src, off, imm, nextImm }: Captured): Insn {
  const insn = { opcode: opcode!, dst: dst!, src: src!, off: off!, imm: imm! };
  if (nextImm === undefined && slotsOf(insn) === 1) return insn;
  return { ...insn, nextImm: nextImm ?? 0 };
}

function addTemplate(template: string, build: (captured: Captured) => Insn): void {
  let node = ROOT;
  for (const token of tokenize(template)) {
    const branches = token.kind === 'hole' ? node.holes : node.literals;
    const key = token.kind === 'hole' ? token.text.slice(1) : token.text;
    let next = branches.get(key);
    if (next === undefined) {
      next = newNode();
      branches.set(key, next);
    }
    node = next;
  }
  if (node.build !== undefined) throw new Error(`two forms are written ${template}`);
  node.build = build;
}

function newNode(): Node {
  return { literals: new Map(), holes: new Map() };
}
