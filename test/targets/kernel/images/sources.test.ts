import { describe, expect, it } from 'vitest';
import {
  debianSources,
  parseDeb822,
  parseList,
  type Source,
} from '../../../../src/targets/kernel/images/sources.ts';

const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';

describe('parseDeb822', () => {
  it('gives each suite of each address, with its keys', () => {
    const text = `# the mirror
Types: deb deb-src
URIs: http://mirror.example/debian
# Suites: sid
Suites: bookworm bookworm-updates
Components: main
Signed-By: ${KEYS}

Types: deb-src
URIs: http://mirror.example/debian
Suites: bookworm
Components: main

Enabled: no
Types: deb
URIs: http://mirror.example/debian
Suites: trixie
Components: main
`;
    expect(parseDeb822(text)).toEqual(
      ['bookworm', 'bookworm-updates'].map((suite) => ({
        uri: 'http://mirror.example/debian',
        suite,
        components: ['main'],
        signedBy: KEYS,
      })),
    );
  });

  it('takes a key that is given as a whole', () => {
    const key = '\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP-----';
    const text = `Types: deb\nURIs: http://a/debian\nSuites: sid\nSigned-By:${key}\nComponents: main\n`;
    expect(parseDeb822(text)).toMatchObject([{ signedBy: key, components: ['main'] }]);
  });
});

describe('parseList', () => {
  it.each([
    ['deb http://a/debian sid main contrib # ours', { uri: 'http://a/debian', suite: 'sid' }],
    [`deb [arch=amd64 signed-by=${KEYS}] http://a/debian sid main`, { signedBy: KEYS }],
    ['deb [signed-by=/a.gpg,/b.gpg] http://a/debian sid main', { signedBy: '/a.gpg /b.gpg' }],
    ['  deb\thttp://a/debian\tsid\tmain', { components: ['main'], signedBy: undefined }],
  ])('reads "%s"', (line, expected) => {
    expect(parseList(line)).toMatchObject([expected]);
  });

  it.each([
    '# deb http://a/debian sid main',
    'deb-src http://a/debian sid main',
    '',
  ])('leaves "%s" out', (line) => {
    expect(parseList(line)).toEqual([]);
  });
});

describe('debianSources', () => {
  const source = (uri: string, suite: string, signedBy?: string): Source => ({
    uri,
    suite,
    components: ['main'],
    signedBy,
  });
  const system = [
    source('http://other.example/', 'bookworm', '/other.gpg'),
    source('http://tools.example/apt', 'tools-bookworm'),
    source('http://mirror.example/debian', 'bookworm', KEYS),
    source('http://mirror.example/debian-security', 'bookworm-security', KEYS),
  ];

  it('names other suites at the mirrors that the system has, with the same keys', () => {
    expect(debianSources(system, ['trixie', 'trixie-security'])).toBe(`Types: deb
URIs: http://mirror.example/debian
Suites: trixie
Components: main
Signed-By: ${KEYS}

Types: deb
URIs: http://mirror.example/debian-security
Suites: trixie-security
Components: main
Signed-By: ${KEYS}
`);
  });

  it('leaves out the security suite where the system has no mirror of it', () => {
    const text = debianSources(system.slice(0, 3), ['trixie', 'trixie-security']);
    expect(text).toMatch(/^Suites: trixie$/m);
    expect(text).not.toMatch(/security/);
  });

  it.each([
    ['no source', []],
    ['sources of another system only', [source('http://a/ubuntu', 'noble', '/ubuntu.gpg')]],
  ])('gives nothing where there is %s', (_, sources) => {
    expect(debianSources(sources, ['sid'])).toBeUndefined();
  });
});
