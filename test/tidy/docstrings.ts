import { areaOf } from './areas.ts';
import { importsOf } from './imports.ts';
import type { SourceFile } from './project.ts';

const EXPORT = /^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/;
/** `type X = (typeof X)[number]` says nothing that the documented value above it has not said. */
const OF_VALUE =
  /^export type (\w+) = \(?(?:keyof )?\(?typeof \1\b|^export type \w+ = \(typeof \w+\)/;

/** `path: name` of every export that another area imports and that has no docstring above it. */
export function undocumentedExports(sources: readonly SourceFile[]): readonly string[] {
  const imported = new Set(
    sources
      .flatMap(importsOf)
      .filter(({ from, to, kind }) => kind === 'file' && areaOf(from) !== areaOf(to))
      .flatMap(({ to, names }) => names.map((name) => `${to}: ${name}`)),
  );
  return sources.flatMap(exportsWithoutDocstring).filter((exported) => imported.has(exported));
}

function exportsWithoutDocstring({ path, text }: SourceFile): readonly string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    const name = EXPORT.exec(line)?.[1];
    if (name === undefined || OF_VALUE.test(line)) return [];
    return lines[i - 1]?.trim().endsWith('*/') ? [] : [`${path}: ${name}`];
  });
}
