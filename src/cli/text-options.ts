import type { TextOptions } from '../reports/text-options.ts';
import { detectTerminal } from '../ui/terminal.ts';
import type { Surroundings } from './surroundings.ts';

/** How results are laid out on stdout. */
export const textOptions = ({
  env,
  stdoutIsTerminal,
  stdoutColumns,
}: Surroundings): TextOptions => ({
  width: stdoutColumns,
  style: detectTerminal(env, stdoutIsTerminal).style,
});
