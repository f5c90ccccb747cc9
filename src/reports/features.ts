import { FORMS } from '../isa/forms.ts';
import { HELPERS } from '../isa/helpers.ts';
import type { Target } from '../targets/target.ts';
import { printable } from './printable.ts';
import type { TextOptions } from './text-options.ts';

/** What a target offers, for people: a heading, then a paragraph for each kind of thing. */
export function featuresText(
  { name, info, features }: Pick<Target, 'name' | 'info' | 'features'>,
  { width, style }: TextOptions,
): string {
  const lacking = FORMS.map((form) => form.name).filter((form) => !features.forms.has(form));
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['prog types', [...features.progTypes]],
    ['map types', [...features.mapTypes]],
    [`insns: ${features.forms.size} forms, all but`, lacking.length > 0 ? lacking : ['none']],
    ...[...features.helpers].map(([type, ids]): [string, readonly string[]] => [
      `helpers of ${type}: ${ids.size}`,
      [...ids].sort((a, b) => a - b).map((id) => `${id} ${HELPERS[id] ?? 'unknown'}`),
    ]),
    ...[...features.ksyms].map(([type, ksyms]): [string, readonly string[]] => [
      `kernel symbols of ${type}: ${ksyms.size}`,
      [...ksyms],
    ]),
  ];
  const heading = `${name}: ${printable(info.kernel)}, ${info.linux.arch}, ${info.engine}`;
  return [
    style('strong', heading),
    ...sections
      .filter(([, words]) => words.length > 0)
      .flatMap(([title, words]) => [`${title}`, ...wrapped(words, width)]),
  ].join('\n');
}

/** Words with commas between them, two spaces in, in lines of at most `width` columns. */
function wrapped(words: readonly string[], width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words) {
    const longer = line === '' ? `  ${word}` : `${line}, ${word}`;
    if (longer.length < width || line === '') line = longer;
    else {
      lines.push(`${line},`);
      line = `  ${word}`;
    }
  }
  return [...lines, line];
}
