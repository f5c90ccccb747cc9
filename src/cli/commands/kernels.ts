import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { printable } from '../../reports/printable.ts';
import { cutTo, tableLines } from '../../reports/table.ts';
import { ARCHES, type Arch } from '../../targets/kernel/arch.ts';
import { CACHE_MAX_BYTES, cachedKernels, removeKernel } from '../../targets/kernel/images/cache.ts';
import { CATALOGUE, type CatalogueRow } from '../../targets/kernel/images/catalogue.ts';
import { ALL_ENGINES } from '../../targets/kernel/images/engines.ts';
import {
  checkSystem,
  describeOrigin,
  ensureImage,
} from '../../targets/kernel/images/ensure-image.ts';
import { addOwnImage } from '../../targets/kernel/images/own/add-own-image.ts';
import { ExitStatus, explainError, UsageError } from '../exit-status.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { asJson } from '../json.ts';
import { quoted } from '../quoted.ts';
import type { Surroundings } from '../surroundings.ts';
import { textOptions } from '../text-options.ts';

interface AddFlags {
  readonly image?: string;
  readonly name?: string;
  readonly arch?: Arch;
  readonly modules?: string;
  readonly config?: string;
  readonly json?: boolean;
}

interface JsonFlag {
  readonly json?: boolean;
}

const CATALOGUE_NAMES = Object.keys(CATALOGUE).join(', ');

const LIMIT = `
Kernels of a distribution come by apt, the newest that its mirror has; to have a
newer one, remove and add it. All together they take at most ${CACHE_MAX_BYTES / 1e9} GB: the ones that
were booted least recently go first, never one in use, never your own.`;

/** `bpfdiff kernels`: looks after the kernels that cases run on. */
export function addKernels(
  program: Command,
  surroundings: Surroundings,
  end: (status: ExitStatus) => void,
): void {
  const kernels = program.command('kernels').description('look after the kernels to run on');
  kernels
    .command('add')
    .description('fetch kernels, or add your own')
    .argument('[names...]', `some of ${CATALOGUE_NAMES}`)
    .option('--image <file>', 'your own bzImage, Image or vmlinux')
    .option('--name <name>', 'how your own is called')
    .addOption(new Option('--arch <arch>', 'what it is for').choices(Object.keys(ARCHES)))
    .option('--modules <dir>', 'its modules, where virtio is not built in')
    .option('--config <file>', 'its configuration')
    .option('--json', 'print JSON')
    .addHelpText('after', LIMIT)
    .action(async (names: readonly string[], flags: AddFlags) =>
      end(await add(names, flags, surroundings)),
    );
  kernels
    .command('ls')
    .description('list the kernels that are there, and those that can be had')
    .option('--json', 'print JSON')
    .action(async (flags: JsonFlag) => end(await list(flags, surroundings)));
  kernels
    .command('rm')
    .description('remove kernels')
    .argument('<names...>', 'as `kernels ls` lists them')
    .action(async (names: readonly string[]) => end(await remove(names, surroundings)));
}

async function add(
  names: readonly string[],
  flags: AddFlags,
  surroundings: Surroundings,
): Promise<ExitStatus> {
  if (flags.image !== undefined) return addOwn(names, flags, surroundings);
  const ownOnly = (['name', 'arch', 'modules', 'config'] as const).find((key) => flags[key]);
  if (ownOnly !== undefined) throw new UsageError(`--${ownOnly} goes with --image FILE`);
  if (names.length === 0) {
    throw new UsageError(`Expected names, some of ${CATALOGUE_NAMES}; or --image FILE`);
  }
  const unknown = names.find((name) => !Object.hasOwn(CATALOGUE, name));
  if (unknown !== undefined) {
    throw new UsageError(`Unknown kernel "${unknown}"; expected some of ${CATALOGUE_NAMES}`);
  }
  return interruptible(async (signal) => {
    // Each one listens to it.
    setMaxListeners(0, signal);
    const statuses = await Promise.all(
      [...new Set(names)].map((name) => fetchOne(name, signal, flags, surroundings)),
    );
    signal.throwIfAborted();
    return statuses.find((status) => status !== ExitStatus.AGREE) ?? ExitStatus.AGREE;
  });
}

