import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesOf } from './project.ts';

const FILES = filesOf('.');
const PATHS = FILES.map(({ path }) => path);
const DOCUMENTS = FILES.filter(({ path }) => path.endsWith('.md'));

/** `[text](path)`, without what leads out of the project and what is behind `#`. */
const linksIn = (text: string): readonly string[] =>
  [...text.matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, path]) => path!);

/** Names of source files in backquotes, such as `isa/alu.ts`. */
const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/`([\w./-]+\.(?:tsx?|[ch]))`/g)].map(([, path]) =>
    path!.replace(/^(\.\.?\/)+/, ''),
  );

describe('documents', () => {
  it.each(DOCUMENTS.map(({ path, text }) => [path, text]))('%s links to files', (path, text) => {
    const lost = linksIn(text).filter((link) => !existsSync(join(dirname(path), link)));
    expect(lost).toEqual([]);
  });

  it.each(DOCUMENTS.map(({ path, text }) => [path, text]))('%s names files', (_, text) => {
    const there = (name: string) => PATHS.some((path) => `/${path}`.endsWith(`/${name}`));
    expect(namesIn(text).filter((name) => !there(name))).toEqual([]);
  });
});
