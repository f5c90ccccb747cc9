// A campaign of the built bpfdiff with an emulator that is wrong in many rules: it finds something all the
// time, and tells of it as `bpfdiff run --json` does. Arguments: the corpus, a seed, and `uml` or `emulator` for
// what stands against it.
import { createCaseSource } from '../../dist/generators/index.js';
import { runCampaign } from '../../dist/src/campaign/campaign.js';
import { common } from '../../dist/src/campaign/common-features.js';
import { caseKeeper } from '../../dist/src/cli/case-keeper.js';
import { changeFinder } from '../../dist/src/cli/change-finder.js';
import { locator } from '../../dist/src/cli/locator.js';
import { openTargets } from '../../dist/src/cli/open-targets.js';
import { findingRecorder, knownIn } from '../../dist/src/cli/record-finding.js';
import { steadyOn } from '../../dist/src/cli/steady.js';
import { readSurroundings } from '../../dist/src/cli/surroundings.js';
import { parseTargetNames } from '../../dist/src/cli/target-names.js';
import { openCorpus } from '../../dist/src/corpus/corpus.js';
import { createEmulator } from '../../dist/src/targets/emulator/emulator.js';
import { defaultRules } from '../../dist/src/targets/emulator/rules.js';
import { DEFAULT_LINUX } from '../../dist/src/targets/target.js';

const [path, seed, against] = process.argv.slice(2);

const { alu } = defaultRules;
const wrongAlu = Object.fromEntries(
  Object.entries(alu).map(([form, right], i) => [
    form,
    i % 3 === 0 ? (d, s) => right(d, s) ^ (d > 0xffffn ? 1n : 0n) : right,
  ]),
);

/** The right emulator in the clothes of a kernel, or the real thing. */
async function rightTarget() {
  if (against === 'emulator') {
    const right = createEmulator({ linux: DEFAULT_LINUX });
    return { ...right, name: 'right', info: { ...right.info, engine: 'interp' } };
  }
  const { cacheDir } = readSurroundings();
  const { signal } = new AbortController();
  const names = parseTargetNames(against, cacheDir);
  const { kernels } = await openTargets(names, { cacheDir, signal, onEvent: () => {} });
  return kernels[0];
}

const corpus = openCorpus(path, { busyTimeoutMs: 60_000 });
const right = await rightTarget();
const { linux } = right.info;
const wrong = createEmulator({ linux, rules: { alu: wrongAlu } });
const capabilities = [common([right.features, wrong.features])];
const source = createCaseSource({ seed: BigInt(seed), profile: 'default', capabilities });
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
const startedAtMs = Date.now();
const id = corpus.addCampaign({ seed, profile: 'default', versions: {}, startedAtMs });
await runCampaign({
  seed,
  profile: 'default',
  limit: { kind: 'cases', cases: 100_000 },
  next: source.next,
  targets: [wrong, right],
  isSteady: steadyOn(linux),
  findChange: changeFinder(),
  locate: locator(),
  ruleFor: knownIn(corpus),
  keep: caseKeeper(corpus, 10_000),
  record: findingRecorder(corpus, id, Date.now),
  onEvent: tell,
  signal: new AbortController().signal,
  findingsMax: 10_000,
  now: () => performance.now(),
});
