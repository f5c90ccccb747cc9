import { type Command, Option } from 'commander';
import { compareAll, showing } from '../../campaign/compare-all.ts';
import { presumedBy } from '../../campaign/presumed-by.ts';
import type { Case } from '../../case/case.ts';
import { isSimpler } from '../../case/simplicity.ts';
import { printCase } from '../../case/text.ts';
import type { Divergence, Observed } from '../../compare/compare.ts';
import { signatureOf } from '../../compare/signature.ts';
import { readCaseFile } from '../../corpus/case-file.ts';
import { openCorpus } from '../../corpus/corpus.ts';
import type { Located } from '../../localise/located.ts';
import { bareShrinkable, shrink } from '../../shrink/shrink.ts';
import type { Target } from '../../targets/target.ts';
import { ExitStatus, UsageError } from '../exit-status.ts';
import { type Interrupt, listenForInterrupt } from '../interrupt.ts';
import { locator } from '../locator.ts';
import { duration } from '../numbers.ts';
import { openTargets } from '../open-targets.ts';
import { standInsOn } from '../stand-ins.ts';
import { steadyOn } from '../steady.ts';
import type { Surroundings } from '../surroundings.ts';
import { parseTargetNames } from '../target-names.ts';
import { tellEvent } from '../with-targets.ts';

interface ShrinkFlags {
  readonly targets?: string;
  readonly time?: number;
  readonly corpus: string;
}

/** `bpfdiff shrink`: goes on with a finding, or shrinks a case of a person's own. */
export function addShrink(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  program
    .command('shrink')
    .argument(
      '<finding or file.case>',
      'the id of a finding, how it begins, or a case that diverges',
    )
    .description('make a case on which two targets diverge smaller, and print what is left')
    .option('--targets <a,b>', 'the two (default: those of the finding, or emulator,uml)')
    .addOption(
      new Option('--time <duration>', 'end after that time with the smallest so far').argParser(
        duration,
      ),
    )
    .option('--corpus <file>', 'where the finding is', surroundings.corpusFile)
    .action(async (what: string, flags: ShrinkFlags) =>
      end(await shrinkCommand(what, flags, surroundings)),
    );
}

async function shrinkCommand(
  what: string,
  flags: ShrinkFlags,
  surroundings: Surroundings,
): Promise<ExitStatus> {
  const start = readStart(what, flags);
  const interrupt = listenForInterrupt();
  const env = { names: flags.targets ?? start.targets, surroundings, interrupt };
  try {
    const smallest = await onTargets(env, (pair) =>
      shrunkOn(pair, start.testCase, flags, interrupt),
    );
    if (smallest === undefined) {
      process.stderr.write('the two do not diverge on it, or not for sure\n');
      return ExitStatus.AGREE;
    }
    // The kernels were started anew: nothing that other candidates have left behind plays a part.
    const last = await onTargets(env, (pair) => locatedOn(pair, smallest));
    if (last === undefined) {
      process.stderr.write('what is left does not diverge on kernels that were started anew\n');
      return ExitStatus.AGREE;
    }
    process.stdout.write(printCase(smallest, { claim: last.divergence.description }));
    if (isSimpler(smallest, start.testCase)) start.keep?.(smallest, last);
    return ExitStatus.DIVERGE;
  } finally {
    interrupt.close();
  }
}

interface Shown {
  readonly divergence: Divergence;
  readonly observed: readonly [Observed, Observed];
}

interface LocatedShown extends Shown {
  readonly located: Located;
}

interface Start {
  readonly testCase: Case;
  readonly targets: string;
  /** Of a finding: puts what is left in the place of its shrunk case. */
  readonly keep?: (shrunk: Case, shown: LocatedShown) => void;
}

function readStart(what: string, { corpus: path }: ShrinkFlags): Start {
  if (what.endsWith('.case')) {
    return { testCase: readCaseFile(what).testCase, targets: 'emulator,uml' };
  }
  const corpus = openCorpus(path, { mode: 'read' });
  try {
    const { id, shrunk, targets, cause } = corpus.finding(what);
    return {
      testCase: shrunk,
      targets: targets.join(),
      keep(smaller, shown) {
        const writable = openCorpus(path);
        try {
          const signature = signatureOf({ shrunk: smaller, cause, ...shown });
          writable.replaceShrunk(id, { shrunk: smaller, signature, ...shown });
        } finally {
          writable.close();
        }
      },
    };
  } finally {
    corpus.close();
  }
}

interface Env {
  readonly names: string;
  readonly surroundings: Surroundings;
  readonly interrupt: Interrupt;
}

type PairOfTargets = readonly [Target, Target];

/** Starts the two targets for one use. Ctrl-C does not end them, but what is done with them. */
async function onTargets<T>(
  { names, surroundings: { cacheDir } }: Env,
  use: (pair: PairOfTargets) => Promise<T>,
): Promise<T> {
  const { signal } = new AbortController();
  const opened = await openTargets(parseTargetNames(names, cacheDir), {
    cacheDir,
    signal,
    onEvent: tellEvent,
  });
  try {
    const [a, b, ...others] = opened.targets;
    if (b === undefined || others.length > 0) {
      throw new UsageError(`Expected two targets that diverge with --targets, got ${names}`);
    }
    return await use([a, b]);
  } finally {
    await opened.close();
  }
}

/** The smallest case that still shows it; undefined where the two don't diverge. */
async function shrunkOn(
  pair: PairOfTargets,
  testCase: Case,
  { time }: ShrinkFlags,
  { signal }: Interrupt,
): Promise<Case | undefined> {
  const startedMs = performance.now();
  const shown = await compareOne(testCase, pair);
  if (shown === undefined) return undefined;
  const isSteady = steadyOn(pair[0].info.linux);
  const { divergence } = shown;
  const presumed = await presumedBy(standInsOn(pair[0].info.linux), testCase, divergence, pair);
  const { shrunk } = await shrink(bareShrinkable(testCase), showing(divergence, pair, isSteady), {
    ...(presumed && { presumed }),
    isOver: () => signal.aborted || (time !== undefined && performance.now() - startedMs >= time),
    onProgress: ({ tried, smallest }) => {
      const insns = smallest.progs.reduce((sum, prog) => sum + prog.insns.length, 0);
      process.stderr.write(`${tried} candidates, ${insns} insns\n`);
    },
  });
  return shrunk.testCase;
}

async function locatedOn(pair: PairOfTargets, testCase: Case): Promise<LocatedShown | undefined> {
  const shown = await compareOne(testCase, pair);
  if (shown === undefined) return undefined;
  return { ...shown, located: await locator()(testCase, shown.divergence, pair) };
}

async function compareOne(testCase: Case, pair: PairOfTargets): Promise<Shown | undefined> {
  const [{ comparison, observed, steady }] = await compareAll(
    [testCase],
    pair,
    steadyOn(pair[0].info.linux),
  );
  return steady && comparison.kind === 'diverge' ? { divergence: comparison, observed } : undefined;
}
