import { afterEach, expect, it, vi } from 'vitest';
import { checkRequirements } from '../../../src/targets/kernel/requirements.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

it('every requirement that is missing is told with the command that mends it', async () => {
  vi.stubEnv('PATH', '/nonexistent');
  const programs = (await checkRequirements()).filter(({ neededFor }) => neededFor !== 'host');
  expect(programs.map(({ name, found }) => [name, found])).toEqual(
    programs.map(({ name }) => [name, undefined]),
  );
  for (const { remedy } of programs)
    expect(remedy).toMatch(/^(apt-get install [\w-]+|run bpfdiff )/);
});

it('a requirement that is there is told with its place', async () => {
  const tar = (await checkRequirements()).find(({ name }) => name === 'tar');
  expect(tar?.found).toMatch(/^\/.*tar$/);
});
