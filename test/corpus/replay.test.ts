import { describe, expect, it } from 'vitest';
import { type Case, PLAIN_RUN } from '../../src/case/case.ts';
import type { Observed } from '../../src/compare/compare.ts';
import type { RecordedCase } from '../../src/corpus/records.ts';
import { type Replayed, type ReplayOptions, replay } from '../../src/corpus/replay.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { defaultRules } from '../../src/targets/emulator/rules.ts';
import type { LinuxSetting, Target } from '../../src/targets/target.ts';
import { DEFAULT_LINUX } from '../../src/targets/target.ts';

const dividing = (dividend: number): Case => ({
  progType: 'xdp',
  expectedAttachType: 0,
  progFlags: 0,
  ksyms: [],
  maps: [],
  progs: [{ insns: assemble(`r0 = ${dividend}\nr1 = 0\nr0 %= r1\nexit`) }],
  runs: [{ ...PLAIN_RUN, data: new Uint8Array(14) }],
});

const emulatorFor = (linux: LinuxSetting): Target => createEmulator({ linux });
const mutantFor = (linux: LinuxSetting): Target =>
  createEmulator({ linux, rules: { alu: { ...defaultRules.alu, 'mod64.x': () => 0n } } });

/** The emulator in the role of a kernel, which knows as much as these cases need. */
function asKernel(target: Target, name: string): Target {
  return { ...target, name, info: { ...target.info, kernel: '6.1.176', engine: 'interp' } };
}
const KERNEL = asKernel(emulatorFor(DEFAULT_LINUX), 'uml');

async function answerOf(target: Target, testCase: Case): Promise<Observed> {
  const [outcome] = await target.execute([testCase]);
  return { name: target.name, info: target.info, outcome };
}

async function recorded(dividend: number, ...targets: readonly Target[]): Promise<RecordedCase> {
  const testCase = dividing(dividend);
  const answers = await Promise.all(targets.map((target) => answerOf(target, testCase)));
  return { name: `case ${dividend}`, claim: '', testCase, answers };
}

async function replayed(
  cases: readonly RecordedCase[],
  options: Partial<ReplayOptions> = {},
): Promise<readonly Replayed[]> {
  const results: Replayed[] = [];
  for await (const one of replay(cases, { emulatorFor, live: [], ...options })) results.push(one);
  return results;
}

const kinds = (results: readonly Replayed[]) =>
  results.map(({ compared }) =>
    compared.map(({ a, b, comparison }) => [a.name, b.name, comparison.kind]),
  );

describe('a replay', () => {
  it('agrees while the emulator answers what the kernel answered', async () => {
    const results = await replayed([await recorded(7, KERNEL)]);
    expect(kinds(results)).toEqual([[['emulator', 'uml', 'agree']]]);
  });

  it('finds an emulator that has become wrong', async () => {
    const results = await replayed([await recorded(7, KERNEL)], { emulatorFor: mutantFor });
    expect(results[0].compared[0].comparison).toMatchObject({
      kind: 'diverge',
      class: 'retval',
      values: ['0x0', '0x7'],
    });
  });

  it('does not compare what emulators answered once', async () => {
    const results = await replayed([await recorded(7, mutantFor(DEFAULT_LINUX), KERNEL)]);
    expect(kinds(results)).toEqual([[['emulator', 'uml', 'agree']]]);
  });

  it('compares nothing where no kernel has answered', async () => {
    expect(kinds(await replayed([await recorded(7)]))).toEqual([[]]);
  });

  it('runs live kernels, and compares them with the emulator and with each other', async () => {
    const wrong = asKernel(mutantFor(DEFAULT_LINUX), 'wrong');
    const results = await replayed([await recorded(7)], { live: [KERNEL, wrong] });
    expect(kinds(results)).toEqual([
      [
        ['emulator', 'uml', 'agree'],
        ['emulator', 'wrong', 'diverge'],
        ['uml', 'wrong', 'diverge'],
      ],
    ]);
  });

  describe('of a kernel with a known mistake', () => {
    const WRONG = asKernel(mutantFor(DEFAULT_LINUX), 'wrong');
    const marked = async (target: Target): Promise<RecordedCase> => {
      const one = await recorded(7, target);
      return { ...one, answers: one.answers.map((answer) => ({ ...answer, mistake: 'x' })) };
    };
    const judged = (results: readonly Replayed[]) =>
      results[0].compared.map(({ a, b, comparison, mistake }) => [
        `${a.name} ${b.name}`,
        comparison.kind,
        mistake,
      ]);

    it('expects that it differs', async () => {
      expect(judged(await replayed([await marked(WRONG)]))).toEqual([
        ['emulator wrong', 'diverge', 'x'],
      ]);
    });

    it('shows where it differs no longer', async () => {
      expect(judged(await replayed([await marked(KERNEL)]))).toEqual([
        ['emulator uml', 'agree', 'x'],
      ]);
    });

    it('takes a live one of that name for as wrong, and compares it with the emulator only', async () => {
      const mended = asKernel(emulatorFor(DEFAULT_LINUX), 'other');
      const results = await replayed([await marked(WRONG)], { live: [WRONG, mended] });
      expect(judged(results)).toEqual([
        ['emulator wrong', 'diverge', 'x'],
        ['emulator wrong', 'diverge', 'x'],
        ['emulator other', 'agree', undefined],
      ]);
    });

    it('takes a live one that agrees for mended', async () => {
      const mended = asKernel(emulatorFor(DEFAULT_LINUX), 'wrong');
      expect(judged(await replayed([await marked(WRONG)], { live: [mended] }))).toEqual([
        ['emulator wrong', 'diverge', 'x'],
        ['emulator wrong', 'agree', undefined],
      ]);
    });
  });

  it('asks for one emulator for each Linux that answered', async () => {
    const other = asKernel(emulatorFor({ ...DEFAULT_LINUX, release: '5.10' }), 'debian11');
    const cases = await Promise.all([
      recorded(1, KERNEL),
      recorded(2, other),
      recorded(3, KERNEL, other),
    ]);
    const asked: string[] = [];
    const results = await replayed(cases, {
      emulatorFor: (linux) => {
        asked.push(linux.release);
        return emulatorFor(linux);
      },
    });
    expect(asked).toEqual(['6.1', '5.10']);
    expect(results.map(({ compared }) => compared.map(({ a }) => a.info.kernel))).toEqual([
      ['6.1'],
      ['5.10'],
      ['6.1', '5.10'],
    ]);
  });

  it('gives every case in order, however many there are', async () => {
    const cases = await Promise.all(Array.from({ length: 150 }, (_, i) => recorded(i, KERNEL)));
    const results = await replayed(cases);
    expect(results.map(({ recorded: { name } }) => name)).toEqual(cases.map(({ name }) => name));
    expect(results.every(({ compared }) => compared[0].comparison.kind === 'agree')).toBe(true);
  });

  it('ends behind the batch in which it is interrupted', async () => {
    const controller = new AbortController();
    const cases = await Promise.all(Array.from({ length: 150 }, (_, i) => recorded(i, KERNEL)));
    let count = 0;
    const options = { emulatorFor, live: [], signal: controller.signal };
    for await (const _ of replay(cases, options)) {
      count++;
      controller.abort();
    }
    expect(count).toBeLessThan(150);
  });
});
