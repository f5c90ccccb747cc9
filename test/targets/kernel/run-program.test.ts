import { describe, expect, it } from 'vitest';
import { launchOf } from '../../../src/cli/launch-of.ts';
import { bootSlots } from '../../../src/targets/kernel/boot-slots.ts';
import { compileProgram } from '../../../src/targets/kernel/compile-program.ts';
import { runProgram } from '../../../src/targets/kernel/run-program.ts';
import { CACHE_DIR } from '../../kernels.ts';

const signal = new AbortController().signal;

async function end(body: string, timeoutMs = 10_000) {
  const source = `#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n#include <fcntl.h>\nint main(void)\n{\n${body}\n}\n`;
  const executable = await compileProgram(source, { target: 'uml', signal });
  const slots = bootSlots({ cores: 2, memoryBytes: 1024 * 1024 * 1024 });
  const launch = await launchOf('uml', { cacheDir: CACHE_DIR, signal, onEvent: () => {} }, slots);
  return runProgram(executable, { name: 'uml', launch, engine: 'interp', timeoutMs, signal });
}

describe('a program on a kernel of its own', () => {
  it.each([
    [
      'ends with its status',
      'puts("out"); fputs("err", stderr); return 7;',
      { kind: 'exited', status: 7 },
    ],
    ['that is killed says by what', 'abort();', { kind: 'killed', signal: 6 }],
    ['has no standard input', 'return getchar() == EOF ? 3 : 4;', { kind: 'exited', status: 3 }],
    [
      'may print more than is kept',
      'for (int i = 0; i < 300000; i++)\n\tputs("0123456789");\nreturn 0;',
      { kind: 'exited', status: 0 },
    ],
    [
      'may end its kernel',
      'int fd = open("/proc/sysrq-trigger", O_WRONLY); if (write(fd, "c", 1) != 1) return 1; pause(); return 0;',
      { kind: 'died with its kernel' },
    ],
  ])('%s', async (_what, body, expected) => {
    expect(await end(body)).toMatchObject(expected);
  });

  it('tells what it printed, errors among it', async () => {
    expect((await end('puts("out"); fflush(stdout); fputs("err", stderr); return 0;')).output).toBe(
      'out\nerr',
    );
  });

  it('is killed when its time is over', async () => {
    const { kind, output } = await end('puts("begun"); fflush(stdout); for (;;);', 500);
    expect([kind, output]).toEqual(['timed out', 'begun\n']);
  });
});
