/** A file or folder of an initramfs; folders stand before what is in them. */
export interface InitramfsEntry {
  /** Without a slash at the start. */
  readonly path: string;
  /** Type and permissions, as `st_mode`. */
  readonly mode: number;
  readonly content: Uint8Array;
}

export const S_IFDIR = 0o040000;
export const S_IFREG = 0o100000;

/**
 * What a VM needs to run the agent: the agent as /init, and the modules in the order in which it is
 * to load them, for it goes by their names.
 */
export function agentInitramfs(
  agent: Uint8Array,
  modules: readonly { readonly name: string; readonly content: Uint8Array }[],
): Buffer {
  return newcArchive([
    { path: 'init', mode: S_IFREG | 0o755, content: agent },
    { path: 'modules', mode: S_IFDIR | 0o755, content: NOTHING },
    ...modules.map(({ name, content }, index) => ({
      path: `modules/${String(index).padStart(2, '0')}-${name}`,
      mode: S_IFREG | 0o644,
      content,
    })),
  ]);
}

/**
 * A cpio archive in the "newc" format, as the kernel unpacks it
 * (Documentation/driver-api/early-userspace/buffer-format.rst, 6.1). An entry is
 *
 *   "070701" | 13 fields of 8 hex digits | path, NUL | pad to 4 | content | pad to 4
 *
 * and the last one is called TRAILER!!!.
 */
export function newcArchive(entries: readonly InitramfsEntry[]): Buffer {
  const trailer = { path: 'TRAILER!!!', mode: 0, content: NOTHING };
  return Buffer.concat([...entries, trailer].flatMap(newcEntry));
}

const NOTHING = new Uint8Array(0);

function newcEntry(entry: InitramfsEntry, index: number): readonly Uint8Array[] {
  const path = Buffer.from(`${entry.path}\0`);
  const fields = {
    ino: index + 1,
    mode: entry.mode,
    uid: 0,
    gid: 0,
    nlink: 1,
    mtime: 0,
    filesize: entry.content.length,
    devmajor: 0,
    devminor: 0,
    rdevmajor: 0,
    rdevminor: 0,
    namesize: path.length,
    check: 0,
  };
  const hex = Object.values(fields).map((value) => value.toString(16).padStart(8, '0'));
  const head = Buffer.concat([Buffer.from(`070701${hex.join('')}`), path]);
  return [head, padding(head.length), entry.content, padding(entry.content.length)];
}

function padding(length: number): Uint8Array {
  return new Uint8Array(-length & 3);
}
