import fc from 'fast-check';
import type { Case, CtxInput, MapSpec, Run } from '../../src/case/case.ts';
import { ctxLayoutOf } from '../../src/case/ctx.ts';
import { MAP_TYPES } from '../../src/case/map-type.ts';
import { PROG_TYPES, type ProgType } from '../../src/case/prog-type.ts';
import { someInsns } from '../isa/arbitrary-insn.ts';

const u32 = fc.oneof(fc.nat(8), fc.integer({ min: 0, max: 0xffff_ffff }));
const bytes = (lenMax: number) => fc.uint8Array({ maxLength: lenMax });

const mapNamed = (name: string): fc.Arbitrary<MapSpec> =>
  fc
    .record({
      type: fc.constantFrom(...MAP_TYPES),
      keyBytes: fc.nat(8),
      valueBytes: fc.nat(16),
      maxEntries: u32,
      flags: u32,
      inner: fc.option(fc.nat(2), { nil: undefined }),
    })
    .map(({ inner, ...spec }) => (inner === undefined ? spec : { ...spec, inner }))
    .chain((spec) =>
      fc
        .array(
          fc.record({
            key: fc.uint8Array({ minLength: spec.keyBytes, maxLength: spec.keyBytes }),
            value: fc.uint8Array({ minLength: spec.valueBytes, maxLength: spec.valueBytes }),
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

/** Any case that the contract allows, most of which no kernel would load. */
export const someCase: fc.Arbitrary<Case> = progType.chain((type) =>
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
);
