import type { Case, Run } from '../case/case.ts';
import { deleteInsns } from './delete-insns.ts';

/** Smaller cases that a case may be replaced by, the most promising first. */
export type Pass = (testCase: Case) => Iterable<Case>;

/**
 * In the order in which they are tried. They know nothing of validity: what a kernel rejects simply
 * does not hold.
 */
export const PASSES: readonly Pass[] = [
  dropRuns,
  dropInsns,
  dropMaps,
  dropEntries,
  plainRuns,
  shortenData,
  zeroData,
  dropCtxFields,
  zeroImmediates,
];

/**
 * Most divergences show in one run. The runs behind the first that shows it go for good; those before
 * may have filled a map that matters, so each is tried alone.
 */
function* dropRuns(testCase: Case): Iterable<Case> {
  for (const i of testCase.runs.keys()) {
    yield { ...testCase, runs: testCase.runs.filter((_, other) => other !== i) };
  }
}

/**
 * Whatever the generator thought belongs together, an insn is the smallest thing that can go. Long
 * stretches first, from the end, where what is stored for the comparison stands.
 */
function* dropInsns(testCase: Case): Iterable<Case> {
  for (const [p, { insns }] of testCase.progs.entries()) {
    for (let length = insns.length >> 1; length >= 1; length >>= 1) {
      for (let from = insns.length - length; from >= 0; from -= length) {
        const progs = testCase.progs.with(p, { insns: deleteInsns(insns, from, length) });
        yield { ...testCase, progs };
      }
    }
  }
}

/** A map behind all that are used can go; one before would change the indexes of the others. */
function* dropMaps(testCase: Case): Iterable<Case> {
  if (testCase.maps.length > 0) yield { ...testCase, maps: testCase.maps.slice(0, -1) };
}

/** An entry that no lookup finds only makes the reader wonder. */
function* dropEntries(testCase: Case): Iterable<Case> {
  for (const [m, map] of testCase.maps.entries()) {
    for (const i of map.entries.keys()) {
      const entries = map.entries.filter((_, other) => other !== i);
      yield { ...testCase, maps: testCase.maps.with(m, { ...map, entries }) };
    }
  }
}

/** An attribute at its default is one thing less to understand. */
function* plainRuns(testCase: Case): Iterable<Case> {
  const plain: readonly Partial<Run>[] = [
    { repeat: 1 },
    { flags: 0 },
    { cpu: 0 },
    { batchSize: 0 },
    { ctx: null },
    { ctxOutBytes: null },
    { dataOutBytes: null },
  ];
  yield* eachRun(testCase, function* (run) {
    for (const change of plain) {
      const [[field, value]] = Object.entries(change);
      if (run[field as keyof Run] !== value) yield { ...run, ...change };
    }
  });
}

/** 14 bytes are the least that most prog types take. */
function* shortenData(testCase: Case): Iterable<Case> {
  yield* eachRun(testCase, function* (run) {
    const length = run.data?.length ?? 0;
    for (const shorter of new Set([14, length >> 1, length - 1])) {
      if (shorter >= 0 && shorter < length) yield { ...run, data: run.data!.slice(0, shorter) };
    }
  });
}

/** A packet of zeros says that its bytes don't matter: all, then halves, then each byte. */
function* zeroData(testCase: Case): Iterable<Case> {
  yield* eachRun(testCase, function* ({ data, ...run }) {
    if (data === null) return;
    for (let length = data.length; length >= 1; length >>= 1) {
      for (let from = 0; from < data.length; from += length) {
        if (data.subarray(from, from + length).every((byte) => byte === 0)) continue;
        yield { ...run, data: data.slice().fill(0, from, from + length) };
      }
    }
  });
}

/** A ctx field that is left out is 0. */
function* dropCtxFields(testCase: Case): Iterable<Case> {
  yield* eachRun(testCase, function* (run) {
    if (run.ctx === null) return;
    for (const name of Object.keys(run.ctx.fields)) {
      const { [name]: _, ...fields } = run.ctx.fields;
      yield { ...run, ctx: { ...run.ctx, fields } };
    }
  });
}

/** 0 and 1 are the numbers that a reader need not think about. */
function* zeroImmediates(testCase: Case): Iterable<Case> {
  for (const [p, { insns }] of testCase.progs.entries()) {
    for (const [i, insn] of insns.entries()) {
      for (const imm of [0, 1]) {
        if (insn.imm <= imm && insn.imm >= 0) continue;
        yield {
          ...testCase,
          progs: testCase.progs.with(p, { insns: insns.with(i, { ...insn, imm }) }),
        };
      }
    }
  }
}

function* eachRun(testCase: Case, change: (run: Run) => Iterable<Run>): Iterable<Case> {
  for (const [i, run] of testCase.runs.entries()) {
    for (const changed of change(run)) {
      yield { ...testCase, runs: testCase.runs.with(i, changed) };
    }
  }
}
