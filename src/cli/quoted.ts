/** A path as a shell takes it. */
export const quoted = (path: string): string =>
  /^[\w./:,@-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
