/** Published lists of prefixes through the compiler, and read back from the rule set: exactly their merged form. */
import { describe, expect, test, type TestContext } from 'vitest';
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../../compiler/net/address.ts';
import { artifactOf, partOf } from '../../builders/ruleset.ts';
import { sharedBytes } from '../../shared-data.ts';

const POLICY = `let blocked from "list.txt"
filter forward stateless default allow { drop from blocked }`;

type Family = 4 | 6;
const WIDTH = { 4: 32n, 6: 128n } as const;

function linesOf(context: TestContext, path: string): string[] {
  return new TextDecoder().decode(sharedBytes(context, path)).split('\n').filter(Boolean);
}

/** The elements of the one set that the rule looks into. */
function elementsFor(list: readonly string[], family: Family): string[] {
  const ruleset = artifactOf(POLICY, undefined, { 'list.txt': list.join('\n') });
  expect(partOf(ruleset, 'chain filter_forward')).toContain(
    `${family === 4 ? 'ip' : 'ip6'} saddr @blocked_ipv${family} drop`,
  );
  return partOf(ruleset, `add element inet sluice blocked_ipv${family}`).map((line) => line.replace(/,$/, ''));
}

function valueOf(text: string, family: Family): bigint {
  const value = family === 4 ? parseIpv4(text) : parseIpv6(text);
  if (value === undefined) throw new Error(`no address: ${text}`);
  return BigInt(value);
}

/** `192.0.2.1`, `192.0.2.0/24` or `192.0.2.1-192.0.2.9`, both ends included. */
function rangeOf(element: string, family: Family): [bigint, bigint] {
  const [low = '', high] = element.split('-');
  if (high !== undefined) return [valueOf(low, family), valueOf(high, family)];
  const [address = '', length = String(WIDTH[family])] = low.split('/');
  const first = valueOf(address, family);
  return [first, first + (1n << (WIDTH[family] - BigInt(length))) - 1n];
}

/** The fewest prefixes that are exactly the range. */
function prefixesOf([low, high]: readonly [bigint, bigint], family: Family): string[] {
  const prefixes: string[] = [];
  for (let from = low; from <= high;) {
    let bits = 0n;
    while (bits < WIDTH[family] && (from & (1n << bits)) === 0n && from + (2n << bits) - 1n <= high) bits++;
    prefixes.push(`${family === 4 ? formatIpv4(Number(from)) : formatIpv6(from)}/${WIDTH[family] - bits}`);
    from += 1n << bits;
  }
  return prefixes;
}

describe('published lists in a rule set', () => {
  test('111,110 IPv4 prefixes are the 7,728 of the published merged list', (context) => {
    const all = linesOf(context, 'data/prefixes/all_ipv4.txt.gz');
    const merged = linesOf(context, 'data/prefixes/all_ipv4_merged.txt.gz');
    expect([all.length, merged.length]).toEqual([111_110, 7728]);
    const elements = elementsFor(all, 4);
    const prefixes = elements.flatMap((element) => prefixesOf(rangeOf(element, 4), 4));
    expect(prefixes.toSorted()).toEqual(merged.toSorted());
    // Neighbours that are no prefix together are one range.
    expect(elements.length).toBeLessThanOrEqual(merged.length);
  });

  test('12,872 IPv6 prefixes, merged already, are these', (context) => {
    const merged = linesOf(context, 'data/prefixes/all_ipv6_merged.txt.gz');
    expect(merged).toHaveLength(12_872);
    const prefixes = elementsFor(merged, 6).flatMap((element) => prefixesOf(rangeOf(element, 6), 6));
    expect(prefixes.toSorted()).toEqual(merged.toSorted());
  });
});
