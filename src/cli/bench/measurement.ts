/** A figure, and what it is measured against in the same run or by its limit. */
export interface Measurement {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** `value` divided by what `against` says; undefined where there is nothing to measure it by. */
  readonly ratio?: number;
  readonly against?: string;
}
