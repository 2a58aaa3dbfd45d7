/** `hairpin`: the inside path of a dnat, and the masquerade of what turns back. */
import { expect, test } from 'vitest';
import { artifactOf, partOf } from '../../builders/ruleset.ts';

const zones = 'zone uplink = uplink0\nzone inside = lan0, "wlan*"\n';

test('the rule holds in every zone, and masquerades what turns back', () => {
  const ruleset = artifactOf(`${zones}nat { dnat in uplink to 198.51.100.50 tcp/80 -> 10.0.0.5:8080 hairpin }`);
  expect(partOf(ruleset, 'chain nat_prerouting').slice(1)).toEqual([
    'iifname { "uplink0", "lan0", "wlan*" } ip daddr 198.51.100.50 tcp dport 80 ct label set 127 dnat ip to 10.0.0.5:8080',
  ]);
  expect(partOf(ruleset, 'chain hairpin_postrouting')).toEqual([
    'type nat hook postrouting priority srcnat - 5; policy accept;',
    'ct label 127 iifname "uplink0" oifname "uplink0" masquerade',
    'ct label 127 iifname { "lan0", "wlan*" } oifname { "lan0", "wlan*" } masquerade',
  ]);
  // The host itself has no inside to turn back to.
  expect(ruleset).not.toContain('chain nat_output');
});

test('rows of a table cost one lookup more for a new flow that is translated', () => {
  const table = `table forwards(public: ipv4, port: port, room: ipv4, key (public, port)) = { (198.51.100.50, 80, 10.0.0.5) }\n`;
  const ruleset = artifactOf(
    `${zones}${table}nat { each f in forwards { dnat in uplink to f.public tcp/f.port -> f.room hairpin } }`,
  );
  expect(partOf(ruleset, 'chain nat_prerouting').slice(1)).toEqual([
    'iifname { "uplink0", "lan0", "wlan*" } meta l4proto tcp ip daddr . th dport @forwards_public_port ' +
      'ct label set 127 dnat ip to ip daddr . th dport map @forwards_public_port_room',
  ]);
});

test('a dnat without it has neither', () => {
  const ruleset = artifactOf(`${zones}nat { dnat in uplink to 198.51.100.50 -> 10.0.0.5 }`);
  expect(ruleset).not.toContain('ct label');
  expect(ruleset).not.toContain('postrouting');
});
