import type { ProgType } from '../case/prog-type.ts';
import type { HelperName } from '../isa/helpers.ts';

/** What the support table is made from. */
export interface SupportData {
  /** Releases such as `6.1`, each with the target that was compared for it. */
  readonly releases: readonly { readonly release: string; readonly target: string }[];
  readonly progTypes: readonly ProgType[];
  readonly helpers: readonly SupportedHelper[];
  /** What the rules that excuse helpers say, by name. */
  readonly variations: Readonly<Record<string, string>>;
  /** In how many cases it was executed and compared on that target. */
  readonly compared: (kind: Compared, name: string, target: string) => number;
  /** Names that were compared, by kind. */
  readonly names: (kind: Compared) => readonly string[];
  /** Cases, and how many of them ended with a divergence. */
  readonly cases: number;
  readonly divergences: number;
}

export type Compared = 'progTypes' | 'helpers' | 'ksyms' | 'mapTypes' | 'errnos';

export interface SupportedHelper {
  readonly id: number;
  readonly name: HelperName;
  /** `bare`: exact on a machine with nothing of its own, as those that are booted for cases. */
  readonly exactness: 'exact' | 'bare' | 'varies' | 'refusals' | 'absent';
  /** The rule that excuses what varies. */
  readonly variation?: string;
  /** Whether a release offers it to progs of a type. */
  readonly offered: (type: ProgType, release: string) => boolean;
}

/** docs/support.md: what of BPF_PROG_RUN is emulated, and how often it was compared with kernels. */
export function supportText(data: SupportData): string {
  const { cases, divergences, releases } = data;
  const kernels = releases.map(({ release, target }) => `${release} (${target})`).join(', ');
  const found =
    divergences === 0
      ? 'no divergence'
      : `${divergences} divergences, which are mended or recorded`;
  return `${[
    INTRODUCTION,
    `Compared in ${cases} cases with ${found}. The releases are ${kernels}.`,
    '## Helpers by prog type',
    LEGEND,
    helperTable(data),
    '## Excused',
    excusedText(data),
    ...COUNTED.flatMap(([title, kind]) => [`## ${title}`, countTable(data, kind)]),
  ].join('\n\n')}\n`;
}

const INTRODUCTION = `# What is emulated, and compared

Printed from the code and from what campaigns compared (\`docs/reach.json\`, kept by \`bpfdiff run --reach\`)
by \`npx vitest run test/reports/support.test.ts -u\`. Nothing is claimed here that no campaign compared.`;

const MARKS = {
  exact: '=',
  bare: '*',
  varies: '~',
  refusals: '!',
  uncompared: '?',
  undone: '-',
  absent: '.',
} as const;

const LEGEND = `A cell has a mark for each release, in their order:

- \`${MARKS.exact}\` exact, and compared
- \`${MARKS.bare}\` exact on a machine that was booted for cases (no device but the loopback, no sockets, one cgroup), and compared
- \`${MARKS.varies}\` called and compared, its results excused by a rule
- \`${MARKS.refusals}\` exact where it refuses, and compared; the rest not done
- \`${MARKS.uncompared}\` emulated, and not compared yet
- \`${MARKS.undone}\` offered by the kernel, and not done
- \`${MARKS.absent}\` not offered by the kernel`;

const COUNTED = [
  ['Cases by prog type', 'progTypes'],
  ['Cases by helper', 'helpers'],
  ['Cases by kernel symbol', 'ksyms'],
  ['Cases by map type', 'mapTypes'],
  ['Cases by errno', 'errnos'],
] as const;

function helperTable(data: SupportData): string {
  const { progTypes, helpers, releases } = data;
  const rows = helpers
    .filter(({ offered }) =>
      progTypes.some((type) => releases.some(({ release }) => offered(type, release))),
    )
    .map((helper) => [
      `${helper.id} ${helper.name}`,
      ...progTypes.map((type) => `\`${marksOf(helper, type, data)}\``),
    ]);
  return markdownTable([['helper', ...progTypes], ...rows]);
}

const marksOf = (helper: SupportedHelper, type: ProgType, data: SupportData): string =>
  data.releases
    .map(({ release, target }) => {
      const { name, exactness, offered } = helper;
      if (!offered(type, release)) return MARKS.absent;
      if (exactness === 'absent') return MARKS.undone;
      const times = data.compared('helpers', `${type} ${name}`, target);
      return times === 0 ? MARKS.uncompared : MARKS[exactness];
    })
    .join('');

function excusedText({ helpers, variations }: SupportData): string {
  const rules = Object.entries(variations).map(([rule, reason]) => {
    const names = helpers.filter(({ variation }) => variation === rule).map(({ name }) => name);
    return `- **${rule}** (${reason}): ${names.join(', ')}.`;
  });
  return [
    'What differs from machine to machine is not observed; where such a helper fails, its errno is.',
    '',
    ...rules,
  ].join('\n');
}

function countTable({ releases, compared, names }: SupportData, kind: Compared): string {
  const targets = releases.map(({ target }) => target);
  return markdownTable([
    ['', ...targets],
    ...names(kind).map((name) => [
      name,
      ...targets.map((target) => `${compared(kind, name, target) || ''}`),
    ]),
  ]);
}

function markdownTable([heading, ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}
