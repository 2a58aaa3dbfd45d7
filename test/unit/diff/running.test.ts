/** What rules that run do otherwise than a policy, in regions and in words. */
import { describe, expect, it } from 'vitest';
import { runningChanges } from '../../../compiler/diff/running.ts';
import { compareWithProgram } from '../../../compiler/proof/machine/compare.ts';
import { machineOf, policyReadBack } from '../../builders/read-back.ts';

const read = policyReadBack(`zone inside = eth0, eth2
  zone uplink = eth1
  memory banned(address: ip) timeout 1h keys 1000
  table rooms(room: prefix4 key, public: ipv4) = { (10.1.0.0/24, 198.51.100.1), (10.1.1.0/24, 198.51.100.2) }
  mitigate in uplink {
    drop from banned
    drop tcp/7
  }
  nat { each r in rooms { snat from r.room out uplink -> r.public } }
  filter input default drop { allow tcp/22 }
  filter forward default drop {
    reject in inside tcp/25 and count as smtp
    allow in inside out uplink from rooms.room
    allow in uplink udp/53 up to 10/minute per source
    log "odd" tcp/77
  }
  filter output default allow { drop to 9.9.9.0/24 }`)!;

/** Each region as a line of `sluice diff`. */
function changes(from: string | RegExp, to: string, large?: number): readonly string[] {
  const text = read.text.replace(from, to);
  expect(text, `nothing to change in\n${read.text}`).not.toBe(read.text);
  const comparisons = compareWithProgram(machineOf(text), read.program, 2 ** 26, large, runningChanges);
  return comparisons.flatMap((one) => {
    if (one.kind !== 'different') return [];
    return one.told!.map(({ stage, aspect, direction, where, before, after, sample }) => {
      const what = aspect === undefined ? '' : ` ${aspect}:`;
      return `${stage}: ${direction}: ${where}:${what} ${before} → ${after}; ${sample?.text}`;
    });
  });
}

describe('tells', () => {
  it.each<readonly [string, string | RegExp, string, readonly string[]]>([
    [
      'ports that are open',
      'tcp dport 22',
      'tcp dport 22-24',
      [
        'filter input: narrowing: any → any, tcp/23-24: allowed → dropped; tcp 203.0.113.9:40000 -> 198.51.100.7:23 in inside',
      ],
    ],
    [
      'addresses that are shut',
      'ip daddr 9.9.9.0/24',
      'ip daddr 9.9.8.0/23',
      ['filter output: widening: any → 9.9.8.0/24: dropped → allowed; tcp 203.0.113.9:40000 -> 9.9.8.1:443 out uplink'],
    ],
    [
      'a translation to somewhere else',
      '198.51.100.2',
      '198.51.100.3',
      [
        'source nat: other: 10.1.1.0/24 → uplink: sent as 198.51.100.3 → sent as 198.51.100.2; tcp 10.1.1.1:40000 -> 198.51.100.7:443 in inside out uplink',
      ],
    ],
    [
      'who is in a memory',
      'tcp dport 7 ',
      'tcp dport 8 ',
      [
        'mitigate: narrowing: uplink → any, tcp/7, source not in banned: passed → dropped; tcp 203.0.113.9:40000 -> 198.51.100.7:7 in uplink',
        'mitigate: widening: uplink → any, tcp/8, source not in banned: dropped → passed; tcp 203.0.113.9:40000 -> 198.51.100.7:8 in uplink',
      ],
    ],
    [
      'a counter',
      'dport 25 counter name "smtp"',
      'dport 25',
      [
        'filter forward: other: inside → any, tcp/25: counter smtp: not counted → counted; tcp 203.0.113.9:40000 -> 198.51.100.7:25 in inside out uplink',
      ],
    ],
    [
      'flows that are let through for longer',
      /(chain filter_output \{[^]*?)related : accept, invalid : drop/,
      '$1related : accept',
      [
        'filter output: narrowing: any → any but 9.9.9.0/24, any IPv6, state invalid, not out by lo: allowed → dropped; undefined',
      ],
    ],
  ])('%s', (_name, from, to, expected) => {
    expect(changes(from, to)).toEqual(expected);
  });

  it('the rules of the policy that decide, and of nothing else', () => {
    const text = read.text
      .replace('ip saddr 10.1.0.0/23', 'ip saddr 10.9.0.0/24')
      .replace('dport 22', 'dport 23')
      .replace('10.1.1.0 :', '10.1.3.0 :');
    const told = compareWithProgram(machineOf(text), read.program, 2 ** 26, undefined, runningChanges)
      .flatMap((part) => (part.kind === 'different' ? part.told! : []))
      .map(({ where, new: rules }) => `${where}: ${rules.map((rule) => rule.text).join('; ')}`);
    expect(told).toEqual([
      'any → any, tcp/22: allow tcp/22',
      'any → any, tcp/23: filter input default drop (by default)',
      'inside rooms.room → uplink, any but tcp/25: allow in inside out uplink from rooms.room',
      'inside 10.9.0.0/24 → uplink, any but tcp/25: filter forward default drop (by default)',
      'inside rooms.room → uplink, tcp/77: ',
      'inside 10.9.0.0/24 → uplink, tcp/77: ',
      '10.1.1.0/24 → uplink: snat from r.room out uplink -> r.public',
      '10.1.3.0/24 → uplink: no rule',
    ]);
  });

  it('the same where sets have names', () => {
    expect(changes('10.1.1.0 :', '10.1.3.0 :', 0)).toEqual(changes('10.1.1.0 :', '10.1.3.0 :'));
  });
});
