import { formsOf } from '../isa/forms-of.ts';
import { HELPERS } from '../isa/helpers.ts';
import type { Case } from './case.ts';
import { errnoName } from './errno-names.ts';
import { type CallSeen, type Execution, OTHER_NEGATIVE, Way } from './execution.ts';
import { type NamesUsed, namesUsed } from './names-used.ts';

/** What insns of a case did, by name. */
export interface NamesExecuted extends NamesUsed {
  /** One for each conditional jump that was reached: form and ways, such as `jeq32.k both`. */
  readonly branches: readonly string[];
  /** What calls came to: prog type, helper or kfunc, and result, such as `xdp map_lookup_elem null`. */
  readonly results: ReadonlySet<string>;
  /** What progs did with maps: type, helper, result, such as `hash map_update_elem EEXIST`. */
  readonly mapOps: ReadonlySet<string>;
}

/** What an emulator saw a case do, by name. */
export function namesExecuted(testCase: Case, execution: Execution): NamesExecuted {
  const results = new Set<string>();
  const mapOps = new Set<string>();
  for (const call of execution.calls) {
    const name = calleeOf(testCase, call);
    const result = resultName(name, call.result);
    results.add(`${testCase.progType} ${name} ${result}`);
    if (call.map !== undefined) mapOps.add(`${testCase.maps[call.map].type} ${name} ${result}`);
  }
  return {
    ...namesUsed(testCase, execution.executed),
    branches: branchesOf(testCase, execution),
    results,
    mapOps,
  };
}

function branchesOf({ progs }: Case, { executed }: Execution): readonly string[] {
  const names: string[] = [];
  for (const [prog, { insns }] of progs.entries()) {
    const forms = formsOf(insns);
    for (const [insn, seen] of executed[prog].entries()) {
      const ways = seen & Way.BOTH;
      if (ways !== 0) names.push(`${forms[insn]!.name} ${WAY_NAMES[ways]}`);
    }
  }
  return names;
}

/** By bits of `Way`; a form's name and one of these name a branch. */
export const WAY_NAMES: Readonly<Record<number, string>> = {
  [Way.TAKEN]: 'taken',
  [Way.NOT_TAKEN]: 'not-taken',
  [Way.BOTH]: 'both',
};

function calleeOf({ progs, ksyms }: Case, { prog, insn }: CallSeen): string {
  const { insns } = progs[prog];
  const { imm } = insns[insn];
  if (formsOf(insns)[insn]?.name === 'call.kfunc') return ksyms[imm];
  return HELPERS[imm] ?? `helper ${imm}`;
}

function resultName(callee: string, result: number): string {
  if (result === OTHER_NEGATIVE) return 'negative';
  if (result < 0) return errnoName(-result);
  const [zero, positive] = POINTERS.test(callee) ? ['null', 'pointer'] : ['0', 'positive'];
  return result === 0 ? zero : positive;
}

/** Helpers and kfuncs that give a pointer, or NULL. */
const POINTERS =
  /^(map_lookup\w*|ringbuf_reserve|\w*storage_get|get_local_storage|\w*sk_lookup_\w+|sk(c_lookup|c_to)_\w+|sk_fullsock|tcp_sock|get_listener_sock|(this|per)_cpu_ptr|dynptr_data|kptr_xchg|get_current_task_btf|task_pt_regs|bpf_dynptr_slice\w*|bpf_iter_\w+_next|bpf_rdonly_cast|bpf_(obj_new|refcount_acquire)\w*)$/;
