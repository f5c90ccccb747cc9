/** A figure, and what it is measured against in the same run or by its limit. */
export interface Measurement {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** `value` divided by what `against` says; undefined where there is nothing to measure it by. */
  readonly ratio?: number;
  readonly against?: string;
}

/** Of an odd number of values, the one in the middle. */
export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
