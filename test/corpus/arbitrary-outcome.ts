import fc from 'fast-check';
import type { Case, Run } from '../../src/case/case.ts';
import { isLiveRun } from '../../src/case/live-run.ts';
import type { Answer } from '../../src/corpus/records.ts';
import type {
  CommandOutcome,
  Fault,
  LiveFrames,
  MapContent,
  Outcome,
  RunOutcome,
  Trouble,
} from '../../src/targets/target.ts';

const u32 = fc.oneof(fc.nat(3), fc.integer({ min: 0, max: 0xffff_ffff }));
const errno = fc.oneof(fc.constant(0), fc.constant(524), fc.nat(4095));
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
/** What a console may hold: any UTF-16 that survives UTF-8, several lines of it. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    '# no comment',
    '| bar',
    'a\\b',
    '\ttab\r',
    ' a \n\n b \n',
    '\u0000\u001b[31m',
  ),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
);
const word = fc.stringMatching(/^[!"$-~]{1,12}$/);

const fault: fc.Arbitrary<Fault> = fc.record({
  reason: fc.constantFrom<Fault['reason'][]>(
    'access',
    'unknown-insn',
    'unknown-helper',
    'bad-jump',
    'call-depth',
    'write-to-r10',
    'bad-argument',
    'steps',
  ),
  prog: fc.nat(63),
  slot: u32,
  detail: text,
});

const run: fc.Arbitrary<RunOutcome> = fc
  .record({
    errno,
    retval: u32,
    dataOut: bytes(70),
    dataSizeOut: u32,
    ctxOut: bytes(40),
    ctxSizeOut: u32,
    fault: fc.option(fault, { nil: undefined, freq: 5 }),
  })
  .map(({ fault: found, ...rest }) => (found === undefined ? rest : { ...rest, fault: found }));

const frames: fc.Arbitrary<readonly LiveFrames[]> = fc.array(
  fc.record({
    way: fc.constantFrom('received' as const, 'sent' as const),
    ifindex: u32,
    times: u32,
    bytes: fc.uint8Array({ minLength: 1, maxLength: 70 }),
  }),
  { maxLength: 3 },
);

const command: fc.Arbitrary<CommandOutcome> = fc.record({ errno, count: u32, output: bytes(40) });

const runOf = (testCase: Case, given: Run): fc.Arbitrary<RunOutcome> =>
  fc
    .tuple(
      run,
      isLiveRun(testCase, given) ? fc.record({ frames }) : fc.constant({}),
      given.commands === undefined
        ? fc.constant({})
        : fc.record({ commands: fc.tuple(...given.commands.map(() => command)) }),
    )
    .map(([it, left, answers]) => ({ ...it, ...left, ...answers }));

const trouble: fc.Arbitrary<{ readonly trouble?: Trouble }> = fc.oneof(
  fc.constant({}),
  fc.record({
    trouble: fc.record({
      kind: fc.constantFrom<Trouble['kind'][]>('panic', 'out-of-memory', 'worker', 'vanished'),
      title: text,
    }),
  }),
);
const withTrouble = <T>(outcome: fc.Arbitrary<T>) =>
  fc.tuple(outcome, trouble).map(([it, more]) => ({ ...it, ...more }));

const content: fc.Arbitrary<MapContent> = fc.array(
  fc.record({ key: bytes(5), values: fc.array(bytes(40), { minLength: 1, maxLength: 3 }) }),
  { maxLength: 3 },
);

/** What any target may answer to a case, without `execution`. */
export const someOutcome = (testCase: Case): fc.Arbitrary<Outcome> =>
  fc.oneof(
    withTrouble(
      fc.record({
        kind: fc.constant('completed' as const),
        load: fc.constant({ verdict: 'accepted' as const }),
        runs: fc.tuple(...testCase.runs.map((one) => runOf(testCase, one))),
        maps: fc.tuple(...testCase.maps.map(() => content)),
        console: text,
      }),
    ),
    withTrouble(
      fc.record({
        kind: fc.constant('completed' as const),
        load: fc.record({
          verdict: fc.constant('rejected' as const),
          errno: fc.integer({ min: 1, max: 4095 }),
          log: text,
        }),
        runs: fc.constant([]),
        maps: fc.constant([]),
        console: text,
      }),
    ),
    withTrouble(
      fc.record({ kind: fc.constantFrom('crashed' as const, 'hung' as const), console: text }),
    ),
    fc.record({
      kind: fc.constant('unsupported' as const),
      missing: fc.array(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), { maxLength: 3 }),
    }),
  );

/** What any target may answer, and what it may be. */
export const someAnswer = (testCase: Case): fc.Arbitrary<Answer> =>
  fc.record(
    {
      name: word,
      info: fc.record({
        kernel: word,
        engine: fc.constantFrom('jit', 'interp', 'hardened', 'emulator'),
        linux: fc.record({
          arch: word,
          release: fc.tuple(fc.nat(99), fc.nat(99)).map(([major, minor]) => `${major}.${minor}`),
          endianness: fc.constantFrom('little', 'big'),
          execution: fc.constantFrom('interp', 'jit'),
          pageBytes: fc.constantFrom(4096, 16384, 65536),
          cpus: fc.integer({ min: 1, max: 64 }),
        }),
        build: text,
      }),
      mistake: fc.constantFrom('lost-zero-extension', 'x', '7-bits'),
      outcome: someOutcome(testCase),
    },
    { requiredKeys: ['name', 'info', 'outcome'] },
  );
