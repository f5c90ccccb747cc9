/** How a known mistake of kernels is named, in `causes/` and in answers. */
export const MISTAKE_NAME = {
  pattern: /^(?=.{1,64}$)[a-z0-9]+(-[a-z0-9]+)*$/,
  expected: 'the name of a mistake, small letters and digits with `-` between',
} as const;
