import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** An address of packages, as apt's configuration names it. */
export interface Source {
  readonly uri: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** The keys, as `Signed-By` says it: a path, fingerprints, or a whole key with leading spaces. */
  readonly signedBy: string | undefined;
}

/** Reads the sources that the system has. */
export async function systemSources(signal: AbortSignal): Promise<readonly Source[]> {
  const shell = ['list', 'Dir::Etc::SourceList/f', 'parts', 'Dir::Etc::SourceParts/d'];
  const { stdout } = await execa('apt-config', ['shell', ...shell], { cancelSignal: signal });
  const path = (name: string) => new RegExp(`^${name}='(.*)'$`, 'm').exec(stdout)?.[1] ?? '';
  const parts = await readdir(path('parts')).catch(() => []);
  const files = [path('list'), ...parts.map((name) => join(path('parts'), name))];
  const sources = await Promise.all(
    files.map(async (file) => {
      const text = await readFile(file, 'utf8').catch(() => '');
      if (file.endsWith('.sources')) return parseDeb822(text);
      return file.endsWith('.list') ? parseList(text) : [];
    }),
  );
  return sources.flat();
}

/** Paragraphs of `Field: value`; lines that begin with a space go on. See sources.list(5). */
export function parseDeb822(text: string): readonly Source[] {
  const paragraphs = text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/);
  return paragraphs.flatMap((paragraph) => {
    const field = (name: string) =>
      new RegExp(`^${name}:[ \\t]*(.*(?:\\n[ \\t].*)*)`, 'im').exec(paragraph)?.[1];
    const words = (name: string) => field(name)?.split(/\s+/).filter(Boolean) ?? [];
    if (!words('Types').includes('deb') || /^no$/i.test(field('Enabled')?.trim() ?? '')) return [];
    return words('URIs').flatMap((uri) =>
      words('Suites').map((suite) => ({
        uri,
        suite,
        components: words('Components'),
        signedBy: field('Signed-By')?.trimEnd(),
      })),
    );
  });
}

/** Lines such as `deb [signed-by=KEYRING] URI SUITE COMPONENT...`. */
export function parseList(text: string): readonly Source[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (!match) return [];
    const [, options = '', uri, suite, components] = match;
    return [
      {
        uri: uri!,
        suite: suite!,
        components: components!.split(/\s+/).filter(Boolean),
        signedBy: /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1]?.replaceAll(',', ' '),
      },
    ];
  });
}

const RELEASES =
  '(?:(?:oldold|old)?stable|testing|unstable|sid|buster|bullseye|bookworm|trixie|forky|duke)';
const MIRRORS = {
  main: { suite: new RegExp(`^${RELEASES}$`), uri: /\/debian\/?$/ },
  security: { suite: new RegExp(`^${RELEASES}(?:-security|/updates)$`), uri: /\/debian-security/ },
};

/**
 * Source lists, in deb822, of suites of Debian at the mirrors that the system has for its own, with
 * the keys that it trusts there. Undefined where it has none: not every system is Debian.
 */
export function debianSources(
  system: readonly Source[],
  suites: readonly string[],
): string | undefined {
  const paragraphs = suites.flatMap((suite) => {
    const mirror = MIRRORS[suite.endsWith('-security') ? 'security' : 'main'];
    const ofDebian = system.filter(
      (source) => mirror.suite.test(source.suite) && source.components.includes('main'),
    );
    // Others may have packages for Debian's releases; its own mirrors are named so by custom.
    const source = ofDebian.find(({ uri }) => mirror.uri.test(uri)) ?? ofDebian[0];
    return source ? [paragraph(source, suite)] : [];
  });
  return paragraphs.length > 0 ? paragraphs.join('\n') : undefined;
}

function paragraph({ uri, signedBy }: Source, suite: string): string {
  const keys = signedBy === undefined ? '' : `Signed-By: ${signedBy}\n`;
  return `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\n${keys}`;
}
