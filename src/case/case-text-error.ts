/** Where something stands in a `.case` file; `line` and `column` count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type CaseTextCode =
  | 'CASE_SYNTAX'
  | 'CASE_NAME'
  | 'CASE_NUMBER'
  | 'CASE_BYTES'
  | 'CASE_ASM'
  | 'CASE_MISSING'
  | 'CASE_TWICE'
  | 'CASE_LIMIT';

/**
 * A `.case` file that can't be read: "sdiv.case:7:9: Expected a number up to 4294967295, got `-1`".
 * `code` is stable; `fix` is what to do, '' where that goes without saying.
 */
export class CaseTextError extends Error {
  readonly code: CaseTextCode;
  readonly place: Place;
  readonly expected: string;
  readonly found: string;
  readonly fix: string;

  constructor(
    code: CaseTextCode,
    place: Place,
    { expected, found, fix = '' }: { expected: string; found: string; fix?: string },
    options?: ErrorOptions,
  ) {
    const where = `${place.file}:${place.line}:${place.column}`;
    super(`${where}: Expected ${expected}, got ${found}${fix && `. ${fix}`}`, options);
    this.name = 'CaseTextError';
    this.code = code;
    this.place = place;
    this.expected = expected;
    this.found = found;
    this.fix = fix;
  }
}
