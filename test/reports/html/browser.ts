import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';

/** What a browser made of a page. */
export interface Shown {
  /** The document when its scripts have run. */
  readonly dom: string;
  /** What the browser complained of, such as a script that its policy forbids. */
  readonly complaints: readonly string[];
}

/** Opens pages in Chromium; undefined where it isn't installed. */
export async function findBrowser(): Promise<((html: string) => Promise<Shown>) | undefined> {
  const { failed } = await execa('chromium', ['--version'], { reject: false });
  return failed ? undefined : show;
}

async function show(html: string): Promise<Shown> {
  const folder = mkdtempSync(join(tmpdir(), 'bpfdiff page '));
  try {
    const path = join(folder, 'page.html');
    writeFileSync(path, html);
    const { stdout, stderr } = await execa('chromium', [
      '--headless',
      '--disable-gpu',
      '--no-sandbox',
      `--user-data-dir=${join(folder, 'profile')}`,
      '--enable-logging=stderr',
      '--virtual-time-budget=2000',
      '--dump-dom',
      pathToFileURL(path).href,
    ]);
    return {
      dom: stdout,
      complaints: stderr.split('\n').filter((line) => line.includes('CONSOLE')),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
