/** Addresses of a dump as prefixes of 32 bits, so that columns of numbers hold them whatever their family. */
import { addressItem, formatAddress, parseAddress } from '../addresses.ts';
import type { DumpTable, Family } from '../dump/dump.ts';
import { valuesOf } from '../dump/values.ts';
import { embedPrefixes, prefixKey, type EmbeddedPrefix, type WidePrefix } from './embedded-prefixes.ts';
import type { RuleForm } from './rule-forms.ts';

export interface AddressSpace {
  readonly family: Family;
  /** The prefix that a word of the dump stands for; undefined where a column does not hold it. */
  readonly prefixOf: (word: string) => EmbeddedPrefix | undefined;
  /** The length that the dump says. */
  readonly writtenLength: (prefix: EmbeddedPrefix) => number;
  /** As an item of a set; the length is the written one. */
  readonly item: (address: number, written: number) => string;
}

/** Addresses of IPv4 stand for themselves. */
export const IPV4_SPACE: AddressSpace = {
  family: 4,
  prefixOf(word) {
    const prefix = readPrefix(word, 4);
    return prefix && { address: Number(prefix.value), length: prefix.length };
  },
  writtenLength: ({ length }) => length,
  item: (address, written) => itemText(BigInt(address), written, 4),
};

/** Of IPv6, each prefix that a table's rules name has a number of its own, and all others have none. */
export function ipv6Space(tables: Iterable<readonly [DumpTable, readonly RuleForm[]]>): AddressSpace {
  const words = new Set<string>();
  for (const [table, forms] of tables) for (const word of addressWords(table, forms)) words.add(word);
  const named = [...words].flatMap((word) => readPrefix(word, 6) ?? []);
  const embedded = embedPrefixes(named);
  const [written, items] = [new Map<string, number>(), new Map<string, string>()];
  for (const prefix of named) {
    const found = embedded.get(prefixKey(prefix));
    if (!found) continue;
    written.set(`${found.address}/${found.length}`, prefix.length);
    items.set(`${found.address}/${prefix.length}`, itemText(prefix.value, prefix.length, 6));
  }
  const known = new Map<string, EmbeddedPrefix | undefined>();
  return {
    family: 6,
    prefixOf(word) {
      if (!known.has(word)) {
        const prefix = readPrefix(word, 6);
        known.set(word, prefix && embedded.get(prefixKey(prefix)));
      }
      return known.get(word);
    },
    writtenLength: ({ address, length }) => written.get(`${address}/${length}`) ?? 0,
    item: (address, length) => items.get(`${address}/${length}`) ?? '',
  };
}

function* addressWords(table: DumpTable, forms: readonly RuleForm[]): Generator<string> {
  const { rules } = table;
  for (let rule = 0; rule < rules.shape.length; rule++) {
    const { roles } = forms[rules.shape.at(rule)]!;
    if (!roles.includes('from') && !roles.includes('to')) continue;
    const words = valuesOf(rules, rule);
    for (const [at, role] of roles.entries()) if (role === 'from' || role === 'to') yield words[at]!;
  }
}

/** Undefined where the word is no prefix, or one with host bits. */
function readPrefix(word: string, family: Family): WidePrefix | undefined {
  const item = addressItem(word, family);
  if (item === undefined) return undefined;
  if (item === 'any') return { value: 0n, length: 0 };
  const width = family === 4 ? 32 : 128;
  const [address = '', length = String(width)] = item.split('/');
  if (!/^\d+$/.test(length)) return undefined;
  const value = parseAddress(word.split('/')[0]!, family)!;
  return value === parseAddress(address, family) ? { value, length: Number(length) } : undefined;
}

function itemText(value: bigint, length: number, family: Family): string {
  const text = formatAddress(value, family);
  return length === (family === 4 ? 32 : 128) ? text : `${text}/${length}`;
}
