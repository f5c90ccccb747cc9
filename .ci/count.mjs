// Prints the closing line of a test run from vitest's JSON, and fails where a test was skipped: on
// this machine everything that a test needs was installed, so a skipped one hides something.
import { readFileSync } from 'node:fs';

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const tests = testResults.flatMap((file) => file.assertionResults);
const count = (...statuses) => tests.filter(({ status }) => statuses.includes(status)).length;
const skipped = tests.filter(({ status }) =>
  ['skipped', 'pending', 'todo', 'disabled'].includes(status),
);
for (const { fullName } of skipped) console.log(`skipped: ${fullName}`);
const brokenFiles = testResults.filter(
  (file) => file.status === 'failed' && file.assertionResults.length === 0,
);
for (const { name, message } of brokenFiles) console.log(`could not run: ${name}: ${message}`);
const failed = count('failed') + brokenFiles.length;
console.log(`${count('passed')} passed, ${failed} failed, ${skipped.length} skipped`);
if (failed > 0 || skipped.length > 0 || count('passed') === 0) process.exitCode = 1;
