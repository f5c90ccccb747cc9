import { describe, expect, it } from 'vitest';
import { bpfdiff } from './command.ts';

describe('bpfdiff features', () => {
  it('lists what the emulator has', async () => {
    const { stdout, exitCode } = await bpfdiff(['features', 'emulator@6.12']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^emulator@6\.12: 6\.12, x86_64, emulator\nprog types\n {2}.*\bxdp\b/);
    expect(stdout).toMatch(/helpers of xdp: \d+\n {2}1 map_lookup_elem, 2 map_update_elem,/);
  });

  it('prints one JSON object for each target', async () => {
    const { stdout } = await bpfdiff(['features', 'emulator,uml', '--json']);
    const targets = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(targets.map(({ name }) => name)).toEqual(['emulator', 'uml']);
    for (const { features } of targets) {
      expect(features.progTypes).toContain('xdp');
      expect(features.forms).toContain('add64.x');
    }
  });

  it('refuses a target that it does not know', async () => {
    const { stderr, exitCode } = await bpfdiff(['features', 'nosuch']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/Unknown target "nosuch"/);
  });
});
