import type { Divergence } from '../compare/compare.ts';

/**
 * Whether a smaller case shows what the larger one did, as far as can be told from the place and from who
 * is on which side: class, map, and what is said below of classes whose values tell causes apart. Numbers of
 * runs, commands, keys and bytes are left out, as what is smaller has others.
 */
export function sameKind(a: Divergence, b: Divergence): boolean {
  return a.class === b.class && a.where.map === b.where.map && detailOf(a) === detailOf(b);
}

/** What else has to stay, by class. */
function detailOf({ class: of, where, values }: Divergence): string {
  switch (of) {
    // A kernel that dies, and an emulator that faults: of one reason, wherever the insn is now.
    case 'crash':
      return [where.field, ...values.map(withoutPlace)].join();
    // Which target refuses, and why.
    case 'verdict':
      return values.join();
    // Which target fails, and with what; of a command, of what kind it is.
    case 'errno':
      return [where.field, ...values].join();
    // What a kernel complains of, and which.
    case 'complaint':
      return [where.field, ...values.map(withoutNumbers)].join();
    // How long something is, or what it holds; which frame it is of many changes.
    case 'data':
      return kindOfField(where.field);
    case 'ctx':
      return where.field ?? '';
    default:
      return '';
  }
}

/** A fault names slot, prog and address. */
const withoutPlace = (value: string): string => value.replace(/ at slot .*$/, '');
const withoutNumbers = (value: string): string => value.replace(/(0x[0-9a-f]+|\d+)/g, 'N');
const kindOfField = (field = ''): string => field.replace(/ \d+$/, '');
