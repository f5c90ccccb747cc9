import { knownKernels } from '../targets/kernel/images/known-kernels.ts';
import { UsageError } from './exit-status.ts';

/** A target as a person names it: `emulator`, `emulator@6.12`, `KERNEL`, `KERNEL:ENGINE`, .... */
export type TargetName =
  /** Without a release it is told to be each kernel of the campaign. */
  | { readonly kind: 'emulator'; readonly text: string; readonly release: string | undefined }
  | {
      readonly kind: 'kernel';
      readonly text: string;
      readonly kernel: string;
      readonly engine: EngineName;
    }
  /** `host:bpftool`: the kernel of this machine by its bpftool. */
  | { readonly kind: 'bpftool'; readonly text: string };

export type EngineName = 'jit' | 'interp' | 'hardened';

const TARGETS_MAX = 32;
const BPFTOOL = 'host:bpftool';

/**
 * Parses `--targets a,b,...`; kernels are those of the catalogue, `host`, and the user's own in the
 * cache. Throws `UsageError` that names what can be named.
 */
export function parseTargetNames(text: string, cacheDir: string): readonly TargetName[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length > TARGETS_MAX) {
    throw new UsageError(`Expected at most ${TARGETS_MAX} targets, got ${parts.length}`);
  }
  const twice = parts.find((part, i) => parts.indexOf(part) < i);
  if (twice !== undefined) throw new UsageError(`Target ${twice} is named twice; name it once`);
  const kernels = enginesOfKernels(cacheDir);
  return parts.map((part) => parseTargetName(part, kernels));
}

/** Kernels that can be named, each with its engines; the first is the default. */
function enginesOfKernels(cacheDir: string): ReadonlyMap<string, readonly EngineName[]> {
  const known = knownKernels(cacheDir).map(({ name, engines }) => [name, engines] as const);
  return new Map([...known, ['host', ['jit']] as const]);
}

function parseTargetName(
  text: string,
  kernels: ReadonlyMap<string, readonly EngineName[]>,
): TargetName {
  const emulator = /^emulator(?:@(\d{1,2}\.\d{1,3}))?$/.exec(text);
  if (emulator !== null) return { kind: 'emulator', text, release: emulator[1] };
  if (text === BPFTOOL) return { kind: 'bpftool', text };
  const [kernel = '', engine, ...more] = text.split(':');
  const engines = kernels.get(kernel);
  if (engines === undefined || more.length > 0) {
    const known = ['emulator', 'emulator@RELEASE', BPFTOOL, ...kernels.keys()].join(', ');
    throw new UsageError(`Unknown target "${text}"; expected one of ${known}, or KERNEL:ENGINE`);
  }
  const chosen = engine === undefined ? engines[0] : engines.find((name) => name === engine);
  if (chosen === undefined) {
    throw new UsageError(`${kernel} has no engine "${engine}"; expected ${engines.join(' or ')}`);
  }
  return { kind: 'kernel', text, kernel, engine: chosen };
}
