import { z } from 'zod';
import type { Case } from '../../case/case.ts';
import { U32_MAX } from '../../case/limits.ts';
import type { Outcome } from '../target.ts';

const ERRNO_MAX = 4095;
const errno = z.int().min(0).max(ERRNO_MAX);
const u32 = z.int().min(0).max(U32_MAX);
const bytes = z
  .string()
  .regex(/^([0-9a-f]{2})*$/i, 'Expected bytes in hex')
  .transform((text) => new Uint8Array(Buffer.from(text, 'hex')));
const noBytes = new Uint8Array();

const RunSchema = z.strictObject({
  errno: errno.default(0),
  retval: u32.default(0),
  dataOut: bytes.default(noBytes),
  dataSizeOut: u32.default(0),
  ctxOut: bytes.default(noBytes),
  ctxSizeOut: u32.default(0),
  commands: z
    .array(
      z.strictObject({
        errno: errno.default(0),
        count: u32.default(0),
        output: bytes.default(noBytes),
      }),
    )
    .optional(),
  frames: z
    .array(z.strictObject({ way: z.enum(['received', 'sent']), ifindex: u32, times: u32, bytes }))
    .optional(),
});

const AnswerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    id: z.int(),
    kind: z.literal('accepted'),
    runs: z.array(RunSchema),
    maps: z.array(z.array(z.strictObject({ key: bytes, values: z.array(bytes) }))),
  }),
  z.strictObject({
    id: z.int(),
    kind: z.literal('rejected'),
    errno: errno.min(1),
    log: z.string().default(''),
  }),
  z.strictObject({ id: z.int(), kind: z.literal('unsupported'), missing: z.array(z.string()) }),
]);

/** An answer, or what is wrong with it. */
export type ParsedAnswer =
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  | { readonly kind: 'wrong'; readonly problem: string };

/** Reads the line that a runtime answered to question `id`, as docs/own-target.md has it. */
export function parseAnswerLine(line: string, id: number, testCase: Case): ParsedAnswer {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return wrong(`Expected a line of JSON, got ${JSON.stringify(line.slice(0, SHOWN_CHARS))}`);
  }
  const parsed = AnswerSchema.safeParse(value);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    return wrong(`${path.join('.') || 'answer'}: ${message}`);
  }
  const answer = parsed.data;
  if (answer.id !== id) return wrong(`id: Expected ${id}, got ${answer.id}`);
  switch (answer.kind) {
    case 'unsupported':
      return { kind: 'outcome', outcome: { kind: 'unsupported', missing: answer.missing } };
    case 'rejected': {
      const load = { verdict: 'rejected' as const, errno: answer.errno, log: answer.log };
      return {
        kind: 'outcome',
        outcome: { kind: 'completed', load, runs: [], maps: [], console: '' },
      };
    }
    case 'accepted':
      return acceptedOutcome(answer, testCase);
  }
}

const SHOWN_CHARS = 60;

const wrong = (problem: string): ParsedAnswer => ({ kind: 'wrong', problem });

function acceptedOutcome(
  { runs, maps }: Extract<z.infer<typeof AnswerSchema>, { kind: 'accepted' }>,
  testCase: Case,
): ParsedAnswer {
  for (const [what, got, expected] of [
    ['runs', runs.length, testCase.runs.length],
    ['maps', maps.length, testCase.maps.length],
  ] as const) {
    if (got !== expected) return wrong(`${what}: Expected ${expected}, got ${got}`);
  }
  for (const [i, { commands = [] }] of testCase.runs.entries()) {
    const got = runs[i].commands?.length ?? 0;
    if (got !== commands.length) {
      return wrong(`runs.${i}.commands: Expected ${commands.length}, got ${got}`);
    }
  }
  const byKey = maps.map((entries) => entries.toSorted((a, b) => Buffer.compare(a.key, b.key)));
  const load = { verdict: 'accepted' as const };
  return { kind: 'outcome', outcome: { kind: 'completed', load, runs, maps: byKey, console: '' } };
}
