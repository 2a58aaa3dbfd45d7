/** A limiter in the program's text: its tables of buckets, one for each family where its key has an address, and the key. */
import type { KeyPart } from '../../../compiler/model/condition.ts';
import { nameOf } from '../fields.ts';
import type { Limiter } from '../tree.ts';

type Family = 4 | 6;

const UPPER = 64;

/** `hasZones`: whether the program tells zones apart. */
export function bucketValues({ id, keys, per, hasRow }: Limiter, hasZones: boolean): object {
  const isPerFamily = per.some(({ field }) => field === 'source' || field === 'destination');
  const families = isPerFamily ? ([4, 6] as const) : [undefined];
  return {
    id,
    isPerFamily,
    key: [...per.map(meaningOf), ...(hasRow ? ['row'] : [])].join(', '),
    needed: per.flatMap(({ field }) => needed(field, hasZones)),
    tables: families.map((family) => {
      const words = [
        ...(hasRow ? ['limit->row'] : []),
        ...per.flatMap((part) => wordsOf(part, family, hasZones)),
        ...(per.length === 0 && !hasRow ? ['0'] : []),
      ];
      return {
        id: family === undefined ? id : `${id}_ipv${family}`,
        family,
        most: keys,
        words: words.length,
        key: words.join(', '),
      };
    }),
  };
}

function meaningOf({ field, prefix4, prefix6 }: KeyPart): string {
  const isAddress = field === 'source' || field === 'destination';
  return isAddress && (prefix4 < 32 || prefix6 < 128) ? `${field}/${prefix4}/${prefix6}` : field;
}

/** Fields without which a packet has no key. */
function needed(field: KeyPart['field'], hasZones: boolean): string[] {
  if (field === 'source' || field === 'destination' || field === 'source mac') return [];
  return field === 'in' && !hasZones ? [] : [nameOf(field)];
}

/** Words of the key, in C. */
function wordsOf({ field, prefix4, prefix6 }: KeyPart, family: Family | undefined, hasZones: boolean): string[] {
  // Where all frames come in by one zone, it tells none apart.
  if (field === 'in' && !hasZones) return ['0'];
  if (field !== 'source' && field !== 'destination') return [`packet->${nameOf(field)}`];
  if (family === 4) return [masked(`packet->${field}[0]`, prefix4 + 32)];
  return [masked(`packet->${field}[0]`, prefix6), masked(`packet->${field}[1]`, prefix6 - UPPER)];
}

/** The upper `length` of a word's 64 bits. */
function masked(word: string, length: number): string {
  if (length >= UPPER) return word;
  if (length <= 0) return '0';
  return `${word} & 0x${((2n ** BigInt(UPPER) - 1n) ^ (2n ** BigInt(UPPER - length) - 1n)).toString(16)}ULL`;
}
