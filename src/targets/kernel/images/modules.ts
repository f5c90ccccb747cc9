/** A module that is to be loaded. */
export interface Module {
  readonly name: string;
  readonly content: Uint8Array;
}

/**
 * The modules to load for the wanted ones, each after those that it depends on. Which those are
 * differs from one stable release to the next, so it is read from the modules themselves. Built-in
 * ones need no loading. `read` resolves with undefined where there is no such module; rejects then.
 */
export async function loadOrder(
  wanted: readonly string[],
  read: (name: string) => Promise<Uint8Array | undefined>,
  builtin: ReadonlySet<string>,
): Promise<readonly Module[]> {
  const order = new Map<string, Module>();
  const visit = async (name: string, path: readonly string[]): Promise<void> => {
    if (builtin.has(name) || order.has(name)) return;
    if (path.includes(name)) throw new Error(`modules depend on each other: ${path.join(' -> ')}`);
    const content = await read(name);
    if (!content) throw new Error(`there is no module ${[...path, name].join(' -> ')}`);
    for (const needed of dependencies(content)) await visit(needed, [...path, name]);
    order.set(name, { name, content });
  };
  for (const name of wanted) await visit(name, []);
  return [...order.values()];
}

/** As `loadOrder`, and behind these the optional ones if they can all be had. */
export async function loadOrderWith(
  optional: readonly string[],
  ...[wanted, read, builtin]: Parameters<typeof loadOrder>
): Promise<readonly Module[]> {
  const order = await loadOrder(wanted, read, builtin);
  return loadOrder([...wanted, ...optional], read, builtin).catch(() => order);
}

/** Names of the modules that one needs directly. */
export function dependencies(module: Uint8Array): readonly string[] {
  return (modinfo(module, 'depends') ?? '').split(',').filter((name) => name !== '');
}

/** A value of `.modinfo`, which holds strings such as `depends=virtio,virtio_ring`, each with a NUL. */
export function modinfo(module: Uint8Array, key: string): string | undefined {
  const bytes = Buffer.from(module.buffer, module.byteOffset, module.length);
  const start = bytes.indexOf(`\0${key}=`);
  if (start < 0) return undefined;
  const end = bytes.indexOf(0, start + 1);
  return bytes.toString('latin1', start + `\0${key}=`.length, end < 0 ? bytes.length : end);
}

/** `kernel/drivers/char/virtio-rng.ko.xz` is module `virtio_rng`. */
export function moduleName(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('-', '_');
}
