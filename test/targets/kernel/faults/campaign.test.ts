import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, describe, expect, it } from 'vitest';
import { runCampaign } from '../../../../src/campaign/campaign.ts';
import type { Case } from '../../../../src/case/case.ts';
import { locator } from '../../../../src/cli/locator.ts';
import { findingRecorder } from '../../../../src/cli/record-finding.ts';
import { openCorpus } from '../../../../src/corpus/corpus.ts';
import { bareShrinkable } from '../../../../src/shrink/shrink.ts';
import { createEmulator } from '../../../../src/targets/emulator/emulator.ts';
import { kernelTarget } from '../../../../src/targets/kernel/kernel-target.ts';
import { insn, RETURN_0 } from '../../../../src/targets/kernel/tiny-case.ts';
import { never } from '../machines.ts';
import { faulty, faultyKernels, harmless } from './faulty-kernel.ts';

const { uml, close } = await faultyKernels();
const folder = await mkdtemp(join(tmpdir(), 'bpfdiff-campaign-'));
afterAll(async () => {
  await close();
  await rm(folder, { recursive: true });
});

/** Longer than it has to be. */
const padded = (testCase: Case): Case => ({
  ...testCase,
  progs: [{ insns: [insn('mov64.k', { dst: 1, imm: 5 }), ...RETURN_0] }],
});

describe(`a campaign on a uml with faults (missing: ${uml.missing ?? 'nothing'})`, () => {
  it.skipIf(uml.missing)(
    'records what kills it or makes it complain, and compares all',
    async () => {
      const { machine } = await uml.open();
      const kernel = await kernelTarget(machine, { name: 'uml', engine: 'interp' });
      const emulator = createEmulator({ name: 'emulator', linux: kernel.info.linux });
      const cases = Array.from({ length: 60 }, (_, i) => harmless(i));
      for (const [at, fault] of ['warn', 'panic', 'kasan'].entries()) {
        cases[10 + 15 * at] = padded(faulty(fault));
      }
      const corpus = openCorpus(join(folder, 'corpus.db'));
      const campaign = corpus.addCampaign({
        seed: '1',
        profile: 'default',
        versions: {},
        startedAtMs: 0,
      });
      const left = cases.values();
      const summary = await runCampaign({
        seed: '1',
        profile: 'default',
        limit: { kind: 'cases', cases: cases.length },
        next: () => bareShrinkable(left.next().value!),
        targets: [emulator, kernel],
        isSteady: async (some) => some.map(() => true),
        findChange: async () => [],
        locate: locator(),
        record: findingRecorder(corpus, campaign, () => 0),
        onEvent: () => {},
        signal: never,
        findingsMax: 10,
        now: () => performance.now(),
      });
      expect(summary.targets.uml).toMatchObject({ accepted: 59, crashed: 1, compared: 60 });

      const findings = corpus.findings().map(({ id }) => corpus.finding(id));
      const found = findings.map(({ divergence, observed: [, { outcome }], shrunk }) => ({
        class: divergence.class,
        title: 'trouble' in outcome ? outcome.trouble?.title : undefined,
        console: 'console' in outcome ? outcome.console.split('\n', 1)[0] : '',
        insns: shrunk.progs[0].insns.length,
      }));
      expect(new Set(found)).toEqual(
        new Set([
          {
            class: 'complaint',
            title: 'WARNING in skb_warn_bad_offload (net/core/dev.c)',
            console: 'WARNING: CPU: 0 PID: 1 at net/core/dev.c:3218 skb_warn_bad_offload+0xc5/0xd0',
            insns: 2,
          },
          {
            class: 'complaint',
            title: 'KASAN: slab-out-of-bounds in bpf_skb_load_bytes',
            console: 'BUG: KASAN: slab-out-of-bounds in bpf_skb_load_bytes+0x1/0x2',
            insns: 2,
          },
          {
            class: 'crash',
            title: 'panic: sysrq triggered crash',
            console: 'Kernel panic - not syncing: sysrq triggered crash',
            insns: 2,
          },
        ]),
      );
      corpus.close();
    },
  );
});
