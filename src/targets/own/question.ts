import type { Case, MapCommand, MapSpec, Run } from '../../case/case.ts';
import { ctxLayoutOf, encodeCtx } from '../../case/ctx.ts';
import { printCase } from '../../case/text.ts';
import { encodeProg } from '../../isa/encode.ts';
import type { LinuxSetting } from '../target.ts';

/**
 * A line that asks a runtime for its answer to a case, as docs/own-target.md has it: JSON with bytes in hex
 * and 64-bit numbers as `0x…`. Progs and ctx are encoded in the byte order of `linux`.
 */
export function questionLine(id: number, testCase: Case, linux: LinuxSetting): string {
  const { progType, expectedAttachType, progFlags, attachBtf, ksyms, maps, progs, runs } = testCase;
  return JSON.stringify({
    id,
    linux,
    text: printCase(testCase, { claim: '' }),
    progType,
    expectedAttachType,
    progFlags,
    ...(attachBtf !== undefined && { attachBtf }),
    ksyms,
    maps: maps.map(plainMap),
    progs: progs.map(({ insns }) => hex(encodeProg(insns, linux.endianness))),
    runs: runs.map((run) => plainRun(run, testCase, linux)),
  });
}

const plainMap = (map: MapSpec): object => ({
  ...map,
  entries: map.entries.map(({ key, value }) => ({ key: hex(key), value: hex(value) })),
});

const plainRun = (run: Run, { progType }: Case, linux: LinuxSetting): object => ({
  ...run,
  data: hexOrNull(run.data),
  ctx: hexOrNull(ctxBytes(run, progType, linux)),
  ...(run.commands !== undefined && { commands: run.commands.map(plainCommand) }),
});

const plainCommand = (command: MapCommand): object => ({
  ...command,
  key: hexOrNull(command.key),
  value: hexOrNull(command.value),
  flags: `0x${command.flags.toString(16)}`,
});

function ctxBytes(
  { ctx }: Run,
  progType: Case['progType'],
  { endianness }: LinuxSetting,
): Uint8Array | null {
  if (ctx === null) return null;
  const layout = ctxLayoutOf(progType);
  if (layout === undefined) return new Uint8Array(ctx.sizeBytes);
  return encodeCtx(layout, ctx.fields, ctx.sizeBytes, endianness === 'little');
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const hexOrNull = (bytes: Uint8Array | null): string | null => (bytes === null ? null : hex(bytes));
