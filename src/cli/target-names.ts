import { UsageError } from './exit-status.ts';

/** A target as a person names it: `emulator`, `emulator@6.12`, `KERNEL` or `KERNEL:ENGINE`. */
export type TargetName =
  /** Without a release it is told to be each kernel of the campaign. */
  | { readonly kind: 'emulator'; readonly text: string; readonly release: string | undefined }
  | {
      readonly kind: 'kernel';
      readonly text: string;
      readonly kernel: KernelName;
      readonly engine: EngineName;
    };

export type EngineName = 'jit' | 'interp' | 'hardened';

/** Kernels that can be named, each with its engines; the first is the default. */
export const KERNELS = {
  uml: ['interp'],
  debian12: ['jit', 'interp', 'hardened'],
  host: ['jit'],
} as const satisfies Record<string, readonly EngineName[]>;
export type KernelName = keyof typeof KERNELS;

const TARGETS_MAX = 32;

/** Parses `--targets a,b,...`. Throws `UsageError` that names what can be named. */
export function parseTargetNames(text: string): readonly TargetName[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length > TARGETS_MAX) {
    throw new UsageError(`Expected at most ${TARGETS_MAX} targets, got ${parts.length}`);
  }
  const twice = parts.find((part, i) => parts.indexOf(part) < i);
  if (twice !== undefined) throw new UsageError(`Target ${twice} is named twice; name it once`);
  return parts.map(parseTargetName);
}

function parseTargetName(text: string): TargetName {
  const emulator = /^emulator(?:@(\d{1,2}\.\d{1,3}))?$/.exec(text);
  if (emulator !== null) return { kind: 'emulator', text, release: emulator[1] };
  const [kernel, engine, ...more] = text.split(':');
  if (!isKernel(kernel) || more.length > 0) {
    const known = ['emulator', 'emulator@RELEASE', ...Object.keys(KERNELS)].join(', ');
    throw new UsageError(`Unknown target "${text}"; expected one of ${known}, or KERNEL:ENGINE`);
  }
  const engines: readonly EngineName[] = KERNELS[kernel];
  const chosen = engine === undefined ? engines[0] : engines.find((name) => name === engine);
  if (chosen === undefined) {
    throw new UsageError(`${kernel} has no engine "${engine}"; expected ${engines.join(' or ')}`);
  }
  return { kind: 'kernel', text, kernel, engine: chosen };
}

const isKernel = (name: string): name is KernelName => Object.hasOwn(KERNELS, name);
