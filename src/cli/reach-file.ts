import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Summary, TargetSummary } from '../campaign/events.ts';
import { addReach } from '../campaign/reach.ts';
import { VALUE_CLASSES } from '../isa/value-class.ts';
import { UsageError } from './exit-status.ts';

/** What campaigns have compared, summed up: what `run --reach FILE` keeps. Emulators are left out. */
export type ReachFile = z.infer<typeof REACH_FILE>;

const VERSION = 2;
const COUNT = z.int().nonnegative();
const COUNTS = z.record(z.string(), COUNT);
/** What version 1 does not count. */
const LATER_COUNTS = COUNTS.default({});
const OF_CLASSES = z.array(COUNT).length(VALUE_CLASSES.length).readonly();
const REACH_FILE = z.object({
  version: z.union([z.literal(1), z.literal(2)]).transform(() => VERSION),
  campaigns: z.array(z.object({ seed: z.string(), cases: COUNT, divergences: COUNT })),
  targets: z.record(
    z.string(),
    z.object({
      kernel: z.string(),
      arch: z.string(),
      engine: z.enum(['jit', 'interp', 'hardened']),
      accepted: COUNT,
      rejected: COUNT,
      compared: COUNT,
      reach: z.object({
        forms: COUNTS,
        progTypes: COUNTS,
        helpers: COUNTS,
        ksyms: COUNTS,
        mapTypes: COUNTS,
        errnos: COUNTS,
        branches: LATER_COUNTS,
        results: LATER_COUNTS,
        mapOps: LATER_COUNTS,
        messages: LATER_COUNTS,
        statistics: LATER_COUNTS,
        operands: z
          .record(
            z.string(),
            z.object({
              first: OF_CLASSES,
              second: OF_CLASSES,
              pairs: z.string().regex(/^[\da-f]{64}$/),
            }),
          )
          .default({}),
      }),
    }),
  ),
});

const NOTHING: ReachFile = { version: VERSION, campaigns: [], targets: {} };

/**
 * Reads what earlier campaigns have compared; nothing where there is no such file yet. Throws
 * `UsageError` for one that is something else, or that can't be read.
 */
export function readReachFile(path: string): ReachFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING;
    throw new UsageError(`${path}: it can't be read (${(error as Error).message})`);
  }
  const parsed = REACH_FILE.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [{ path: where, message }] = parsed.error.issues;
  const at = where.length > 0 ? ` at ${where.join('.')}` : '';
  throw new UsageError(
    `${path}: Expected what \`run --reach\` wrote, got something else${at} (${message}); name another file`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As `readReachFile`, of a file that must be there. */
export function readExistingReachFile(path: string): ReachFile {
  if (!existsSync(path)) {
    throw new UsageError(`${path}: there is no such file; \`run --reach ${path}\` writes one`);
  }
  return readReachFile(path);
}

/** Adds a campaign to what the file holds by now; wholly or not at all. Throws `UsageError`. */
export function addToReachFile(path: string, summary: Summary): void {
  const sum = withCampaign(readReachFile(path), summary);
  const unfinished = `${path}.unfinished`;
  try {
    writeFileSync(unfinished, reachText(sum));
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw new UsageError(`${path}: it can't be written (${(error as Error).message})`);
  }
}

/** JSON with the counts of a list on one line. */
const reachText = (reach: ReachFile): string =>
  `${JSON.stringify(reach, null, 2).replace(/\[\s+([\d,\s]+?)\s+\]/g, (_, counts: string) => `[${counts.replace(/\s+/g, ' ')}]`)}\n`;

function withCampaign(
  { campaigns, targets }: ReachFile,
  { seed, cases, divergences, targets: more }: Summary,
): ReachFile {
  const sums = { ...targets };
  for (const [name, target] of Object.entries(more)) {
    const { engine } = target;
    if (engine === 'emulator') continue;
    sums[name] = withTarget(sums[name], { ...target, engine });
  }
  return {
    version: VERSION,
    campaigns: [...campaigns, { seed, cases, divergences }],
    targets: sums,
  };
}

type TargetReach = ReachFile['targets'][string];

/** A kernel that was updated in between goes by its newest release. */
function withTarget(
  before: TargetReach | undefined,
  { kernel, arch, engine, accepted, rejected, compared, reach }: TargetReach & TargetSummary,
): TargetReach {
  const target = { kernel, arch, engine, accepted, rejected, compared, reach };
  if (before === undefined) return target;
  return {
    ...target,
    accepted: before.accepted + accepted,
    rejected: before.rejected + rejected,
    compared: before.compared + compared,
    reach: addReach(before.reach, reach),
  };
}
