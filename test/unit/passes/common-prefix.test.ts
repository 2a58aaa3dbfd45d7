/** Which prefix is tested before a large table is looked up. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

/** What marks packets by the addresses of a table of so many hosts. */
function marking(type: string, rows: number, addressOf: (at: number) => string, ...items: readonly string[]): string[] {
  const lines = Array.from({ length: rows }, (_, at) => `${addressOf(at)},${(at % 7) + 1}\n`);
  const policy = `zone uplink = eth0
    table hosts(address: ${type} key, mark: u32) from "hosts.csv"
    mangle forward { ${items.map((item) => `each h in hosts { ${item} }`).join('\n')} }`;
  const files = { 'hosts.csv': `address,mark\n${lines.join('')}` };
  return partOf(artifactOf(policy, 'nftables/ruleset.nft', files), 'chain mangle_forward').slice(1);
}

const campus = (at: number) => `10.${at >> 8}.7.${at & 255}`;

test('hosts of one site are looked up for packets of the site only', () => {
  expect(marking('ipv4', 3000, campus, 'mark set h.mark from h.address', 'mark set h.mark to h.address')).toEqual([
    'ip saddr 10.0.0.0/12 meta mark set ip saddr map @hosts_address_mark',
    'ip daddr 10.0.0.0/12 meta mark set ip daddr map @hosts_address_mark',
  ]);
});

test('so are those of IPv6', () => {
  const address = (at: number) => `2001:db8:${(at & 15).toString(16)}::${(at + 1).toString(16)}`;
  expect(marking('ipv6', 3000, address, 'mark set h.mark from h.address')).toEqual([
    'ip6 saddr 2001:db8::/44 meta mark set ip6 saddr map @hosts_address_mark',
  ]);
});

const bare = 'meta mark set ip saddr map @hosts_address_mark';

test('a few hosts are looked up for every packet: that costs no more than to ask', () => {
  expect(marking('ipv4', 20, campus, 'mark set h.mark from h.address')).toEqual([bare]);
});

test('hosts of everywhere share no prefix', () => {
  const address = (at: number) => `${(at % 200) + 1}.${at >> 8}.7.${at & 255}`;
  expect(marking('ipv4', 3000, address, 'mark set h.mark from h.address')).toEqual([bare]);
});

test('what comes in by the uplink has no host of the site as its source, and nothing is asked besides', () => {
  expect(marking('ipv4', 3000, campus, 'mark set h.mark in uplink to h.address')).toEqual([
    'iifname "eth0" meta mark set ip daddr map @hosts_address_mark',
  ]);
});
