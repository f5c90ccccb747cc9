import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCaseSource } from '../../../generators/index.ts';
import { runCampaign } from '../../campaign/campaign.ts';
import { featureSets } from '../../campaign/common-features.ts';
import type { KernelTarget } from '../../targets/kernel/kernel-target.ts';
import { changeFinder } from '../change-finder.ts';
import { locator } from '../locator.ts';
import { type OpenOptions, openTargets } from '../open-targets.ts';
import { steadyOn } from '../steady.ts';
import { parseTargetNames } from '../target-names.ts';
import type { Measurement } from './measurement.ts';

const FIRST_CASE_MAX_MS = 5000;
/** How often the heap is looked at during a campaign, at even distances. */
const HEAP_SAMPLES = 4;

/**
 * What a campaign costs beside the kernels that it waits for. Kernels that run at the same time share
 * the machine's cores, and a kernel's engines share the kernel: each one's own time is what its agent
 * needed in this very campaign.
 */
export async function benchCampaign(
  kernelNames: string,
  cases: number,
  options: OpenOptions,
): Promise<readonly Measurement[]> {
  const startedMs = performance.now();
  const opened = await openTargets(
    parseTargetNames(`emulator,${kernelNames}`, options.cacheDir),
    options,
  );
  try {
    const { targets, kernels } = opened;
    const emulators = targets.filter(({ info }) => info.engine === 'emulator');
    const source = createCaseSource({
      seed: 1n,
      profile: 'default',
      capabilities: featureSets(
        kernels.map(({ features }) => features),
        emulators.map(({ features }) => features),
      ),
    });
    let firstMs = 0;
    const heaps: number[] = [];
    const agentMs = stopwatch(kernels);
    const summary = await runCampaign({
      seed: '1',
      profile: 'default',
      limit: { kind: 'cases', cases },
      next: source.next,
      targets,
      isSteady: steadyOn(emulators[0].info.linux),
      findChange: changeFinder(),
      locate: locator(),
      record: () => undefined,
      findingsMax: 1,
      signal: options.signal,
      now: () => performance.now(),
      onEvent: (event) => {
        if (event.kind !== 'progress') return;
        firstMs ||= performance.now() - startedMs;
        if (event.progress.cases >= heaps.length * (cases / HEAP_SAMPLES)) heaps.push(liveHeap());
      },
    });
    const wallMs = summary.durationMs / summary.cases;
    const ownMs = [...agentMs()].map(([name, ms]) => ({ name, ms: ms / summary.cases }));
    const slowestMs = Math.max(...ownMs.map(({ ms }) => ms));
    return [
      ...ownMs.map(({ name, ms }) => ({
        what: `a case on ${name}, in its agent`,
        value: ms * 1000,
        unit: 'us',
        ratio: ms / wallMs,
        against: "the campaign's time",
      })),
      {
        what: 'a case in the campaign',
        value: wallMs * 1000,
        unit: 'us',
        ratio: wallMs / slowestMs,
        against: `the slowest kernel's own time (limit ${ownMs.length === 1 ? '1.5x' : '1.25x'})`,
      },
      {
        what: 'first compared cases after the start',
        value: firstMs / 1000,
        unit: 's',
        ratio: firstMs / FIRST_CASE_MAX_MS,
        against: `the limit (${FIRST_CASE_MAX_MS / 1000} s)`,
      },
      {
        what: 'live heap near the end',
        value: heaps[HEAP_SAMPLES - 1] / 2 ** 20,
        unit: 'MiB',
        ratio: heaps[HEAP_SAMPLES - 1] / heaps[HEAP_SAMPLES >> 1],
        against: 'the live heap half way',
      },
    ];
  } finally {
    await opened.close();
  }
}

/** Tells what the agents of the kernels have needed since it was made, by kernel, ms. */
function stopwatch(kernels: readonly KernelTarget[]): () => ReadonlyMap<string, number> {
  const read = () =>
    new Map(kernels.map(({ name, stats }) => [name.split(':')[0], stats().agentMs]));
  const before = read();
  return () => new Map([...read()].map(([name, ms]) => [name, ms - before.get(name)!]));
}

/** Bytes that are still in use after a garbage collection. */
function liveHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