/** That one can't be had does not stop the others. */
async function fetchOne(
  name: string,
  signal: AbortSignal,
  flags: JsonFlag,
  { cacheDir }: Surroundings,
): Promise<ExitStatus> {
  try {
    await ensureImage(name, {
      cacheDir,
      signal,
      onEvent: (event) => {
        if (event.kind === 'preparing') process.stderr.write(`${name}: ${event.what}\n`);
      },
    });
    await printAdded(name, flags, cacheDir);
    return ExitStatus.AGREE;
  } catch (error) {
    if (signal.aborted) return ExitStatus.INTERRUPTED;
    const { lines, status } = explainError(error);
    for (const line of lines) process.stderr.write(`${line}\n`);
    return status;
  }
}

async function addOwn(
  names: readonly string[],
  { image, name, arch, modules, config, json }: AddFlags,
  { cacheDir }: Surroundings,
): Promise<ExitStatus> {
  if (name === undefined) throw new UsageError('Expected --name NAME beside --image');
  if (names.length > 0) {
    throw new UsageError(`Expected --image alone, got also "${names[0]}"; add them one by one`);
  }
  return interruptible(async (signal) => {
    const path = (given: string | undefined) => (given === undefined ? undefined : resolve(given));
    await addOwnImage({
      cacheDir,
      name,
      image: resolve(image!),
      arch,
      modules: path(modules),
      config: path(config),
      signal,
    });
    await printAdded(name, json ? { json } : {}, cacheDir);
    return ExitStatus.AGREE;
  });
}

async function printAdded(name: string, { json }: JsonFlag, cacheDir: string): Promise<void> {
  const found = (await listed(cacheDir)).find((row) => row.name === name)!;
  const line = json ? asJson(found) : `${name}: ${found.release}, ${printable(found.from)}`;
  process.stdout.write(`${line}\n`);
}

/** A kernel of the cache, or one of the catalogue that can be had here. */
interface ListedKernel {
  readonly name: string;
  readonly fetched: boolean;
  readonly own: boolean;
  readonly release: string | null;
  readonly arch: Arch;
  readonly engines: readonly string[];
  readonly from: string;
  readonly sizeBytes: number;
  readonly bootedMs: number | null;
  readonly usedBy: readonly number[];
}

async function listed(cacheDir: string): Promise<readonly ListedKernel[]> {
  const cached = await cachedKernels(cacheDir);
  const rows = Object.values<CatalogueRow>(CATALOGUE);
  const here = cached.map(({ name, manifest, sizeBytes, bootedMs, usedBy }): ListedKernel => {
    const row = rows.find((each) => each.name === name);
    return {
      name,
      fetched: true,
      own: manifest.origin.kind === 'user',
      release: manifest.release,
      arch: manifest.arch,
      engines: manifest.engines ?? row?.engines ?? ALL_ENGINES,
      from: describeOrigin(manifest.origin),
      sizeBytes,
      bootedMs: bootedMs ?? null,
      usedBy,
    };
  });
  const missing = rows.filter(({ name }) => !cached.some((kernel) => kernel.name === name));
  const canBeHad = await Promise.all(
    missing.map(async (row): Promise<readonly ListedKernel[]> => {
      const possible = await checkSystem(row).then(
        () => true,
        () => false,
      );
      return possible ? [notFetched(row)] : [];
    }),
  );
  return [...here, ...canBeHad.flat()];
}

const notFetched = (row: CatalogueRow): ListedKernel => ({
  name: row.name,
  fetched: false,
  own: false,
  release: null,
  arch: row.arch,
  engines: row.engines,
  from: row.suites.join(', ') || "the system's own packages",
  sizeBytes: 0,
  bootedMs: null,
  usedBy: [],
});

