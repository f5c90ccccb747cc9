import { describe, expect, it } from 'vitest';
import { asmText } from '../../src/repro/asm.ts';
import { bpftoolScript } from '../../src/repro/bpftool-script.ts';
import { cProgram } from '../../src/repro/c/program.ts';
import type { Disagreement } from '../../src/repro/disagreement.ts';
import { VERIFIER_TEST_HEADERS } from '../../src/repro/selftest/headers.ts';
import { progTest } from '../../src/repro/selftest/prog-test.ts';
import { TEST_PROGS_HEADER } from '../../src/repro/selftest/test-progs-header.ts';
import { verifierTest } from '../../src/repro/selftest/verifier-test.ts';
import { compileBpf, hasBpfCompiler } from '../../src/targets/kernel/compile-bpf.ts';
import { compileProgram } from '../../src/targets/kernel/compile-program.ts';
import { answering, disagreementOn, SMALL } from './example.ts';

const EVIL = [
  '*/ #error ended /*',
  '*\\\n/ #error spliced',
  '"; exit(9); //',
  "'; touch owned; '",
  '$(touch owned) `touch owned`',
  '\n#error a line\n',
  '\r\u2028\u0000#error another',
  '??/\n#error trigraph',
  '%s%n',
];
const signal = new AbortController().signal;

const hostile = (text: string): Disagreement => ({
  ...disagreementOn(SMALL),
  subject: answering(text, 1),
  other: answering(text, 2),
  claim: text,
});

describe('what others wrote into a case', () => {
  it.each(EVIL)('stays a comment or a text in C: %j', async (text) => {
    const source = cProgram(hostile(text), [text]);
    expect(source.split('\n').filter((line) => /^\s*#error/.test(line))).toEqual([]);
    expect((await compileProgram(source, { target: 'test', signal })).length).toBeGreaterThan(0);
  });

  it.each(EVIL)('stays a comment or a text in a test of prog_tests: %j', async (text) => {
    const source = progTest(hostile(text), [text]);
    expect(source.split('\n').filter((line) => /^\s*#error/.test(line))).toEqual([]);
    const headers = { 'test_progs.h': TEST_PROGS_HEADER };
    const executable = await compileProgram(source, { target: 'test', headers, signal });
    expect(executable.length).toBeGreaterThan(0);
  });

  it.each(EVIL)('stays a comment in a shell script: %j', (text) => {
    const script = bpftoolScript(hostile(text), [['map', 'dump', text]], [text]);
    const [head, code] = script.split('\nset -ex\n');
    expect(head.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
    const quoted = `'${text.replaceAll("'", "'\\''")}'`;
    expect(code).toContain(`bpftool map dump ${quoted}\n`);
    expect(code.replace(quoted, '')).not.toMatch(/touch|error|%s/);
  });

  it.each(EVIL)('stays a comment in assembly and in a selftest: %j', async (text) => {
    const disagreement = hostile(text);
    const code = asmText(disagreement, [text])
      .split('\n')
      .filter((line) => !line.startsWith('#'));
    expect(code.join('\n')).not.toMatch(/touch|error|%s/);
    if (!(await hasBpfCompiler())) return;
    const options = { endianness: 'little', headers: VERIFIER_TEST_HEADERS, signal } as const;
    const object = await compileBpf('repro.c', verifierTest(disagreement, [text]), options);
    expect(object.length).toBeGreaterThan(0);
  });
});
