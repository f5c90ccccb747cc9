import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Summary, TargetSummary } from '../../src/campaign/events.ts';
import { createReachCounter } from '../../src/campaign/reach.ts';
import { hasPair } from '../../src/case/operand-counts.ts';
import { addToReachFile, readReachFile } from '../../src/cli/reach-file.ts';

const target = (engine: TargetSummary['engine'], forms: Record<string, number>): TargetSummary => ({
  kernel: '6.1.176',
  arch: 'x86_64',
  engine,
  accepted: 10,
  rejected: 1,
  compared: 9,
  incomparable: 2,
  unsupported: 0,
  crashed: 0,
  hung: 0,
  restarted: 0,
  reach: { ...createReachCounter().counts(), forms },
});

const campaign = (seed: string, forms: Record<string, number>): Summary => ({
  seed,
  cases: 11,
  runs: 20,
  durationMs: 1,
  casesPerSecond: 1,
  findings: [],
  divergences: 0,
  targets: { emulator: target('emulator', forms), uml: target('interp', forms) },
  excused: {},
  causes: {},
  known: {},
  stopped: 'limit',
});

describe('what campaigns reached, in a file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bpfdiff test '));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is summed up by kernel', () => {
    const path = join(folder, 'reach.json');
    addToReachFile(path, campaign('1', { 'add64.x': 3, exit: 9 }));
    addToReachFile(path, campaign('2', { 'add64.k': 1, exit: 8 }));
    const { campaigns, targets } = readReachFile(path);
    expect(campaigns).toEqual([
      { seed: '1', cases: 11, divergences: 0 },
      { seed: '2', cases: 11, divergences: 0 },
    ]);
    expect(Object.keys(targets)).toEqual(['uml']);
    expect(targets.uml).toMatchObject({ accepted: 20, rejected: 2, compared: 18 });
    expect(targets.uml.reach.forms).toEqual({ 'add64.k': 1, 'add64.x': 3, exit: 17 });
    expect(readdirSync(folder)).toEqual(['reach.json']);
  });

  it('keeps the operands of both campaigns', () => {
    const path = join(folder, 'reach.json');
    const counted = (key: number): Summary => {
      const counter = createReachCounter();
      counter.add({ operands: [key], messages: ['R! !read_ok'] });
      const before = campaign('1', {});
      const uml = { ...before.targets.uml, reach: counter.counts() };
      return { ...before, targets: { uml } };
    };
    addToReachFile(path, counted(0x12));
    addToReachFile(path, counted(0x1f));
    const { operands, messages } = readReachFile(path).targets.uml.reach;
    const [counts] = Object.values(operands);
    expect(counts.first).toEqual([0, 2, ...Array(14).fill(0)]);
    expect(counts.second).toEqual([0, 0, 1, ...Array(12).fill(0), 1]);
    expect(hasPair(counts, 1, 2) && hasPair(counts, 1, 15)).toBe(true);
    expect(hasPair(counts, 1, 3)).toBe(false);
    expect(messages).toEqual({ 'R! !read_ok': 2 });
  });

  it('may be of version 1, which counted less', () => {
    const path = join(folder, 'reach.json');
    const { progTypes, ksyms, helpers, mapTypes, errnos } = createReachCounter().counts();
    const reach = { forms: { exit: 4 }, progTypes, ksyms, helpers, mapTypes, errnos };
    const uml = { kernel: '6.1.176', arch: 'um', engine: 'interp', accepted: 1, rejected: 0 };
    const targets = { uml: { ...uml, compared: 1, reach } };
    writeFileSync(path, JSON.stringify({ version: 1, campaigns: [], targets }));
    addToReachFile(path, campaign('2', { exit: 1 }));
    const read = readReachFile(path);
    expect(read.version).toBe(2);
    expect(read.targets.uml.reach).toMatchObject({
      forms: { exit: 5 },
      branches: {},
      operands: {},
    });
  });

  it('is nothing where there is no file', () => {
    expect(readReachFile(join(folder, 'none'))).toEqual({
      version: 2,
      campaigns: [],
      targets: {},
    });
  });

  it.each([
    ['no JSON', '{"version":1', /Expected what `run --reach` wrote/],
    ['something else', '{"version":3}', /at version/],
    [
      'a damaged count',
      '{"version":1,"campaigns":[],"targets":{"x":{"accepted":-1}}}',
      /targets\.x/,
    ],
  ])('%s is refused, and kept', (_, text, message) => {
    const path = join(folder, 'mine.json');
    writeFileSync(path, text);
    expect(() => addToReachFile(path, campaign('1', {}))).toThrow(message);
    expect(readdirSync(folder)).toEqual(['mine.json']);
  });

  it('that can not be written is told', () => {
    expect(() => addToReachFile(join(folder, 'none', 'x.json'), campaign('1', {}))).toThrow(
      /x\.json: it can't be written/,
    );
  });
});
