/** Rules that write what they ask for: where their alternatives take several lines, no later line reads what an earlier one wrote. */
import { expect, test } from 'vitest';
import { artifactOf, partOf, refusalsOf } from '../../builders/ruleset.ts';

const chainOf = (rules: string, name: string) =>
  partOf(artifactOf(`memory seen(who: ip) timeout 1h mangle postrouting { ${rules} }`), `chain ${name}`);

test('a packet leaves them behind the one that it meets', () => {
  const lines = chainOf(
    'dscp set 0 where dscp == 46 or length < 60',
    'mangle_postrouting_dscp_set_where_dscp_46_or_length_60',
  );
  expect(lines).toEqual([
    'ip dscp 46 ip dscp set 0 return',
    'ip dscp != 46 ip length 0-59 ip dscp set 0 return',
    'ip6 dscp 46 ip6 dscp set 0 return',
    'ip6 dscp != 46 ip6 length 0-19 ip6 dscp set 0 return',
  ]);
});

test('what writes nothing that it asks for is a list of plain rules', () => {
  for (const rule of [
    'dscp set 0 where mark == 46 or length < 60',
    'mark set 7 where dscp == 46 or length < 60',
    'dscp set 0 where dscp == 46',
    'count as x where dscp == 46 or length < 60',
  ]) {
    expect(chainOf(rule, 'mangle_postrouting').join(), rule).not.toContain('jump');
  }
});

test('for the rows of a table they are refused, once and by what the policy says', () => {
  const refusals = refusalsOf(`table rooms(room: prefix4 key, m: u32) = { (10.1.0.0/24, 5), (10.2.0.0/24, 6) }
    mangle forward { each r in rooms { mark set r.m from r.room where mark == 7 or length < 60 } }`);
  expect(refusals).toEqual([
    'mark set r.m from r.room where mark == 7 or length < 60: a rule of an `each` that has alternatives and writes what they ask for cannot be carried out by a lookup yet',
  ]);
});
