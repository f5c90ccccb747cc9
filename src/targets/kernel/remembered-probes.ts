import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { caseHash, hashBytes } from '../../case/hash.ts';
import type { LoadOutcome, Outcome } from '../target.ts';
import type { Load } from './probe.ts';

/** Where the answers to probes are kept from one start to the next. */
export interface ProbeMemory {
  readonly file: string;
  /** All that the answers depend on beside the probes themselves. */
  readonly of: readonly string[];
}

/** Loads probes, those that are remembered without asking. */
export interface RememberingLoad {
  readonly load: Load;
  /** Keeps what was asked, and nothing else. A file that can't be written costs the next start. */
  keep(): Promise<void>;
}

/** A file is thrown away that is longer: a thousand probes with their logs take 100 KB. */
const FILE_CHARS_MAX = 8 * 1024 * 1024;
const ENOMEM = 12;
const EAGAIN = 11;

const LOAD = z.discriminatedUnion('verdict', [
  z.object({ verdict: z.literal('accepted') }),
  z.object({
    verdict: z.literal('rejected'),
    errno: z.int().positive(),
    log: z.string(),
  }),
]);
/** What was answered, by the hash of what was asked. */
const ANSWERS = z.record(z.string(), z.array(LOAD));

/**
 * Probes are a thousand loads, which take a VM up to two seconds, and a kernel answers them the same
 * at each start. Answers that may be otherwise the next time, as a kernel had no memory or died, are
 * not kept. A damaged file is ignored.
 */
export async function rememberingLoad(memory: ProbeMemory, ask: Load): Promise<RememberingLoad> {
  const known = await readAnswers(memory.file);
  const asked: Record<string, readonly LoadOutcome[]> = {};
  let news = false;
  return {
    load: async (probes, log) => {
      const key = hashOf([...memory.of, log, ...probes.map(caseHash)]);
      const remembered = known[key];
      if (remembered !== undefined && remembered.length === probes.length) {
        asked[key] = remembered;
        return remembered.map(asOutcome);
      }
      const outcomes = await ask(probes, log);
      const loads = outcomes.flatMap(lastingLoad);
      if (loads.length < outcomes.length) return outcomes;
      asked[key] = loads;
      news = true;
      return outcomes;
    },
    keep: async () => {
      if (news) await writeAnswers(memory.file, asked);
    },
  };
}

function lastingLoad(outcome: Outcome): readonly LoadOutcome[] {
  if (outcome.kind !== 'completed') return [];
  const { load } = outcome;
  const passing = load.verdict === 'rejected' && [ENOMEM, EAGAIN].includes(load.errno);
  return passing ? [] : [load];
}

const asOutcome = (load: LoadOutcome): Outcome => ({
  kind: 'completed',
  load,
  runs: [],
  maps: [],
  console: '',
});

async function readAnswers(file: string): Promise<z.infer<typeof ANSWERS>> {
  try {
    const text = await readFile(file, 'utf8');
    return text.length > FILE_CHARS_MAX ? {} : ANSWERS.parse(JSON.parse(text));
  } catch {
    return {};
  }
}

/** Others may read and write it at the same time: it is whole at any time. */
async function writeAnswers(
  file: string,
  answers: Readonly<Record<string, readonly LoadOutcome[]>>,
): Promise<void> {
  const fresh = `${file}.${process.pid}`;
  try {
    await writeFile(fresh, JSON.stringify(answers));
    await rename(fresh, file);
  } catch {
    await rm(fresh, { force: true }).catch(() => {});
  }
}

const hashOf = (parts: readonly string[]): string => hashBytes(Buffer.from(JSON.stringify(parts)));
