/** Parts of the project, and of what other parts each may import. A file may always import its own. */
export const AREAS: Readonly<Record<string, readonly string[]>> = {
  'src/isa': [],
  'src/case': ['src/isa'],
  generators: ['src/isa', 'src/case'],
  'src/targets/target.ts': ['src/case'],
  // What emulator and kernels share beside the contract.
  'src/targets': ['src/isa', 'src/case', 'src/targets/target.ts'],
  'src/targets/emulator': ['src/isa', 'src/case', 'src/targets/target.ts', 'src/targets'],
  'src/targets/kernel': ['src/isa', 'src/case', 'src/targets/target.ts', 'src/targets'],
  'src/targets/own': ['src/isa', 'src/case', 'src/targets/target.ts', 'src/targets'],
  'src/compare': ['src/case', 'src/targets/target.ts'],
  'src/causes': ['src/isa', 'src/case', 'src/targets/target.ts'],
  'src/shrink': ['src/isa', 'src/case'],
  'src/localise': ['src/isa', 'src/case', 'src/targets/target.ts', 'src/compare'],
  'src/corpus': ['src/case', 'src/compare', 'src/causes', 'src/localise', 'src/targets/target.ts'],
  'src/campaign/events.ts': ['src/case', 'src/targets/target.ts'],
  'src/campaign': [
    'src/campaign/events.ts',
    'src/case',
    'src/targets/target.ts',
    'src/compare',
    'src/causes',
    'src/shrink',
    'src/corpus',
  ],
  'src/reports': [
    'src/isa',
    'src/case',
    'src/targets/target.ts',
    'src/compare',
    'src/causes',
    'src/localise',
    'src/corpus',
    'src/campaign/events.ts',
  ],
  'src/ui': ['src/campaign/events.ts', 'src/targets/target.ts', 'src/compare', 'src/reports'],
  'src/vitest': ['src/corpus', 'src/targets/target.ts', 'src/targets/emulator'],
  'src/cli': [
    'generators',
    'src/isa',
    'src/case',
    'src/targets/target.ts',
    'src/targets',
    'src/targets/emulator',
    'src/targets/kernel',
    'src/targets/own',
    'src/compare',
    'src/causes',
    'src/shrink',
    'src/corpus',
    'src/campaign/events.ts',
    'src/campaign',
    'src/reports',
    'src/ui',
  ],
};

/** What has effects, or belongs to one part, and the only parts that may import it. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'better-sqlite3': ['src/corpus'],
  execa: ['src/targets/kernel', 'src/targets/own'],
  'node:child_process': ['src/targets/kernel'],
  'node:net': ['src/targets/kernel'],
  'node:http': [],
  'node:https': [],
  'node:worker_threads': ['src/cli'],
  ink: ['src/ui'],
  react: ['src/ui'],
  '@inkjs/ui': ['src/ui'],
  'node:tty': ['src/ui', 'src/cli'],
  'node:readline': ['src/ui', 'src/cli', 'src/targets/own'],
  commander: ['src/cli'],
  'fast-check': ['generators'],
  'node:process': ['src/cli'],
  'node:perf_hooks': ['src/cli'],
  'node:os': ['src/targets/kernel', 'src/cli'],
  'node:fs': ['src/targets/kernel', 'src/corpus', 'src/cli'],
  'node:fs/promises': ['src/targets/kernel', 'src/corpus', 'src/cli'],
};

/** The area that a file belongs to: the longest that names it or a folder above it. */
export const areaOf = (path: string): string | undefined =>
  Object.keys(AREAS)
    .filter((area) => path === area || path.startsWith(`${area}/`))
    .sort((a, b) => b.length - a.length)[0];
