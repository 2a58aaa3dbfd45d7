/** Which rules a NIC drops by, and why packets of the others go up; and what the tables need. */
import { oneLine } from '../../../compiler/artifacts/one-line.ts';
import { positionOf } from '../../../grammar/source.ts';
import type { EncodingCost, NicProgram } from '../tree.ts';

import { isFilterTable } from './filter-actions.ts';

export const SPLIT_HEAD = 2;

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
  const blocks = families.some(isFilterTable) ? '`mitigate` and of stateless filters' : '`mitigate`';
  return [
    `Rules of ${blocks}, in their order: who decides about packets that meet them.`,
    '',
    ...rules,
    ...tables,
    '',
  ].join('\n');
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