async function list({ json }: JsonFlag, surroundings: Surroundings): Promise<ExitStatus> {
  const kernels = await listed(surroundings.cacheDir);
  const lines = json ? kernels.map(asJson) : tableOf(kernels, surroundings);
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
  return ExitStatus.AGREE;
}

/** A line for each; on a terminal that is too narrow for that, two. */
function tableOf(kernels: readonly ListedKernel[], surroundings: Surroundings): readonly string[] {
  const { width, style } = textOptions(surroundings);
  const rows = kernels.map((kernel) => [...shortRow(kernel), lastBoot(kernel), kernel.from]);
  const lines = tableLines([[...HEADINGS, 'last boot', 'from'], ...rows.map(printableRow)], {
    align,
  });
  const fits = lines.every(({ length }) => length <= width);
  // Whole lines for those who search in them.
  if (fits || !surroundings.stdoutIsTerminal) return lines;
  const [heading, ...short] = tableLines([HEADINGS, ...kernels.map(shortRow)], { align, width });
  return [
    heading,
    ...kernels.flatMap((kernel, i) => {
      const { fetched, usedBy, from } = kernel;
      const boot = `${usedBy.length > 0 ? '' : 'last boot '}${lastBoot(kernel)}`;
      const more = `  ${printable(fetched ? `${boot}, ${from}` : from)}`;
      return [short[i], style('faint', cutTo(more, width, '~'))];
    }),
  ];
}

const HEADINGS = ['kernel', 'release', 'arch', 'engines', 'size'];
const align = ['left', 'left', 'left', 'left', 'right'] as const;

const printableRow = (cells: readonly string[]): readonly string[] => cells.map(printable);

const shortRow = (kernel: ListedKernel): readonly string[] => [
  kernel.name,
  kernel.release ?? 'not fetched',
  kernel.arch,
  kernel.engines.join(' '),
  kernel.fetched ? megabytes(kernel.sizeBytes) : '',
];

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;

function lastBoot({ fetched, usedBy, bootedMs }: ListedKernel): string {
  const [first, ...others] = usedBy;
  if (first !== undefined) {
    return `in use by ${first}${others.length > 0 ? ` and ${others.length} more` : ''}`;
  }
  if (bootedMs === null) return fetched ? 'never' : '';
  return new Date(bootedMs).toISOString().slice(0, 16).replace('T', ' ');
}

async function remove(names: readonly string[], { cacheDir }: Surroundings): Promise<ExitStatus> {
  const cached = await cachedKernels(cacheDir);
  // All names are checked before any kernel goes.
  const kernels = names.map((name) => {
    const kernel = cached.find((each) => each.name === name);
    if (kernel !== undefined) return kernel;
    const there = cached.map((each) => each.name).join(', ') || 'none';
    throw new UsageError(`Unknown kernel "${name}"; the cache has ${there}`);
  });
  const used = kernels.find(({ usedBy }) => usedBy.length > 0);
  if (used !== undefined) {
    throw new UsageError(`${used.name} is in use by process ${used.usedBy[0]}; end that first`);
  }
  return interruptible(async (signal) => {
    for (const { name, manifest, sizeBytes } of kernels) {
      const onWait = () =>
        process.stderr.write(`${name}: waiting for another bpfdiff that fetches it\n`);
      await removeKernel(cacheDir, name, { signal, onWait });
      const { origin } = manifest;
      const whose = origin.kind === 'user' ? `, your own from ${quoted(origin.path)}` : '';
      process.stdout.write(`removed ${name} (${megabytes(sizeBytes)}${whose})\n`);
    }
    return ExitStatus.AGREE;
  });
}

async function interruptible(
  use: (signal: AbortSignal) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  const interrupt = listenForInterrupt();
  try {
    return await use(interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted) return ExitStatus.INTERRUPTED;
    throw error;
  } finally {
    interrupt.close();
  }
}
