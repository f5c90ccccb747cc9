/** The text form of a case: `.case` files, findings and bug reports. */
export { CaseTextError } from './case-text-error.ts';
export { type CaseText, parseCaseText, type RestSection } from './parse-case.ts';
export { type PrintOptions, printCase } from './print-case.ts';
