import { describe, expect, it } from 'vitest';
import { createCaseSource } from '../../generators/index.ts';
import type { Case } from '../../src/case/case.ts';
import { CAUSES, causeNamed, causeReported, causesFor } from '../../src/causes/causes.ts';
import { CHANGES, changeName, changeNamed } from '../../src/causes/changes.ts';
import { compareOutcomes } from '../../src/compare/compare.ts';
import { MISTAKE_NAME } from '../../src/corpus/mistake-name.ts';
import { assemble } from '../../src/isa/assemble.ts';
import { createEmulator } from '../../src/targets/emulator/emulator.ts';
import { rulesThatDiffer } from '../../src/targets/emulator/releases.ts';
import type { LinuxSetting } from '../../src/targets/target.ts';
import { regressions } from './regressions.ts';

const CASES = regressions();
const WITH_EXPERIMENT = CAUSES.filter(({ experiment }) => experiment !== undefined);

describe('causes', () => {
  it('have names of their own, as answers can name them', () => {
    const names = CAUSES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !MISTAKE_NAME.pattern.test(name))).toEqual([]);
  });

  it.each(CAUSES)('$name has cases, whose answers have it unless it is emulated', ({
    name,
    cases,
    emulated,
  }) => {
    const found = cases.map((one) =>
      CASES.get(one)?.answers.some(({ mistake }) => mistake === name),
    );
    expect(cases.length).toBeGreaterThan(0);
    expect(found).toEqual(cases.map(() => emulated === undefined));
  });

  it.each(
    CAUSES.filter(({ reportedIn }) => reportedIn !== undefined),
  )('$name is told by what kernels report of it, in every function that is named', ({
    name,
    cases,
    reportedIn = [],
  }) => {
    const titles = cases.flatMap((one) =>
      (CASES.get(one)?.answers ?? []).flatMap(({ outcome, mistake }) =>
        mistake === name && outcome.kind !== 'unsupported' ? [outcome.trouble?.title ?? ''] : [],
      ),
    );
    expect(titles.map((title) => causeReported(title)?.name)).toEqual(titles.map(() => name));
    expect(
      reportedIn.filter((where) => !titles.some((title) => title.includes(` ${where}`))),
    ).toEqual([]);
  });

  it('hold each mistake that an answer in corpus/ has, and name its case', () => {
    const recorded = [...CASES].flatMap(([name, { answers }]) =>
      answers.flatMap(({ mistake }) => (mistake === undefined ? [] : [{ name, mistake }])),
    );
    const unnamed = recorded.filter(({ name, mistake }) => {
      const cause = causeNamed(mistake);
      return cause === undefined || !cause.cases.includes(name);
    });
    expect(unnamed).toEqual([]);
  });
});

describe.each(WITH_EXPERIMENT)('the experiment of $name', ({ name, cases, experiment }) => {
  it('concerns exactly the kernels whose answers have the mistake', () => {
    const wrong = cases.flatMap((one) => {
      const { testCase, answers } = CASES.get(one)!;
      return answers.filter((answer) => {
        const isConcerned = causesFor([answer], testCase).some((cause) => cause.name === name);
        return isConcerned !== (answer.mistake === name);
      });
    });
    expect(wrong.map((answer) => answer.name)).toEqual([]);
  });

  it('changes the progs of its cases', () => {
    for (const one of cases) {
      const { testCase } = CASES.get(one)!;
      expect(experiment!.without(testCase).progs).not.toEqual(testCase.progs);
    }
  });

  it.each([
    'little',
    'big',
  ] as const)('changes no answer of a right target: %s-endian', async (endianness) => {
    const emulator = createEmulator({ linux: { ...LINUX, endianness } });
    const source = createCaseSource({
      seed: '1',
      profile: 'default',
      capabilities: [emulator.features],
    });
    const generated = Array.from({ length: 60 }, () => source.next().testCase);
    const tried = [...cases.map((one) => CASES.get(one)!.testCase), ...generated];
    const answers = await emulator.execute(tried);
    const without = await emulator.execute(tried.map((testCase) => experiment!.without(testCase)));
    const differing = tried.filter((testCase: Case, i) => {
      const [a, b] = [answers, without].map((outcomes) => ({
        name: 'emulator',
        info: emulator.info,
        outcome: outcomes[i],
      }));
      return compareOutcomes(testCase, a, b).kind === 'diverge';
    });
    expect(differing).toEqual([]);
  });
});

const LINUX: LinuxSetting = {
  release: '7.2',
  arch: 's390x',
  endianness: 'big',
  pageBytes: 4096,
  cpus: 1,
  execution: 'interp',
};

describe('the experiment of lost-zero-extension', () => {
  /** 76 and 80 are `data` and `data_end` of `struct __sk_buff`, which is what a flow dissector sees. */
  it.each([
    ['xdp', 4, 2],
    ['xdp', 12, 4],
    ['sched_cls', 80, 2],
    ['flow_dissector', 76, 2],
    ['flow_dissector', 80, 2],
    ['flow_dissector', 4, 4],
  ] as const)('leaves packet pointers alone: %s at %i', (progType, off, insns) => {
    const { experiment } = causeNamed('lost-zero-extension')!;
    const testCase: Case = {
      progType,
      expectedAttachType: 0,
      progFlags: 0,
      ksyms: [],
      maps: [],
      progs: [{ insns: assemble(`r2 = *(u32 *)(r1 +${off})\nexit`) }],
      runs: [],
    };
    expect(experiment!.without(testCase).progs[0].insns).toHaveLength(insns);
  });
});

describe('changes', () => {
  it('tell of each rule in which releases differ, and of no other', () => {
    const differing = rulesThatDiffer('0', '99');
    expect(Object.keys(CHANGES).toSorted()).toEqual(differing.toSorted());
  });

  it('are found by the names that findings have', () => {
    expect(changeNamed(changeName('flowRetval'))).toBe(CHANGES.flowRetval);
    expect(['change:toString', 'change:', 'half-slot'].map(changeNamed)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
