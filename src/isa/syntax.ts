import type { Form, FormKind, FormOf } from './forms.ts';
import type { SizeBytes } from './opcode.ts';

/** A line of assembly with holes, such as `$dst += $src`; holes.ts says what fits into each. */
export type Template = string;

/**
 * How a form is written. The first template that can hold all of an insn is the one that is printed;
 * all of them are read. Printed is what the kernel prints (kernel/bpf/disasm.c), with RFC 9669's names
 * for the pseudo sources of `lddw`; the rest are LLVM's spellings (BPFInstrInfo.td) where they differ.
 */
export function templatesOf(form: Form): readonly Template[] {
  const templates = SYNTAX[form.kind] as (form: Form) => readonly Template[];
  return templates(form);
}

/**
 * An insn that no template can hold, field by field: an opcode without a form, a field that should be
 * 0, a register above r10. `next` belongs to `lddw` alone.
 */
export const RAW_TEMPLATES = {
  one: '.insn $opcode dst=$dst4 src=$src4 off=$offvalue imm=$imm',
  lddw: '.insn $opcode dst=$dst4 src=$src4 off=$offvalue imm=$imm next=$nextvalue',
} as const satisfies Record<string, Template>;

const reg = (bits: number, field: 'dst' | 'src'): string =>
  bits === 64 ? `$${field}` : `$w${field}`;
const unsigned = (size: SizeBytes): string => `u${size * 8}`;
/** LLVM names the 32-bit halves of registers where 4 bytes or fewer are touched. */
const halves = (size: SizeBytes): 32 | 64 => (size === 8 ? 64 : 32);

const SYNTAX: { readonly [Kind in FormKind]: (form: FormOf<Kind>) => readonly Template[] } = {
  alu: ({ op, bits, operand }) => {
    const dst = reg(bits, 'dst');
    if (op.imm === 'none') return [`${dst} = -${dst}`];
    return [`${dst} ${op.symbol} ${operand === 'k' ? '$imm' : reg(bits, 'src')}`];
  },
  movsx: ({ bits, fromBits }) => [`${reg(bits, 'dst')} = (s${fromBits})${reg(bits, 'src')}`],
  end: ({ order, bits }) => [`$dst = ${order}${bits} $dst`],
  load: ({ size, signed }) => {
    if (signed) return [`$dst = *(s${size * 8} *)($src $off)`];
    const loaded = `*(${unsigned(size)} *)($src $off)`;
    return [`$dst = ${loaded}`, ...(size === 8 ? [] : [`$wdst = ${loaded}`])];
  },
  store: ({ size, operand }) => {
    const place = `*(${unsigned(size)} *)($dst $off)`;
    if (operand === 'k') return [`${place} = $imm`];
    return [`${place} = $src`, ...(size === 8 ? [] : [`${place} = $wsrc`])];
  },
  atomic: ({ op, size }) => {
    const address = `(${unsigned(size)} *)($dst $off)`;
    const wide = size === 8 ? '64' : '';
    const src = reg(halves(size), 'src');
    if (!op.fetch) {
      const symbol = `${LOCKED[op.name]}=`;
      return [
        `lock *${address} ${symbol} $src`,
        ...(size === 8 ? [] : [`lock *${address} ${symbol} ${src}`]),
      ];
    }
    if (op.name === 'cmpxchg') {
      const llvm = size === 8 ? 'r0 = cmpxchg_64' : 'w0 = cmpxchg32_32';
      return [
        `r0 = atomic${wide}_cmpxchg(${address}, r0, $src)`,
        `${llvm}($dst $off, ${size === 8 ? 'r0' : 'w0'}, ${src})`,
      ];
    }
    const printed = `$src = atomic${wide}_${op.name}(${address}, $src)`;
    if (op.name === 'xchg') {
      return [printed, `${src} = ${size === 8 ? 'xchg_64' : 'xchg32_32'}($dst $off, ${src})`];
    }
    return [printed, `${src} = atomic_${op.name}(${address}, ${src})`];
  },
  load_acq: ({ size }) => [
    `$dst = load_acquire((${unsigned(size)} *)($src $off))`,
    ...(size === 8 ? [] : [`$wdst = load_acquire((${unsigned(size)} *)($src $off))`]),
  ],
  store_rel: ({ size }) => [
    `store_release((${unsigned(size)} *)($dst $off), $src)`,
    ...(size === 8 ? [] : [`store_release((${unsigned(size)} *)($dst $off), $wsrc)`]),
  ],
  jump: ({ op, bits, operand }) => {
    const src = operand === 'k' ? '$imm' : reg(bits, 'src');
    return [`if ${reg(bits, 'dst')} ${op.symbol} ${src} goto $jump`];
  },
  goto: ({ offBits }) => [offBits === 16 ? 'goto $jump' : 'gotol $jump32'],
  may_goto: () => ['may_goto $jump'],
  call: ({ callee }) =>
    ({
      helper: ['call $helper', 'call $imm', 'call unknown#$imm'],
      local: ['call $callee'],
      kfunc: ['call kfunc#$imm', 'call kfunc#$imm off=$offvalue', 'call kernel-function#$imm'],
    })[callee],
  exit: () => ['exit'],
  lddw: ({ pseudo }) =>
    ({
      imm: ['$dst = $imm64 ll'],
      map_by_fd: ['$dst = map_by_fd($imm) ll'],
      map_val_by_fd: ['$dst = map_val(map_by_fd($imm)) $next ll'],
      var_addr: ['$dst = var_addr($imm) ll', '$dst = var_addr($imm, $nextvalue) ll'],
      code_addr: ['$dst = code_addr($code) ll'],
      map_by_idx: ['$dst = map_by_idx($imm) ll'],
      map_val_by_idx: ['$dst = map_val(map_by_idx($imm)) $next ll'],
    })[pseudo],
  packet: ({ mode, size }) =>
    mode === 'abs'
      ? [`r0 = *(${unsigned(size)} *)skb[$imm]`]
      : [`r0 = *(${unsigned(size)} *)skb[$src + $imm]`, `r0 = *(${unsigned(size)} *)skb[$src]`],
};

/** The sign of an atomic that does not fetch. */
const LOCKED: Readonly<Record<string, string>> = { add: '+', or: '|', and: '&', xor: '^' };
