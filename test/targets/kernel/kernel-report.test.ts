import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  complaintIn,
  complaintOfDeath,
  kernelReport,
  livesOn,
  plainText,
  REPORT_CHARS,
} from '../../../src/targets/kernel/kernel-report.ts';
import { LinkError } from '../../../src/targets/kernel/link.ts';
import type { TroubleKind } from '../../../src/targets/target.ts';

/** As kernels wrote them; those of Debian's 6.1 by the cases and faults of test/targets/kernel/faults. */
const REPORTS: readonly [title: string, kind: TroubleKind, text: string][] = [
  [
    'NULL pointer dereference in __seg6_do_srh_encap',
    'oops',
    `[   12.345678] BUG: kernel NULL pointer dereference, address: 0000000000000000
[   12.345680] #PF: supervisor read access in kernel mode
[   12.345681] Oops: 0000 [#1] PREEMPT SMP NOPTI
[   12.345682] RIP: 0010:__seg6_do_srh_encap+0x28/0x360`,
  ],
  [
    'page fault in a prog',
    'oops',
    `BUG: unable to handle page fault for address: ffffc900001f3ffc
RIP: 0010:bpf_prog_6deef7357e7b4530_f+0x1e/0x2b`,
  ],
  [
    'NULL pointer dereference in htab_map_hash',
    'oops',
    `[    9.1][    T1] Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010
[    9.1][    T1] Internal error: Oops: 0000000096000004 [#1] SMP
[    9.1][    T1] pc : htab_map_hash+0x20/0x60`,
  ],
  [
    'general protection fault',
    'oops',
    'general protection fault, probably for non-canonical address',
  ],
  [
    'divide error in a prog',
    'oops',
    'divide error: 0000 [#1] PREEMPT SMP\nRIP: 0010:bpf_prog_0123456789abcdef+0x1/0x2',
  ],
  [
    'BUG in __skb_pull (include/linux/skbuff.h)',
    'bug',
    'kernel BUG at include/linux/skbuff.h:2633!\ninvalid opcode: 0000 [#1]\nRIP: 0010:__skb_pull+0x1/0x2',
  ],
  [
    'BUG: scheduling while atomic: init/N/N',
    'bug',
    'BUG: scheduling while atomic: init/71/0x00000002',
  ],
  [
    'WARNING in skb_warn_bad_offload (net/core/dev.c)',
    'warning',
    'WARNING: CPU: 0 PID: 71 at net/core/dev.c:3218 skb_warn_bad_offload+0xc5/0xd0',
  ],
  [
    'WARNING in check_cond (kernel/bpf/verifier.c)',
    'warning',
    'WARNING: kernel/bpf/verifier.c:2770 at check_cond+0x1/0x2, CPU#1: init/71',
  ],
  [
    'KASAN: slab-out-of-bounds in bpf_skb_load_bytes',
    'kasan',
    'BUG: KASAN: slab-out-of-bounds in bpf_skb_load_bytes+0x1/0x2\nRead of size 1 at addr ff00',
  ],
  [
    'KFENCE: use-after-free read in trie_lookup_elem',
    'kfence',
    'BUG: KFENCE: use-after-free read in trie_lookup_elem+0x1/0x2',
  ],
  [
    'UBSAN: shift-out-of-bounds in kernel/bpf/core.c',
    'ubsan',
    'UBSAN: shift-out-of-bounds in kernel/bpf/core.c:1417:12',
  ],
  [
    'WARNING: possible circular locking dependency detected',
    'lockdep',
    'WARNING: possible circular locking dependency detected\n6.1.0 #1 Not tainted',
  ],
  ['WARNING: suspicious RCU usage', 'lockdep', 'WARNING: suspicious RCU usage'],
  [
    'RCU stall',
    'rcu-stall',
    'rcu: INFO: rcu_preempt self-detected stall on CPU\nrcu: \t0-....: (5249 ticks this GP)',
  ],
  ['soft lockup', 'lockup', 'watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [init:71]'],
  ['hung task', 'hung-task', 'INFO: task init:71 blocked for more than 120 seconds.'],
  [
    'out of memory',
    'out-of-memory',
    `init invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE), order=0
Kernel panic - not syncing: System is deadlocked on memory`,
  ],
  ['panic: sysrq triggered crash', 'panic', 'Kernel panic - not syncing: sysrq triggered crash'],
  [
    'the agent died',
    'agent',
    'Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b',
  ],
];

