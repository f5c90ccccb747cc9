import { z } from 'zod';
import { FOUND_BY, type FoundBy, type Located } from '../localise/located.ts';

/** JSON, with values as `0x…`. */
export const locatedText = (located: Located): string =>
  JSON.stringify(located, (_key, value) =>
    typeof value === 'bigint' ? `0x${value.toString(16)}` : value,
  );

/** Reads what `locatedText` wrote. Throws where it is nothing of the kind. */
export const readLocated = (text: string): Located => LocatedSchema.parse(JSON.parse(text));

const index = z.int().min(0);
const place = z.strictObject({ prog: index, insn: index }).nullable();
const value = z
  .string()
  .regex(/^0x[0-9a-f]{1,16}$/)
  .transform(BigInt)
  .nullable();
const values = z.tuple([value, value]);
const form = z.string().max(200);

const LocatedSchema: z.ZodType<Located> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('insn'),
    form,
    prog: index,
    insn: index,
    by: z.enum(Object.keys(FOUND_BY) as [FoundBy, ...FoundBy[]]),
    run: index.optional(),
    iteration: index.optional(),
    next: z.tuple([place, place]).optional(),
    values: z
      .array(z.strictObject({ name: form, before: values, after: values, differs: z.boolean() }))
      .max(64),
    differs: z.string(),
  }),
  z.strictObject({ kind: z.literal('command'), form, run: index, command: index }),
  z.strictObject({ kind: z.literal('run'), form, run: index }),
  z.strictObject({ kind: z.literal('nowhere'), form: z.literal(''), why: z.string() }),
]);
