import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newFolder } from './command.ts';
import { descendants } from './descendants.ts';
import { hasTmux, type TmuxTerminal, tmuxTerminal } from './tmux.ts';

/** An emulator of a release that uml is not of, so that there is something to look at. */
const DIVERGING = 'run --targets emulator@5.10,uml --seed 1 --cases 100000 --max-findings 1000';
const KEYS = /^Enter: look at what was found/;

describe.skipIf(!(await hasTmux()))('the screen in a terminal', { timeout: 180_000 }, () => {
  let terminal: TmuxTerminal;
  afterEach(() => terminal.close());

  const start = async (columns: number, rows: number, { args = DIVERGING, env = {} } = {}) => {
    terminal = await tmuxTerminal(columns, rows, env);
    const corpus = join(await newFolder(), 'c.db');
    await terminal.bpfdiff(`${args} --corpus '${corpus}'; echo ended $?`);
  };

  it('opens a finding while the campaign runs, at any size, and ends at Ctrl-C', async () => {
    await start(80, 24);
    await terminal.shows(/^. \w+ +finding [0-9a-f]{8}, \d+ insns/);
    await terminal.press('Enter');
    const list = await terminal.shows(/^up\/down or j\/k: choose/);
    expect(list[0]).toMatch(/^bpfdiff . running . seed 1/);

    // The newest is on its way to a finding: what was found stands last but for what is dismissed.
    await terminal.press('j', 'j', 'k');
    await terminal.shows(/^> . \w+ +finding/);
    await terminal.press('Enter');
    const detail = await terminal.shows(/^First differing/);
    expect(detail[0]).toMatch(/^[0-9a-f]{8}: emulator@5\.10 and uml disagree/);
    expect(detail.at(-3)).toMatch(/^lines 1-22 of \d+ . q or Esc: back/);

    await terminal.press('G');
    await terminal.shows(/bpfdiff replay .* --targets emulator@5\.10,uml/);
    await terminal.resize(40, 15);
    await terminal.shows(/^lines \d+-\d+ of \d+ . q or Esc: back$/);
    await terminal.press('g');
    const narrow = await terminal.shows(/^[0-9a-f]{8}: emulator@5\.10 and uml disagree$/);
    expect(narrow.filter((line) => /^lines|^[0-9a-f]{8}: /.test(line))).toHaveLength(2);
    await terminal.resize(160, 50);
    const wide = await terminal.shows(/^all is shown . q or Esc: back . Ctrl-C: end$/);
    // A long one goes on in the next line of the narrow screen.
    expect(wide[0].startsWith(detail[0])).toBe(true);

    await terminal.press('Escape');
    await terminal.shows(/^up\/down or j\/k: choose/);
    await terminal.press('q');
    await terminal.resize(80, 24);
    await terminal.shows(KEYS);
    await terminal.press('C-c');
    const end = await terminal.shows(/^ended 1$/);
    expect(end.join('\n')).toMatch(/cases diverged, \d+ findings?:/);
    await terminal.press('stty -a', 'Enter');
    await terminal.shows(/ icanon /);
  });

  it('waits at the end for who looks at a finding', async () => {
    await start(80, 24, { args: `${DIVERGING} --max-findings 1` });
    await terminal.shows(KEYS);
    await terminal.press('Enter');
    await terminal.shows(/^ended after .* enough findings . /);
    await terminal.press('Enter');
    await terminal.shows(/^First differing/);
    await terminal.press('q', 'q');
    const end = await terminal.shows(/^ended 1$/);
    expect(end.join('\n')).not.toMatch(KEYS);
  });

  it('is stopped by Ctrl-Z in the middle of a finding, and goes on there', async () => {
    await start(80, 24);
    await terminal.shows(/^. \w+ +shrinking/);
    await terminal.press('Enter', 'Enter');
    await terminal.shows(/disagree/);
    await terminal.press('C-z');
    await terminal.shows(/Stopped/);
    await terminal.press('stty -a', 'Enter');
    await terminal.shows(/ icanon /);
    await terminal.press('fg', 'Enter');
    await terminal.shows(/q or Esc: back/);
    await terminal.press('C-c');
    await terminal.shows(/^\d+ cases? diverged, \d+ findings?/);
  });

  it('tells no keys where stdin is no terminal, and ends at the signal of Ctrl-C', async () => {
    await start(80, 24, { args: `${DIVERGING} < /dev/null` });
    const lines = await terminal.shows(/^. \w+ +shrinking/);
    expect(lines.join('\n')).not.toMatch(KEYS);
    await terminal.press('C-c');
    await terminal.shows(/^ended (1|130)$/);
  });

  it('leaves the terminal as it was when the program crashes', async () => {
    const crash = "process.on('SIGUSR2',()=>{throw/**/Error('crashed')})";
    await start(80, 24, { env: { NODE_OPTIONS: `--import=data:text/javascript,${crash}` } });
    await terminal.shows(KEYS);
    await terminal.press('Enter');
    await terminal.shows(/^up\/down or j\/k: choose/);
    const program = descendants(await terminal.shellPid()).find(({ name }) =>
      /^node|Main/.test(name),
    );
    process.kill(program!.pid, 'SIGUSR2');
    const end = await terminal.shows(/^ended [1-9]/);
    expect(end.join('\n')).toMatch(/Error: crashed/);
    expect(end.join('\n')).not.toMatch(/^up\/down/m);
    await terminal.press('clear; stty -a', 'Enter');
    await terminal.shows(/ icanon /);
    expect(await terminal.cursor()).toBe('shown');
  });

  it('has no colours where NO_COLOR is set', async () => {
    await start(80, 24, { env: { NO_COLOR: '1' } });
    await terminal.shows(KEYS);
    await terminal.shows(/^. \w+ +shrinking/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
    expect(await terminal.coloured()).not.toMatch(/\u001B\[[\d;]*m/);
    await terminal.press('C-c');
    await terminal.shows(/^ended 1$/);
  });
});
