// A runtime as a user may have one, told by its argument to be right or wrong in some way.
import { createInterface } from 'node:readline';
import { parseCaseText } from '../../../dist/src/case/text.js';
import { createEmulator } from '../../../dist/src/targets/emulator/emulator.js';

const [how] = process.argv.slice(2);
const hex = (bytes) => Buffer.from(bytes).toString('hex');

for await (const line of createInterface({ input: process.stdin })) {
  const { id, linux, text } = JSON.parse(line);
  if (how === 'silent') continue;
  if (how === 'dying') {
    process.stderr.write('out of luck');
    process.exit(1);
  }
  const [outcome] = await createEmulator({ linux }).execute([
    parseCaseText(text, 'asked').testCase,
  ]);
  process.stdout.write(
    how === 'babbling' ? 'hello\n' : `${JSON.stringify({ id, ...plain(outcome) })}\n`,
  );
}

function plain(outcome) {
  if (outcome.kind === 'unsupported') return outcome;
  const { load, runs, maps } = outcome;
  if (load.verdict === 'rejected') return { kind: 'rejected', errno: load.errno };
  return {
    kind: 'accepted',
    runs: runs.map(({ fault: _, ...run }) => ({
      ...run,
      retval: how === 'wrong' ? run.retval ^ 1 : run.retval,
      dataOut: hex(run.dataOut),
      ctxOut: hex(run.ctxOut),
      ...(run.commands && {
        commands: run.commands.map((command) => ({ ...command, output: hex(command.output) })),
      }),
      ...(run.frames && {
        frames: run.frames.map((frames) => ({ ...frames, bytes: hex(frames.bytes) })),
      }),
    })),
    maps: maps.map((entries) =>
      entries.map(({ key, values }) => ({ key: hex(key), values: values.map(hex) })),
    ),
  };
}
