import { ARITHMETIC } from './arithmetic.ts';
import { CALLBACKS } from './callbacks.ts';
import { ENCODING } from './encoding.ts';
import { FLOW } from './flow.ts';
import { HELPERS } from './helpers.ts';
import { KERNEL_OBJECTS } from './kernel-objects.ts';
import { MEMORY, PACKET } from './memory.ts';
import { REFERENCES } from './references.ts';
import type { Rule } from './rule.ts';
import { STACK } from './stack.ts';

/** Every rule that snippets are about. */
export const RULES: readonly Rule[] = [
  ...ENCODING,
  ...FLOW,
  ...ARITHMETIC,
  ...STACK,
  ...MEMORY,
  ...PACKET,
  ...HELPERS,
  ...REFERENCES,
  ...KERNEL_OBJECTS,
  ...CALLBACKS,
];
