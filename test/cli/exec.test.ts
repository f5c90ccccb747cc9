import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bpfdiff, ndjson, newFolder } from './command.ts';

const SEEDS = join(import.meta.dirname, '../../corpus/seeds');
const SEED = join(SEEDS, 'map-update-flags.case');

describe('bpfdiff exec', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await newFolder();
  });

  it('shows what emulator and kernel answer, side by side', async () => {
    const { stdout, exitCode } = await bpfdiff(['exec', SEED]);
    expect(stdout).toMatch(/emulator +uml/);
    expect(stdout).toMatch(/run 0 retval +0x2 +0x2/);
    expect(exitCode).toBe(0);
  });

  it('records what a kernel answers, so that `replay` needs none', async () => {
    const file = join(folder, 'a case.case');
    const withoutAnswers = (await readFile(SEED, 'utf8')).replace(/\nanswer [\s\S]*/, '');
    await writeFile(file, withoutAnswers);
    expect((await bpfdiff(['replay', file])).exitCode).toBe(3);
    expect((await bpfdiff(['exec', '--record', file])).exitCode).toBe(0);
    expect(await readFile(file, 'utf8')).toMatch(/\nanswer uml 6\.1/);
    const { stdout, exitCode } = await bpfdiff(['replay', file]);
    expect(stdout).toMatch(/1 cases?: 1 agree, 0 diverge/);
    expect(exitCode).toBe(0);
  });

  it.each([
    [['--mistake', 'x'], /Expected --record with --mistake/],
    [['--record', '--mistake', 'Bad Name'], /Expected the name of a mistake/],
    [['--record', '--mistake', 'x'], /Expected a kernel that differs from the emulator by x, got/],
  ])('with %j is refused, and the file left as it is', async (flags, message) => {
    const file = join(folder, 'kept.case');
    await copyFile(SEED, file);
    const { stderr, exitCode } = await bpfdiff(['exec', ...flags, file]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
    expect(await readFile(file, 'utf8')).toBe(await readFile(SEED, 'utf8'));
  });

  it.each([
    ['r0 = 2', 'r0 = r11', /bad\.case:5:\d+: Expected .*, got /],
    ['prog_type xdp', 'prog_type nosuch', /bad\.case:2:11: Expected a prog type/],
    ['data 00', 'data 0g', /bad\.case:9:8: Expected bytes as pairs of hex digits/],
  ])('a case with "%s" made "%s" is refused with file, line and column', async (right, wrong, message) => {
    const file = join(folder, 'bad.case');
    const text = 'case x\nprog_type xdp\n\nprog\n  r0 = 2\n  exit\n\nrun\n  data 00\n';
    await writeFile(file, text.replace(right, wrong));
    const { stderr, exitCode } = await bpfdiff(['exec', file]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  it('a file that is not there is named', async () => {
    const { stderr, exitCode } = await bpfdiff(['exec', join(folder, 'nosuch.case')]);
    expect(stderr).toMatch(/nosuch\.case: .*ENOENT/);
    expect(exitCode).toBe(2);
  });
});

describe('bpfdiff replay', () => {
  it('the seeds and regressions agree with what kernels answered', async () => {
    const { stdout, exitCode } = await bpfdiff(['replay', '--json']);
    expect(ndjson(stdout).filter(({ divergences }) => (divergences as string[])?.length)).toEqual(
      [],
    );
    expect(ndjson(stdout).at(-1)).toMatchObject({ kind: 'summary', diverged: 0, unanswered: 0 });
    expect(exitCode).toBe(0);
  });

  it('a recorded answer that the emulator does not give is a divergence', async () => {
    const file = join(await newFolder(), 'changed.case');
    await copyFile(SEED, file);
    await writeFile(file, (await readFile(file, 'utf8')).replace('retval 0x2', 'retval 0x3'));
    const { stdout, exitCode } = await bpfdiff(['replay', file]);
    expect(stdout).toMatch(/retval: run 0.*0x2 on emulator.*0x3/);
    expect(exitCode).toBe(1);
  });

  it.each([
    {
      retval: '0x3',
      stdout: /1 case: 0 agree, 0 diverge\n1 answer with a known mistake/,
      status: 0,
    },
    { retval: '0x2', stdout: /uml was recorded with x; emulator no longer differs/, status: 1 },
  ])('an answer with a mistake and retval $retval ends with $status', async ({
    retval,
    stdout: expected,
    status,
  }) => {
    const file = join(await newFolder(), 'mistake.case');
    const [text, answer] = (await readFile(SEED, 'utf8')).split(/\n(?=answer )/);
    const wrong = answer
      .replace(/^ {2}accepted/m, '  mistake x\n  accepted')
      .replace('retval 0x2', `retval ${retval}`);
    await writeFile(file, `${text}\n${wrong}`);
    const { stdout, exitCode } = await bpfdiff(['replay', file]);
    expect(stdout).toMatch(expected);
    expect(exitCode).toBe(status);
  });
});
