import type { Located } from '../localise/located.ts';
import { visibleLine } from './visible.ts';

/** Where targets begin to differ, in a word or two for tables; '' where that is not known. */
export const locatedWords = (located: Located | null): string =>
  located === null ? '' : visibleLine(located.form, 80);
