import fc from 'fast-check';
import { ATTR_NAMES, ATTR_NUMBERS, type AttrOverrides, wordsOfAttr } from '../../src/case/attr.ts';
import type { Case, CtxInput, MapCommand, MapSpec, Run } from '../../src/case/case.ts';
import { ctxLayoutOf } from '../../src/case/ctx.ts';
import { isBatch, MAP_COMMAND_KINDS, MAP_COMMANDS, partsOf } from '../../src/case/map-command.ts';
import { entryValueBytes, MAP_TYPES } from '../../src/case/map-type.ts';
import { PROG_TYPES, type ProgType } from '../../src/case/prog-type.ts';
import { someInsns } from '../isa/arbitrary-insn.ts';

const u32 = fc.oneof(fc.nat(8), fc.integer({ min: 0, max: 0xffff_ffff }));
const bytes = (lenMax: number) => fc.uint8Array({ maxLength: lenMax });

const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const mapNamed = (name: string): fc.Arbitrary<MapSpec> =>
  fc
    .record({
      type: fc.constantFrom(...MAP_TYPES),
      keyBytes: fc.nat(8),
      valueBytes: fc.nat(16),
      maxEntries: u32,
      flags: u32,
      inner: fc.option(fc.nat(2), { nil: undefined }),
      spinLock: fc.option(fc.nat(12), { nil: undefined }),
      kptr: fc.option(fc.nat(12), { nil: undefined }),
    })
    .map(({ inner, spinLock, kptr, ...spec }) => ({
      ...spec,
      ...(inner !== undefined && { inner }),
      ...(spinLock !== undefined && { spinLock }),
      ...(kptr !== undefined && { kptr }),
    }))
    .chain((spec) =>
      fc
        .array(
          fc.record({
            key: bytesOf(spec.keyBytes),
            value: bytesOf(entryValueBytes(spec.type, spec.valueBytes)),
          }),
          { maxLength: 3 },
        )
        .map((entries) => ({ name, ...spec, entries })),
    );

const maps: fc.Arbitrary<MapSpec[]> = fc
  .uniqueArray(fc.stringMatching(/^[A-Za-z0-9_]{1,15}$/), { maxLength: 3 })
  .chain((names) => fc.tuple(...names.map(mapNamed)));

function ctxOf(progType: ProgType): fc.Arbitrary<CtxInput | null> {
  const fields = ctxLayoutOf(progType)?.fields ?? [];
  const values = fields.map(({ name, sizeBytes }): [string, fc.Arbitrary<bigint>] => [
    name,
    fc.bigInt({ min: 0n, max: (1n << BigInt(8 * sizeBytes)) - 1n }),
  ]);
  return fc.option(
    fc.record({
      sizeBytes: fc.nat(300),
      fields: fc.record<Record<string, bigint>>(Object.fromEntries(values), {
        requiredKeys: [],
        noNullPrototype: true,
      }) as fc.Arbitrary<Record<string, bigint>>,
    }),
  );
}

const runOf = (progType: ProgType): fc.Arbitrary<Run> =>
  fc.record({
    data: fc.option(bytes(100)),
    ctx: ctxOf(progType),
    repeat: u32,
    flags: u32,
    cpu: u32,
    batchSize: u32,
    dataOutBytes: fc.option(fc.nat(5000)),
    ctxOutBytes: fc.option(fc.nat(300)),
  });

const progType = fc.oneof(
  fc.constantFrom(...PROG_TYPES),
  fc.constantFrom<ProgType[]>('xdp', 'sched_cls', 'socket_filter'),
);

const symbol = fc.stringMatching(/^[A-Za-z_]\w{0,20}$/);

const commandOf = (specs: readonly MapSpec[]): fc.Arbitrary<MapCommand> =>
  fc
    .record({
      kind: fc.constantFrom(...MAP_COMMAND_KINDS),
      map: fc.nat(specs.length - 1),
      count: fc.nat(3),
      flags: fc.oneof(fc.bigInt({ min: 0n, max: 9n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    })
    .chain((drawn) => {
      const count = isBatch(drawn.kind) ? drawn.count : 0;
      const { keyBytes, valueBytes } = specs[drawn.map];
      const { keys, values } = partsOf(drawn.kind, count);
      const part = (takes: 'keys' | 'values', length: number) =>
        MAP_COMMANDS[drawn.kind][takes] === 'none'
          ? fc.constant(null)
          : fc.option(fc.uint8Array({ minLength: length, maxLength: length }));
      return fc.record({
        kind: fc.constant(drawn.kind),
        map: fc.constant(drawn.map),
        key: part('keys', keys * keyBytes),
        value: part('values', values * valueBytes),
        flags: fc.constant(drawn.flags),
        count: fc.constant(count),
      });
    });

/** Some runs of the case get commands to its maps. */
function withCommands(testCase: Case): fc.Arbitrary<Case> {
  if (testCase.maps.length === 0) return fc.constant(testCase);
  const lists = testCase.runs.map(() => fc.array(commandOf(testCase.maps), { maxLength: 3 }));
  return fc.tuple(...lists).map((commands) => ({
    ...testCase,
    runs: testCase.runs.map((run, i) =>
      commands[i].length === 0 ? run : { ...run, commands: commands[i] },
    ),
  }));
}

/** Overrides of a command, at least one. */
const someAttr = fc
  .record(
    Object.fromEntries(
      ATTR_NAMES.map((name) => {
        const words = wordsOfAttr(name);
        const max = ATTR_NUMBERS[name as keyof typeof ATTR_NUMBERS];
        const least = name === 'nonzero_at' ? 76 : 0;
        return [name, words ? fc.constantFrom(...words) : fc.integer({ min: least, max })];
      }),
    ),
    { requiredKeys: [], noNullPrototype: true },
  )
  .filter((attr) => Object.keys(attr).length > 0) as fc.Arbitrary<AttrOverrides>;

/** Some commands of the case are overridden. */
const withAttr = (testCase: Case): fc.Arbitrary<Case> =>
  fc.tuple(...testCase.runs.map(() => fc.option(someAttr, { freq: 3 }))).map((attrs) => ({
    ...testCase,
    runs: testCase.runs.map((run, i) => (attrs[i] === null ? run : { ...run, attr: attrs[i] })),
  }));

/** Any case that the contract allows, most of which no kernel would load. */
export const someCase: fc.Arbitrary<Case> = progType
  .chain((type) =>
    fc.record(
      {
        progType: fc.constant(type),
        expectedAttachType: u32,
        progFlags: u32,
        attachBtf: symbol,
        ksyms: fc.uniqueArray(symbol, { maxLength: 3 }),
        maps,
        progs: fc.array(fc.record({ insns: someInsns }), { minLength: 1, maxLength: 3 }),
        runs: fc.array(runOf(type), { maxLength: 3 }),
      },
      {
        requiredKeys: [
          'progType',
          'expectedAttachType',
          'progFlags',
          'ksyms',
          'maps',
          'progs',
          'runs',
        ],
        noNullPrototype: true,
      },
    ),
  )
  .chain(withCommands)
  .chain(withAttr);
