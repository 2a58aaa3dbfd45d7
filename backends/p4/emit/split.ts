/** Which rules a NIC drops by, and why packets of the others go up; and what the tables need. */
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import { positionOf } from '../../../grammar/source.ts';
import type { EncodingCost, NicProgram } from '../tree.ts';

export const SPLIT_HEAD = 2;

const HEAD = 'Rules of `mitigate`, in their order: who decides about packets that meet them.';
const HEAD_WITH_FILTERS =
  'Rules of `mitigate` and of stateless filters, in their order: who decides about packets that meet them; of what filters forbid, as the last rules say.';

/** A line for each rule, behind `SPLIT_HEAD` lines; then the encodings that were weighed for each table of rules. */
export function splitText({ split, families }: NicProgram): string {
  const rules = split.map(({ origin, action, why }) => {
    const { source, start } = origin.span;
    const place = `${source.path}:${positionOf(source, start).line}`;
    return `${action === 'drop' ? 'NIC ' : 'host'}  ${oneLine(`${place}: ${origin.text}`)}${why === undefined ? '' : `   (${why})`}`;
  });
  const tables = families.flatMap(({ rules: { name, encodings } }) => [
    '',
    `${name}: ${isCheapest(encodings) ? CHEAPEST : FITTING}`,
    ...encodings.map(encodingText),
  ]);
  // A filter has at least its default.
  const hasFilters = split.some(({ origin }) => origin.name.startsWith('filter '));
  return [hasFilters ? HEAD_WITH_FILTERS : HEAD, '', ...rules, ...tables, ''].join('\n');
}

const CHEAPEST = 'encodings by their cost, the first was taken';
const FITTING =
  'the encoding that was taken, which is the cheapest that there is room for, and all others by their cost';

function isCheapest([taken, ...others]: readonly EncodingCost[]): boolean {
  return others.every(({ bits }) => taken!.bits <= bits);
}

function encodingText({ looked, entries, keyWidth, bits }: EncodingCost): string {
  const before = looked.length === 0 ? 'all fields in the key' : `looked up before: ${looked.join(', ')}`;
  return `  ${bits} bits, ${entries} entries of ${keyWidth} bits; ${before}`;
}
