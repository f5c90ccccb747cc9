import type { ProgType } from '../../src/case/prog-type.ts';
import type { Capabilities } from '../capabilities.ts';
import { callSheets } from './calls.ts';
import { contextSheets } from './contexts.ts';
import { jumpSheets } from './jumps.ts';
import { memorySheets } from './memory.ts';
import { operationSheets } from './operations.ts';
import { packetSheets } from './packets.ts';
import { canRun, type Sheet } from './sheet.ts';

/**
 * Every form, and every place of every ctx, over a grid of boundary operands: all the cases that one of
 * the capabilities allows, in a fixed order, no two the same.
 */
export function gridSheets(
  capabilities: readonly Capabilities[],
  progTypes?: readonly ProgType[],
): readonly Sheet[] {
  return allSheets().filter(
    ({ needs }) =>
      progTypes?.includes(needs.progType) !== false &&
      capabilities.some((set) => canRun(set, needs)),
  );
}

const allSheets = (): readonly Sheet[] => [
  ...operationSheets(),
  ...memorySheets(),
  ...packetSheets(),
  ...contextSheets(),
  ...jumpSheets(),
  ...callSheets(),
];
