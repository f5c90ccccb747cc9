import type { Case, MapSpec } from '../../src/case/case.ts';
import { assemble } from '../../src/isa/assemble.ts';
import type { Insn } from '../../src/isa/insn.ts';
import { namedBy } from '../../src/isa/named-by.ts';
import { rewriteInsns } from '../../src/isa/rewrite.ts';
import { withOpcode } from './alterations.ts';
import { MAPS } from './maps.ts';

/** Insns that stand before a prog, and functions that stand behind it. */
export interface Snippet {
  /** Jumps go through both; the first `headCount` are the head. Maps and kernel symbols are named by index. */
  readonly insns: readonly Insn[];
  readonly headCount: number;
  /** Names of `MAPS`. */
  readonly maps: readonly string[];
  readonly ksyms: readonly string[];
}

const KNOWN = new Map<string, Snippet>();

/** What the text of a variant of a rule (rule.ts) says; read once. */
export function snippetOf(text: string): Snippet {
  let snippet = KNOWN.get(text);
  if (snippet === undefined) {
    snippet = readSnippet(text);
    KNOWN.set(text, snippet);
  }
  return snippet;
}

/** The case with the snippet around its first prog. */
export function withSnippet(testCase: Case, snippet: Snippet): Case {
  const maps = snippet.maps.map(
    (name): MapSpec => ({ ...MAPS[name], name: `near_${name}`.slice(0, 15) }),
  );
  const ksyms = [...new Set([...testCase.ksyms, ...snippet.ksyms])];
  const renumbered = snippet.insns.map((insn): Insn => {
    const what = namedBy(insn);
    if (what === 'map') return { ...insn, imm: insn.imm + testCase.maps.length };
    return what === 'ksym' ? { ...insn, imm: ksyms.indexOf(snippet.ksyms[insn.imm]) } : insn;
  });
  const [main, ...others] = testCase.progs;
  const insns = rewriteInsns(renumbered, (insn, i) =>
    i === snippet.headCount - 1 ? [insn, ...main.insns] : [insn],
  );
  return {
    ...testCase,
    maps: [...testCase.maps, ...maps],
    ksyms,
    progs: [{ ...main, insns }, ...others],
  };
}

const SETTINGS = /\{(.*)\}/;
const NAMED = /\b(map|value|kfunc|var):(\w+)/g;
const WRITTEN: Readonly<Record<string, (index: number) => string>> = {
  map: (index) => `map_by_fd(${index}) ll`,
  value: (index) => `map_val(map_by_fd(${index})) +0 ll`,
  kfunc: (index) => `kfunc#${index}`,
  var: (index) => `var_addr(${index}) ll`,
};

function readSnippet(text: string): Snippet {
  const maps: string[] = [];
  const ksyms: string[] = [];
  const written = text.replace(NAMED, (_, kind: string, name: string) => {
    const names = kind === 'map' || kind === 'value' ? maps : ksyms;
    if (!names.includes(name)) names.push(name);
    return WRITTEN[kind](names.indexOf(name));
  });
  const [head, tail = []] = written.split('---').map(statements);
  const lines = ['r6 = r1', ...head, 'end: r1 = r6', ...tail];
  const insns = assemble(lines.map((line) => line.replace(SETTINGS, '')).join('\n'));
  return {
    insns: insns.map((insn, i) => withSettings(insn, SETTINGS.exec(lines[i])?.[1])),
    headCount: head.length + 2,
    maps,
    ksyms,
  };
}

const statements = (text: string): readonly string[] =>
  text
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');

/** `src=1, op^=0x20`. */
function withSettings(insn: Insn, settings: string | undefined): Insn {
  if (settings === undefined) return insn;
  let changed = insn;
  for (const setting of settings.split(',')) {
    const [field, value] = setting.split('=').map((part) => part.trim());
    if (field === 'op^') changed = withOpcode(changed, changed.opcode ^ Number(value));
    else changed = { ...changed, [field === 'next' ? 'nextImm' : field]: Number(value) };
  }
  return changed;
}
