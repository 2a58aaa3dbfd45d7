/** What the host sends itself, where a destination translation may lead it another way. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const zones = 'zone uplink = uplink0\n';
const filter = 'filter output default drop { allow out uplink udp/53 }';

test('rules about the way out are refused behind a translation of what is sent', () => {
  expect(refusalsOf(`${zones}nat { dnat to 192.0.2.1 -> 192.0.2.2 }\n${filter}`)).toEqual([
    expect.stringContaining('as it was before `nat` translated the destination'),
  ]);
  expect(refusalsOf(`${zones}nat { dnat in uplink to 192.0.2.1 -> 192.0.2.2 }\n${filter}`)).toEqual([]);
});

test('loopback is told by the destination there', () => {
  const head = (nat: string) =>
    partOf(artifactOf(`${zones}nat { ${nat} }\nfilter output { drop udp/53 }`), 'chain filter_output')[1];
  expect(head('dnat to 192.0.2.1 -> 192.0.2.2')).toBe('fib daddr type local accept');
  expect(head('dnat in uplink to 192.0.2.1 -> 192.0.2.2')).toBe('oif "lo" accept');
});
