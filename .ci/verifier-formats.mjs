// Prints src/reports/verifier-formats.ts from the source of a kernel:
//   node .ci/verifier-formats.mjs LINUX_SOURCE RELEASE > src/reports/verifier-formats.ts
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [source, release] = process.argv.slice(2);

// Of kernel/bpf: what refuses progs. liveness.c, backtrack.c and log.c only tell what the verifier does.
const FILES = ['verifier', 'cfg', 'check_btf', 'fixups', 'states', 'btf', 'bpf_lsm'];
const CALL = /\b(?:verbose|verbose_linfo|bpf_log)\s*\([^";]*?((?:"(?:[^"\\]|\\.)*"\s*)+)/g;
const LITERAL = /"((?:[^"\\]|\\.)*)"/g;

// Dumps, statistics, hints and parts of lines.
const NO_REFUSAL =
  /^(\s|;|func#%d @|topo_order|caller:|callee:|returning from|to caller|from %d|frame ?%d|frame%d|SCC |processed|verification time|stack depth|insns processed|Validating|Func#%d .*is (safe|global)|cur state|old state|%d: |expected=|Note,|vmlinux_cand|\\nmodule|CO-RE|relo #|target candidate|verifier internal|marking pointer|Cannot find btf of tracepoint|func '%s' arg%d has btf_id|\\nfrom)/;

const formats = new Set();
for (const file of FILES) {
  const text = readFileSync(join(source, 'kernel/bpf', `${file}.c`), 'utf8');
  for (const [, literals] of text.matchAll(CALL)) {
    const format = [...literals.matchAll(LITERAL)].map(([, part]) => part).join('');
    const words = format.replace(/%[-+#\d]*l{0,2}[a-z]/g, ' ').match(/[A-Za-z]{2,}/g) ?? [];
    if (words.length >= 2 && !NO_REFUSAL.test(format)) formats.add(format);
  }
}

const lines = [...formats].map(
  (format) => `  ${JSON.stringify(format.replaceAll('\\n', '\n').replaceAll('\\"', '"'))},`,
);
console.log(`/**
 * What the verifier of Linux ${release} may say of a prog that it refuses: the format strings of its
 * messages, in the order of its files (kernel/bpf/{${FILES.join(',')}}.c). Printed by
 * .ci/verifier-formats.mjs from the kernel's source.
 */
export const VERIFIER_FORMATS: readonly string[] = [
${lines.join('\n')}
];`);
