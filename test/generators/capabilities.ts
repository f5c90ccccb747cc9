import type { Capabilities } from '../../generators/index.ts';
import { KSYM_NAMES } from '../../src/case/ksyms.ts';
import { FORMS, type Form } from '../../src/isa/forms.ts';

/** A kernel that takes all the forms that `has` lets pass. */
export const capabilitiesWith = (has: (form: Form) => boolean): Capabilities => ({
  progTypes: new Set(['xdp', 'sched_cls', 'socket_filter']),
  mapTypes: new Set(['array', 'hash', 'percpu_array', 'percpu_hash']),
  forms: new Set(FORMS.filter(has).map(({ name }) => name)),
  helpers: new Map([
    ['xdp', new Set([1, 2, 3, 5, 6, 7, 8, 28, 44, 54, 65, 105, 153, 154, 181, 189])],
    [
      'sched_cls',
      new Set([1, 2, 3, 5, 6, 7, 8, 9, 10, 18, 26, 28, 38, 43, 50, 95, 105, 153, 154, 163, 181]),
    ],
    ['socket_filter', new Set([1, 2, 3, 5, 6, 7, 8, 26, 68, 105, 153, 154, 181])],
  ]),
  ksyms: new Map([
    ['xdp', new Set(KSYM_NAMES)],
    ['sched_cls', new Set(KSYM_NAMES)],
    ['socket_filter', new Set(KSYM_NAMES)],
  ]),
});

/** Linux 6.18. */
export const NEWEST = capabilitiesWith(() => true);

/** Linux 6.1: neither the fourth instruction set nor what came after it. */
export const WITHOUT_V4 = capabilitiesWith(({ cpu }) => cpu < 4);
