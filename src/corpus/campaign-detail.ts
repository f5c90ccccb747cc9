import { z } from 'zod';
import type { CampaignTarget, Sample } from './records.ts';

const SAMPLES_MAX = 1_000;
const TARGETS_MAX = 256;
const COUNT = z.number().min(0);

const SeriesSchema = z.array(z.tuple([COUNT, COUNT, COUNT, COUNT])).max(SAMPLES_MAX);

/** JSON, four numbers for each sample. */
export const seriesText = (series: readonly Sample[]): string =>
  JSON.stringify(series.map((s) => [s.elapsedMs, s.cases, s.runs, s.divergences]));

/** Reads what `seriesText` wrote. Throws where it is nothing of the kind. */
export const readSeries = (text: string): readonly Sample[] =>
  SeriesSchema.parse(JSON.parse(text)).map(([elapsedMs, cases, runs, divergences]) => ({
    elapsedMs,
    cases,
    runs,
    divergences,
  }));

const TargetsSchema: z.ZodType<Readonly<Record<string, CampaignTarget>>> = z
  .record(
    z.string(),
    z.object({
      kernel: z.string(),
      arch: z.string(),
      engine: z.enum(['jit', 'interp', 'hardened', 'emulator']),
      accepted: COUNT,
      rejected: COUNT,
      compared: COUNT,
      incomparable: COUNT,
      unsupported: COUNT,
      crashed: COUNT,
      hung: COUNT,
      restarted: COUNT,
    }),
  )
  .refine((targets) => Object.keys(targets).length <= TARGETS_MAX);

/** JSON; what else the objects hold, such as what was reached, is left out. */
export const targetsText = (targets: Readonly<Record<string, CampaignTarget>>): string =>
  JSON.stringify(TargetsSchema.parse(targets));

/** Reads what `targetsText` wrote. Throws where it is nothing of the kind. */
export const readTargets = (text: string): Readonly<Record<string, CampaignTarget>> =>
  TargetsSchema.parse(JSON.parse(text));
