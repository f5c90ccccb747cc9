/**
 * Names of the modules to load for the wanted ones, each after those that it depends on. Which those
 * are differs from one stable release to the next, so it is read from the modules themselves.
 * Built-in ones need no loading. Throws where one is missing.
 */
export function loadOrder(
  wanted: readonly string[],
  modules: ReadonlyMap<string, Uint8Array>,
  builtin: ReadonlySet<string>,
): readonly string[] {
  const order = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    if (builtin.has(name) || order.has(name)) return;
    const content = modules.get(name);
    if (!content) throw new Error(`the package has no module ${[...path, name].join(' -> ')}`);
    if (path.includes(name)) throw new Error(`modules depend on each other: ${path.join(' -> ')}`);
    for (const needed of dependencies(content)) visit(needed, [...path, name]);
    order.add(name);
  };
  for (const name of wanted) visit(name, []);
  return [...order];
}

/** `.modinfo` holds strings such as `depends=virtio,virtio_ring`, each ended by a NUL. */
export function dependencies(module: Uint8Array): readonly string[] {
  const bytes = Buffer.from(module.buffer, module.byteOffset, module.length);
  const start = bytes.indexOf('\0depends=');
  if (start < 0) return [];
  const value = bytes.toString('latin1', start + '\0depends='.length, bytes.indexOf(0, start + 1));
  return value.split(',').filter((name) => name !== '');
}

/** `kernel/drivers/char/virtio-rng.ko` is module `virtio_rng`. */
export function moduleName(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.ko$/, '').replaceAll('-', '_');
}
