import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Case } from '../../../src/case/case.ts';
import { rememberingLoad } from '../../../src/targets/kernel/remembered-probes.ts';
import { tinyCase } from '../../../src/targets/kernel/tiny-case.ts';
import type { LoadOutcome, Outcome } from '../../../src/targets/target.ts';

const EINVAL = 22;
const EAGAIN = 11;
const ENOMEM = 12;

const loaded = (load: LoadOutcome): Outcome => ({
  kind: 'completed',
  load,
  runs: [],
  maps: [],
  console: '',
});
const rejected = (errno: number): Outcome => loaded({ verdict: 'rejected', errno, log: 'why\n' });
const ACCEPTED = loaded({ verdict: 'accepted' });
const PROBES: readonly Case[] = [tinyCase(), tinyCase({ progType: 'xdp' })];
const ANSWERS: readonly Outcome[] = [ACCEPTED, rejected(EINVAL)];
const OF = ['an image', 'jit'];

describe('rememberingLoad', () => {
  let file: string;
  beforeEach(async () => {
    file = join(await mkdtemp(join(tmpdir(), 'bpfdiff-probes-')), 'probes');
  });

  /** One start of a kernel that gives these answers; says how often it was asked. */
  async function start({
    of = OF,
    probes = PROBES,
    log = 'none' as 'none' | 'tail',
    answers = ANSWERS,
    path = file,
  } = {}) {
    let asked = 0;
    const { load, keep } = await rememberingLoad({ file: path, of }, async () => {
      asked++;
      return answers;
    });
    const outcomes = await load(probes, log);
    await keep();
    return { outcomes, asked };
  }

  it('asks at the first start only, and answers the same', async () => {
    expect(await start()).toEqual({ outcomes: ANSWERS, asked: 1 });
    expect(await start({ answers: [] })).toEqual({ outcomes: ANSWERS, asked: 0 });
  });

  it.each([
    ['another image', { of: ['another image', 'jit'] }],
    ['another engine', { of: ['an image', 'interp'] }],
    ['other probes', { probes: [PROBES[1], PROBES[0]] }],
    ['the log', { log: 'tail' as const }],
  ])('asks anew for %s', async (_, otherwise) => {
    await start();
    expect((await start(otherwise)).asked).toBe(1);
  });

  it.each([
    ['a kernel without memory', rejected(ENOMEM)],
    ['a signal', rejected(EAGAIN)],
    ['a crash', { kind: 'crashed', console: '' } as const],
    ['a hang', { kind: 'hung', console: '' } as const],
  ])('does not remember %s', async (_, passing) => {
    await start({ answers: [ACCEPTED, passing] });
    expect((await start()).asked).toBe(1);
  });

  it.each([
    '',
    '{',
    'null',
    '[1]',
    '{"a":[{"verdict":"maybe"}]}',
    '{"a":7}',
  ])('ignores a file that holds %j, and mends it', async (text) => {
    await writeFile(file, text);
    expect((await start()).asked).toBe(1);
    expect((await start()).asked).toBe(0);
  });

  it('ignores an answer that has too few loads', async () => {
    await start();
    const [[key, loads]] = Object.entries<unknown[]>(JSON.parse(await readFile(file, 'utf8')));
    await writeFile(file, JSON.stringify({ [key]: loads.slice(1) }));
    expect(await start()).toEqual({ outcomes: ANSWERS, asked: 1 });
  });

  it('keeps what was asked last only', async () => {
    await start();
    await start({ of: ['a newer image', 'jit'] });
    expect(Object.keys(JSON.parse(await readFile(file, 'utf8')))).toHaveLength(1);
  });

  it('works where nothing can be kept', async () => {
    const path = join(file, 'no', 'such', 'folder');
    expect(await start({ path })).toEqual({ outcomes: ANSWERS, asked: 1 });
    expect(await start({ path })).toEqual({ outcomes: ANSWERS, asked: 1 });
  });
});
