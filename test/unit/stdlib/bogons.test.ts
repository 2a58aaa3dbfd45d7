import { describe, expect, it } from 'vitest';
import { AddressSet } from '../../../compiler/net/address-set.ts';
import { addressesIn, valuesOf } from './library.ts';

type Reachable = 'yes' | 'no' | 'open';

/**
 * The IANA special-purpose address registries (RFC 6890, RFC 8190), block by block with their column "Globally
 * Reachable"; `open` is N/A. More specific blocks overrule the ones around them.
 */
const REGISTRY: readonly (readonly [block: string, reachable: Reachable])[] = [
  ['0.0.0.0/8', 'no'],
  ['0.0.0.0/32', 'no'],
  ['10.0.0.0/8', 'no'],
  ['100.64.0.0/10', 'no'],
  ['127.0.0.0/8', 'no'],
  ['169.254.0.0/16', 'no'],
  ['172.16.0.0/12', 'no'],
  ['192.0.0.0/24', 'no'],
  ['192.0.0.0/29', 'no'],
  ['192.0.0.8/32', 'no'],
  ['192.0.0.9/32', 'yes'],
  ['192.0.0.10/32', 'yes'],
  ['192.0.0.170/32', 'no'],
  ['192.0.0.171/32', 'no'],
  ['192.0.2.0/24', 'no'],
  ['192.31.196.0/24', 'yes'],
  ['192.52.193.0/24', 'yes'],
  ['192.88.99.0/24', 'open'],
  ['192.168.0.0/16', 'no'],
  ['192.175.48.0/24', 'yes'],
  ['198.18.0.0/15', 'no'],
  ['198.51.100.0/24', 'no'],
  ['203.0.113.0/24', 'no'],
  ['240.0.0.0/4', 'no'],
  ['255.255.255.255/32', 'no'],
  ['::1/128', 'no'],
  ['::/128', 'no'],
  ['::ffff:0:0/96', 'no'],
  ['64:ff9b::/96', 'yes'],
  ['64:ff9b:1::/48', 'no'],
  ['100::/64', 'no'],
  ['100:0:0:1::/64', 'no'],
  ['2001::/23', 'no'],
  ['2001::/32', 'open'],
  ['2001:1::1/128', 'yes'],
  ['2001:1::2/128', 'yes'],
  ['2001:1::3/128', 'yes'],
  ['2001:2::/48', 'no'],
  ['2001:3::/32', 'yes'],
  ['2001:4:112::/48', 'yes'],
  ['2001:20::/28', 'yes'],
  ['2001:30::/28', 'yes'],
  ['2001:db8::/32', 'no'],
  ['2002::/16', 'open'],
  ['2620:4f:8000::/48', 'yes'],
  ['3fff::/20', 'no'],
  ['5f00::/16', 'no'],
  ['fc00::/7', 'no'],
  ['fe80::/10', 'no'],
];

function set(...blocks: readonly string[]): AddressSet {
  return blocks.reduce((sum, block) => {
    const parsed = AddressSet.parse(block);
    if (typeof parsed === 'string') throw new Error(`${block}: ${parsed}`);
    return sum.union(parsed);
  }, AddressSet.empty);
}

function lengthOf(block: string): number {
  return Number(block.slice(block.indexOf('/') + 1));
}

/** What the registries call not globally reachable: wide blocks first, so that the more specific ones overrule them. */
function notReachable(): AddressSet {
  return REGISTRY.toSorted(([a], [b]) => lengthOf(a) - lengthOf(b)).reduce(
    (sum, [block, reachable]) => (reachable === 'no' ? sum.union(set(block)) : sum.subtract(set(block))),
    AddressSet.empty,
  );
}

describe('std.bogons', () => {
  const values = valuesOf('bogons');

  it('calls martian what is not globally reachable or multicast, but for what neighbors need', () => {
    const expected = notReachable().union(set('224.0.0.0/4', 'ff00::/8')).subtract(set('fe80::/10', '::/128'));
    expect(addressesIn(values, 'martians').toString()).toEqual(expected.toString());
  });

  it('calls bogon all of that, and what is no global unicast address', () => {
    const noGlobalUnicast = set('::/0').subtract(set('2000::/3', '64:ff9b::/96'));
    const expected = notReachable().union(set('224.0.0.0/4')).union(noGlobalUnicast);
    expect(addressesIn(values, 'bogons').toString()).toEqual(expected.toString());
  });

  it('has private addresses of both families', () => {
    expect(addressesIn(values, 'private').toString()).toEqual(
      set('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7').toString(),
    );
  });
});
