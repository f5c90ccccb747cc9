import { type CtxLayout, SK_BUFF, XDP_MD } from '../../case/ctx.ts';
import { PER_CPU_VARIABLES } from '../../case/ksyms.ts';
import type { MapType } from '../../case/map-type.ts';
import type { ProgType } from '../../case/prog-type.ts';
import { FORMS } from '../../isa/forms.ts';
import type { Features } from '../target.ts';
import type { EmulatorRules } from './rules.ts';

/** What an emulator with these rules can do. */
export function emulatorFeatures(rules: EmulatorRules): Features {
  const progTypes = Object.keys(rules.run) as ProgType[];
  const ksyms = [...Object.keys(rules.kfuncs), ...PER_CPU_VARIABLES.map(({ name }) => name)];
  return {
    progTypes: new Set(progTypes),
    mapTypes: new Set(Object.keys(rules.maps) as MapType[]),
    forms: new Set(FORMS.map(({ name }) => name)),
    helpers: new Map(progTypes.map((type) => [type, rules.run[type]!.helpers])),
    ksyms: new Map(
      progTypes.map((type) => {
        const layout = rules.run[type]!.ctx.layout;
        return [type, new Set(ksyms.filter((name) => (LAYOUTS[name] ?? layout) === layout))];
      }),
    ),
    liveFrames: 'observed',
  };
}

/** Kfuncs that are for progs with a certain ctx (net/core/filter.c, 7.2). */
const LAYOUTS: { readonly [name: string]: CtxLayout } = {
  bpf_dynptr_from_skb: SK_BUFF,
  bpf_dynptr_from_skb_meta: SK_BUFF,
  bpf_dynptr_from_xdp: XDP_MD,
  bpf_xdp_pull_data: XDP_MD,
};
