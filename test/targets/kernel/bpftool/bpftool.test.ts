import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type Answer, bpftoolBatch } from '../../../../src/targets/kernel/bpftool/bpftool.ts';

describe('a batch of commands', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bpfdiff-batch-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Of a program in the place of bpftool. */
  const answersOf = async (
    script: string,
    timeoutMs = 5000,
    signal = new AbortController().signal,
  ): Promise<readonly Answer[]> => {
    const command = join(folder, 'tool');
    await writeFile(command, `#!/bin/sh\n${script}\n`);
    await chmod(command, 0o755);
    return bpftoolBatch([['a', 'b'], ['c']], folder, {
      command,
      cpu: undefined,
      timeoutMs,
      signal,
    });
  };

  it('is given line by line', async () => {
    const script = 'cat > given; printf \'[{"command":["a"],"output":null}]\'';
    expect(await answersOf(script)).toEqual([{ kind: 'done', output: null }]);
    expect(
      await answersOf('cat given >&2; printf \'[{"command":[],"output":{"error":"e"}}]\''),
    ).toEqual([{ kind: 'failed', message: 'e', stderr: 'a b\nc' }]);
  });

  test.each([
    ['that fails without a word', '"output":}]', 'no reason given'],
    ['that fails', '"output":{"error":"no: Invalid argument"}}]', 'no: Invalid argument'],
  ])('ends with a command %s', async (_, end, message) => {
    const json = `[{"command":["a"],"output":[1]},{"command":["c"],${end}`;
    expect(await answersOf(`printf '%s' '${json}'; exit 255`)).toEqual([
      { kind: 'done', output: [1] },
      { kind: 'failed', message, stderr: '' },
    ]);
  });

  it('may end with a complaint that is about no command', async () => {
    const json = '[{"command":["a"],"output":null},{"error":"reading batch file failed"}]';
    expect(await answersOf(`printf '%s' '${json}'; exit 255`)).toEqual([
      { kind: 'done', output: null },
    ]);
  });

  test.each([
    ['answers with something else', 'echo hello', 'LINK_PROTOCOL'],
    ['answers with nothing', 'true', 'LINK_PROTOCOL'],
    ['answers no command', 'echo "[]"', 'LINK_PROTOCOL'],
    ['is killed', 'kill -9 $$', 'LINK_DIED'],
    ['can not be started', 'exec /nowhere/bpftool', 'LINK_PROTOCOL'],
  ])('of a program that %s is rejected', async (_, script, code) => {
    await expect(answersOf(script)).rejects.toMatchObject({ code });
  });

  it('of a program that takes too long is rejected', async () => {
    await expect(answersOf('exec sleep 20', 200)).rejects.toMatchObject({ code: 'LINK_TIMEOUT' });
  });

  it('that is not wanted any more is rejected', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 100);
    const answers = answersOf('exec sleep 20', 5000, controller.signal);
    await expect(answers).rejects.toMatchObject({ code: 'LINK_DIED' });
  });
});
