import type { Capabilities } from '../../generators/index.ts';
import { FORMS, type Form } from '../../src/isa/forms.ts';

/** Forms that no prog of these types is made of. */
export const NOT_GENERATED: ReadonlySet<string> = new Set(['lddw.var_addr', 'call.kfunc']);

/** A kernel that takes all the forms that `has` lets pass. */
export const capabilitiesWith = (has: (form: Form) => boolean): Capabilities => ({
  progTypes: new Set(['xdp', 'sched_cls', 'socket_filter']),
  mapTypes: new Set(['array', 'hash', 'percpu_array', 'percpu_hash']),
  forms: new Set(FORMS.filter(has).map(({ name }) => name)),
  helpers: new Map([
    ['xdp', new Set([1, 2, 3, 5, 6, 7, 8, 181])],
    ['sched_cls', new Set([1, 2, 3, 5, 6, 7, 8, 9, 26, 181])],
    ['socket_filter', new Set([1, 2, 3, 5, 6, 7, 8, 26, 181])],
  ]),
});

/** Linux 6.18. */
export const NEWEST = capabilitiesWith(({ name }) => !NOT_GENERATED.has(name));

/** Linux 6.1: neither the fourth instruction set nor what came after it. */
export const WITHOUT_V4 = capabilitiesWith(({ name, cpu }) => cpu < 4 && !NOT_GENERATED.has(name));
