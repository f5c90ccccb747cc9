import { describe, expect, it } from 'vitest';
import { createEmulator } from '../../../src/targets/emulator/emulator.ts';
import type { Fault } from '../../../src/targets/target.ts';
import { caseOf, LINUX, oneRun, r0Of } from './driver.ts';

const BIG = 0xffff_ffff_0000_0007n;
const SOCKET = `
  r0 = *(u64 *)(r1 +168)
  r1 = r0
  call sk_fullsock
  r1 = r0
`;
const scalars = (...regs: readonly number[]) => regs.map((reg) => `r${reg} = ${BIG} ll\n`).join('');

describe('a kfunc', () => {
  it('bpf_kfunc_call_test1 adds the low halves of a and c to b and d', async () => {
    const prog = `${SOCKET}${scalars(2, 3, 4, 5)}call kfunc#0\n`;
    const ksyms = ['bpf_kfunc_call_test1'];
    const sum = BigInt.asUintN(64, 7n + BIG + 7n + BIG);
    expect(await r0Of(prog, { progType: 'sched_cls', ksyms })).toBe(sum);
  });

  it('bpf_kfunc_call_test2 adds in 32 bits', async () => {
    const prog = `${SOCKET}r2 = -1\nr3 = 3\ncall kfunc#0\n`;
    const ksyms = ['bpf_kfunc_call_test2'];
    expect(await r0Of(prog, { progType: 'sched_cls', ksyms })).toBe(2n);
  });

  it('that is named second is called by index 1', async () => {
    const prog = 'call kfunc#1\ncall kfunc#0\nr0 = 3\n';
    expect(await r0Of(prog, { ksyms: ['bpf_rcu_read_unlock', 'bpf_rcu_read_lock'] })).toBe(3n);
  });

  it.each([
    ['bpf_kfunc_call_test_pass_ctx', 'call kfunc#0', 'r1 = 1'],
    ['bpf_kfunc_call_test_pass1', 'r1 = r10\nr1 += -16\ncall kfunc#0', 'r1 = r10'],
    [
      'bpf_kfunc_call_test_mem_len_pass1',
      'r1 = r10\nr1 += -16\nr2 = 16\ncall kfunc#0',
      'r1 = r10\nr2 = 1',
    ],
  ])('%s takes what the verifier lets pass', async (name, right, wrong) => {
    const ksyms = [name];
    expect((await oneRun(caseOf(`${right}\nr0 = 4\nexit`, { ksyms }))).retval).toBe(4);
    const { fault } = await oneRun(caseOf(`${wrong}\ncall kfunc#0\nexit`, { ksyms }));
    expect(fault?.reason).toBe<Fault['reason']>('bad-argument');
  });
});

describe('a per-CPU variable', () => {
  const ksyms = ['bpf_rcu_read_lock', 'bpf_prog_active'];
  const lookup = (cpu: number) => `r1 = var_addr(1) ll\nr2 = ${cpu}\ncall per_cpu_ptr\n`;

  it('reads 0 while a prog runs', async () => {
    const read = 'r0 = *(u32 *)(r0 +0)\n';
    expect(await r0Of(`r1 = var_addr(1) ll\ncall this_cpu_ptr\n${read}`, { ksyms })).toBe(0n);
    expect(await r0Of(`${lookup(LINUX.cpus - 1)}${read}`, { ksyms })).toBe(0n);
  });

  it('is not there for a CPU that is not possible', async () => {
    expect(await r0Of(lookup(LINUX.cpus - 1), { ksyms })).not.toBe(0n);
    expect(await r0Of(lookup(LINUX.cpus), { ksyms })).toBe(0n);
  });

  it.each([
    ['written to', `${lookup(0)}*(u32 *)(r0 +0) = 1\n`, 'access'],
    ['read beyond its end', `${lookup(0)}r0 = *(u32 *)(r0 +1)\n`, 'access'],
    ['followed as it is', 'r1 = var_addr(1) ll\nr0 = *(u32 *)(r1 +0)\n', 'access'],
    ['made of anything else', 'r1 = 8\ncall this_cpu_ptr\n', 'bad-argument'],
    ['a function', 'r1 = var_addr(0) ll\n', 'bad-argument'],
    ['without a name', 'r1 = var_addr(2) ll\n', 'bad-argument'],
  ])('can not be %s', async (_, prog, reason) => {
    const { fault } = await oneRun(caseOf(`${prog}r0 = 0\nexit`, { ksyms }));
    expect(fault?.reason).toBe(reason);
  });
});

it('a kernel symbol that the emulator does not know is unsupported', async () => {
  const testCase = caseOf('call kfunc#0\nr0 = 0\nexit', { ksyms: ['nr_of_wonders'] });
  const [outcome] = await createEmulator({ linux: LINUX }).execute([testCase]);
  expect(outcome).toEqual({ kind: 'unsupported', missing: ['kernel symbol nr_of_wonders'] });
});
