import type { MapSpec } from '../../case/case.ts';
import type { MapContent } from '../../targets/target.ts';
import { keyText } from '../c/maps.ts';
import { stringLiteral } from '../c/text.ts';
import type { Disagreement } from '../disagreement.ts';
import { isPerCpu, listingOf } from '../map-traits.ts';
import { bytesText, expectEqual, joined, type Part, plain } from './expect.ts';
import { outcomesOf } from './outcomes.ts';

/** Asserts what a map holds after all runs. */
export function contentPart(disagreement: Disagreement, index: number): Part {
  const { testCase } = disagreement;
  const map = testCase.maps[index];
  const { expected, seen } = outcomesOf(disagreement);
  const content = expected.maps[index];
  const elements = (): Part =>
    joined(content.map((element, i) => elementPart(disagreement, index, element, `${i}`)));
  switch (listingOf(map)) {
    case 'indexed':
      return indexedPart(disagreement, index, content, seen?.maps[index] ?? []);
    case 'keyed': {
      const count = `count_keys(map[${index}], ${map.keyBytes})`;
      return joined([expectEqual(count, content.length, `map ${map.name}: keys`), elements()]);
    }
    case 'popped':
      return poppedPart(map, index, content);
    case 'ring':
      return ringPart(map, index, content);
    case 'none':
      return plain();
  }
}

/** Elements that are zeros on both sides are left out. */
function indexedPart(
  disagreement: Disagreement,
  index: number,
  content: MapContent,
  seen: MapContent,
): Part {
  const nonzero = ({ values }: MapContent[number]): boolean =>
    values.some((value) => value.some((byte) => byte !== 0));
  const keyOf = ({ key }: MapContent[number]): string => Buffer.from(key).toString('hex');
  const keys = new Set([...content, ...seen].filter(nonzero).map(keyOf));
  const there = content.filter((element) => keys.has(keyOf(element)));
  const inContent = new Set(content.map(keyOf));
  const gone = seen.filter((element) => nonzero(element) && !inContent.has(keyOf(element)));
  const { testCase, subject } = disagreement;
  const map = testCase.maps[index];
  return joined([
    ...there.map((element, i) => elementPart(disagreement, index, element, `${i}`)),
    ...gone.map(({ key }) =>
      expectEqual(
        `bpf_map_lookup_elem(map[${index}], ${keyText(map, key, subject.info.linux.endianness)}, BYTES([${map.valueBytes}] = 0))`,
        '-ENOENT',
        `map ${map.name}: no such element`,
      ),
    ),
  ]);
}

function elementPart(
  { testCase, subject }: Disagreement,
  index: number,
  { key, values }: MapContent[number],
  name: string,
): Part {
  const map = testCase.maps[index];
  const { endianness, cpus } = subject.info.linux;
  const { tables, text } = bytesText(Buffer.concat(values), `map${index}_expected${name}`);
  const perCpu = isPerCpu(map);
  const call = perCpu ? 'check_percpu_value' : 'check_value';
  const sizes = perCpu ? [map.valueBytes, Math.min(cpus, values.length)] : [map.valueBytes];
  const what = stringLiteral(`map ${map.name}: value of ${Buffer.from(key).toString('hex')}`);
  const keyOf = keyText(map, key, endianness);
  const given = [`map[${index}]`, keyOf, text, ...sizes, what];
  return joined([{ tables, lines: [] }, plain(`${call}(${given.join(', ')});`)]);
}

/** What is taken out of a queue or a stack, one after the other. */
function poppedPart(map: MapSpec, index: number, content: MapContent): Part {
  const bytes = Buffer.concat(content.map(({ values }) => values[0]));
  const { tables, text } = bytesText(bytes, `map${index}_expected`);
  const given = [`map[${index}]`, text, map.valueBytes, content.length];
  const call = `check_popped(${[...given, stringLiteral(`map ${map.name}`)].join(', ')});`;
  return { tables, lines: [call] };
}

/** Records that were committed. */
function ringPart(map: MapSpec, index: number, content: MapContent): Part {
  const bytes = Buffer.concat(content.map(({ values }) => values[0]));
  const { tables, text } = bytesText(bytes, `map${index}_expected`);
  const given = [`map[${index}]`, text, bytes.length, content.length];
  const call = `check_ring(${[...given, stringLiteral(`map ${map.name}`)].join(', ')});`;
  return { tables, lines: [call] };
}
