import { execa } from 'execa';

/** Where the shell finds a program, or undefined. */
export async function findProgram(name: string): Promise<string | undefined> {
  const found = await execa('sh', ['-c', 'command -v "$1"', 'sh', name], { reject: false });
  return found.exitCode === 0 ? found.stdout : undefined;
}
