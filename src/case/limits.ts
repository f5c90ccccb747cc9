/** How much a case, and the text or bytes that hold it, may have. Checked wherever one is read. */
export const CASE_LIMITS = {
  textChars: 4 * 1024 * 1024,
  bytes: 16 * 1024 * 1024,
  claimChars: 1000,
  maps: 64,
  mapNameChars: 15,
  ksyms: 64,
  ksymChars: 128,
  entriesPerMap: 4096,
  keyBytes: 65_536,
  valueBytes: 256 * 1024,
  progs: 64,
  insnsPerProg: 65_536,
  runs: 4096,
  commandsPerRun: 256,
  dataBytes: 256 * 1024,
  ctxBytes: 65_536,
  outBytes: 1024 * 1024,
} as const;

/** The largest number of 32 bits. */
export const U32_MAX = 0xffff_ffff;

/** What a kernel symbol is called: a name of C. */
export const KSYM_NAME = /^[A-Za-z_]\w{0,127}$/;

/** What a map may be called. */
export const MAP_NAME = /^[A-Za-z0-9_]{1,15}$/;
