import type { MapType } from '../../case/map-type.ts';
import type { ProgType } from '../../case/prog-type.ts';
import { FORMS } from '../../isa/forms.ts';
import type { Features } from '../target.ts';
import type { EmulatorRules } from './rules.ts';

/** Forms that need an outside that the emulator doesn't have: other functions, other memory. */
const LACKING: ReadonlySet<string> = new Set(['call.kfunc', 'lddw.var_addr']);

/** What an emulator with these rules can do. */
export function emulatorFeatures(rules: EmulatorRules): Features {
  const progTypes = Object.keys(rules.run) as ProgType[];
  return {
    progTypes: new Set(progTypes),
    mapTypes: new Set(Object.keys(rules.maps) as MapType[]),
    forms: new Set(FORMS.map(({ name }) => name).filter((name) => !LACKING.has(name))),
    helpers: new Map(progTypes.map((type) => [type, rules.run[type]!.helpers])),
  };
}
