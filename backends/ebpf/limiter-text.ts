/** What a limiter's text says: its tables, one for each family where its key has an address, and how a packet's key is made. */
import type { KeyPart } from '../../compiler/model/condition.ts';
import type { Limiter } from './tree.ts';

type Family = 4 | 6;

const UPPER = 64;

/** Values of the template `limiter`. `first`: the number of its first table. `hasZones`: whether the program tells zones apart. */
export function limiterValues(limiter: Limiter, first: number, hasZones: boolean): object {
  const { id, name, keys, per, hasRow } = limiter;
  const families = tableFamilies(limiter);
  const isPerFamily = families.length > 1;
  return {
    id,
    name,
    isPerFamily,
    meaning: [...per.map(meaningOf), ...(hasRow ? ['row'] : [])].join(', ') || 'none, there is one bucket',
    needed: per.flatMap(({ field }) => needed(field, hasZones)),
    tables: families.map((family, at) => ({
      id: family === undefined ? id : `${id}_ipv${family}`,
      family,
      keys,
      number: first + at,
      parts: [
        ...(hasRow ? ['limit->right >> 2'] : []),
        ...per.flatMap((part) => partsOf(part, family, hasZones)),
        ...(per.length === 0 && !hasRow ? ['0'] : []),
      ],
    })),
  };
}

export function tableFamilies({ per }: Limiter): readonly (Family | undefined)[] {
  return per.some(({ field }) => field === 'source' || field === 'destination') ? [4, 6] : [undefined];
}

function meaningOf({ field, prefix4, prefix6 }: KeyPart): string {
  const isAddress = field === 'source' || field === 'destination';
  return isAddress && (prefix4 < 32 || prefix6 < 128) ? `${field}/${prefix4}/${prefix6}` : field;
}

/** Fields without which a packet has no key. */
function needed(field: KeyPart['field'], hasZones: boolean): string[] {
  if (field === 'in') return hasZones ? ['zone'] : [];
  return field === 'source' || field === 'destination' || field === 'source mac' ? [] : [field.replace(' ', '_')];
}

/** Words of the key, in C. */
function partsOf({ field, prefix4, prefix6 }: KeyPart, family: Family | undefined, hasZones: boolean): string[] {
  // Where all frames come in by one zone, it tells none apart.
  if (field === 'in') return [hasZones ? 'packet->zone' : '0'];
  if (field !== 'source' && field !== 'destination') return [`packet->${field.replace(' ', '_')}`];
  if (family === 4) return [masked(`packet->${field}[0]`, prefix4 + 32)];
  return [masked(`packet->${field}[0]`, prefix6), masked(`packet->${field}[1]`, prefix6 - UPPER)];
}

/** The upper `length` of a word's 64 bits. */
function masked(word: string, length: number): string {
  if (length >= UPPER) return word;
  if (length <= 0) return '0';
  return `${word} & 0x${((2n ** BigInt(UPPER) - 1n) ^ (2n ** BigInt(UPPER - length) - 1n)).toString(16)}ULL`;
}