describe('kernelReport', () => {
  it.each(REPORTS)('finds "%s", which is of kind %s', (title, kind, text) => {
    const booted = 'rcu: RCU event tracing is enabled.\nNMI watchdog: Enabled.\n';
    const report = kernelReport(booted + text);
    expect(report?.trouble).toEqual({ kind, title });
    expect(report?.text).toBe(plainText(text));
  });

  it('finds the first, as others follow from it', () => {
    const text = REPORTS.map(([, , report]) => report).join('\n');
    expect(kernelReport(text)?.trouble.kind).toBe('oops');
  });

  it('finds a warning only where nothing worse follows', () => {
    const warning = 'WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1/0x2\n';
    expect(kernelReport(`${warning}WARNING: CPU: 0 PID: 1 at b.c:1 g+0x1/0x2`)?.trouble.title).toBe(
      'WARNING in f (a.c)',
    );
    expect(kernelReport(`${warning}Kernel panic - not syncing: x`)?.trouble.kind).toBe('panic');
  });

  it.each([
    '',
    'Run /init as init process',
    'rcu: Hierarchical RCU implementation.',
    'Spectre V2 : WARNING',
    'bpfdiff: the worker was killed by signal 9',
  ])('finds none in "%s"', (text) => {
    expect(kernelReport(text)).toBeUndefined();
  });

  it('finds the same in every report with other numbers', () => {
    fc.assert(
      fc.property(fc.constantFrom(...REPORTS), fc.nat(99_999), ([title, kind, text], number) => {
        const other = text
          .replace(/(CPU: |PID: |CPU#|init[:/]|\.[ch]:)\d+/g, `$1${number}`)
          .replace(/\[ *\d+\.\d+\]/g, `[${number}.000001]`);
        expect(kernelReport(other)?.trouble).toEqual({ kind, title });
      }),
    );
  });

  it('gives, of every text, a bounded report without control characters', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...REPORTS.map(([, , text]) => text), '\u001b[31mOops\u001b[0m\u0007'),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 200 }), (lines) => {
        const report = kernelReport(lines.join('\n'));
        expect(report?.text.length ?? 0).toBeLessThanOrEqual(REPORT_CHARS);
        expect(report?.trouble.title.length ?? 0).toBeLessThanOrEqual(120);
        expect(`${report?.text}${report?.trouble.title}`).not.toMatch(/[^\P{Cc}\n\t]/u);
      }),
      { numRuns: 50 },
    );
  });
});

describe('complaintIn', () => {
  it('has the kernel speak for the worker that it killed', () => {
    const [title, kind, text] = REPORTS[0];
    const said = `bpfdiff: the worker was killed by signal 9\n${text}`;
    expect(complaintIn(said, 'worker').trouble).toEqual({ kind, title });
  });

  it('says otherwise what became of the worker', () => {
    expect(complaintIn('bpfdiff: the worker ended with status 3\n', 'worker')).toEqual({
      trouble: { kind: 'worker', title: 'the worker ended with status 3' },
      console: 'bpfdiff: the worker ended with status 3\n',
    });
    expect(complaintIn('', 'time-limit').trouble).toEqual({
      kind: 'time-limit',
      title: 'the case took longer than it may',
    });
  });
});

describe('complaintOfDeath', () => {
  it.each([
    ['LINK_DIED', '', 'vanished'],
    ['LINK_TIMEOUT', '', 'silent'],
    ['LINK_PROTOCOL', '', 'agent'],
    ['LINK_DIED', 'Kernel panic - not syncing: x', 'panic'],
    ['LINK_TIMEOUT', 'watchdog: BUG: soft lockup - CPU#0', 'lockup'],
    ['LINK_DIED', "bpfdiff agent: a worker can't be killed", 'stuck'],
    ['LINK_DIED', 'bpfdiff agent: write: Broken pipe', 'agent'],
  ] as const)('of %s with "%s" on the console is of kind %s', (code, console, kind) => {
    const { trouble } = complaintOfDeath(new LinkError(code, 'how'), console, 'vanished');
    expect(trouble.kind).toBe(kind);
  });
});

describe('livesOn', () => {
  it('trusts a kernel that warned, and none that oopsed', () => {
    expect(livesOn({ kind: 'warning', title: '' })).toBe(true);
    expect(livesOn({ kind: 'oops', title: '' })).toBe(false);
  });
});
