/** Limits that were read back: which bucket is asked, by which packets, and what it lets through. */
import { describe, expect, it } from 'vitest';
import { compareWithProgram, type Comparison } from '../../../compiler/proof/machine/compare.ts';
import { machineOf, policyReadBack } from '../../builders/read-back.ts';

const BUDGET = 2 ** 26;

const readBackOf = (...rules: readonly string[]) =>
  policyReadBack(`zone lan = eth1 filter input stateless default drop { essential off ${rules.join('\n')} }`)!;

const read = readBackOf(
  'allow icmp echo-request up to 5/second',
  'drop udp/53 over 10/second per source/24 burst 20',
  'allow tcp/22 up to 3/minute per source, destination port burst 4 keys 1000',
  'allow tcp/80 up to 800kbit per source burst 200kB when full match keys 500',
  'reject tcp/25 and log "smtp" up to 1/second',
  'allow tcp/443 over 20 connections per source',
  'allow udp/123 sample 1/10',
  'drop tcp/8080 over 5/second',
  'drop tcp/8081 over 5/second',
);

function comparisonsOf(text: string): readonly Comparison[] {
  return compareWithProgram(machineOf(text), read.program, BUDGET);
}

it('are the same as in the policy', () => {
  expect(comparisonsOf(read.text)).toEqual([{ kind: 'the same', part: 'filter input' }]);
});

/** A fault: what it is called, the text that it changes, and into what. */
const FAULTS: readonly (readonly [name: string, from: string | RegExp, to: string])[] = [
  ['another rate', 'limit rate 3/minute', 'limit rate 4/minute'],
  ['another unit of time', 'limit rate 3/minute', 'limit rate 3/second'],
  ['another burst', 'burst 4 packets', 'burst 5 packets'],
  ['a burst that is not said', ' burst 20 packets', ''],
  ['packets for bytes', 'rate 100000 bytes/second burst 100000 bytes', 'rate 100000/second burst 200000 packets'],
  ['what is below the limit for what is over it', 'rate over 10/second', 'rate 10/second'],
  ['what is over the limit for what is below it', 'rate 5/second burst', 'rate over 5/second burst'],
  ['the other end in the key', '{ ip saddr . th dport limit', '{ ip daddr . th dport limit'],
  ['the other port in the key', '{ ip saddr . th dport limit', '{ ip saddr . th sport limit'],
  ['a key that is no network', /ip saddr & 255\.255\.255\.0/g, 'ip saddr'],
  ['a smaller network in the key', /ip saddr & 255\.255\.255\.0/g, 'ip saddr & 255.255.255.128'],
  ['more keys', 'size 1000', 'size 1001'],
  ['buckets that are forgotten too early', 'timeout 1m21s', 'timeout 1m19s'],
  ['a full table that lets nothing through', /^.*ip saddr != @input_allow_tcp_80_ipv4 .*\n/m, ''],
  [
    'a full table that lets packets through',
    /^(\s*)(.*update @input_allow_tcp_22_ipv4 .*\n)/m,
    '$1$2$1tcp dport 22 ip saddr . th dport != @input_allow_tcp_22_ipv4 accept\n',
  ],
  [
    'packets that ask before they match',
    'tcp dport 8080 limit name "input_drop_tcp_8080"',
    'limit name "input_drop_tcp_8080" tcp dport 8080',
  ],
  ['the bucket of another rule', 'limit name "input_drop_tcp_8080"', 'limit name "input_drop_tcp_8081"'],
  ['a limit that is lost', 'limit name "input_drop_tcp_8081" ', ''],
  ['a log without its limit', 'limit name "input_reject_tcp_25_log" ', ''],
  ['more connections', 'ct count over 20', 'ct count over 21'],
  ['fewer connections, not more', 'ct count over 20', 'ct count 20'],
  ['connections of what belongs to no flow', 'ct state established,related,new add', 'add'],
  ['one packet in nine', 'numgen random mod 10 < 1', 'numgen random mod 9 < 1'],
];

describe('finds', () => {
  it.each(FAULTS)('%s', (_name, from, to) => {
    const text = read.text.replace(from, to);
    expect(text, `nothing to change in\n${read.text}`).not.toBe(read.text);
    expect(comparisonsOf(text).map(({ kind }) => kind)).toContain('different');
  });
});

describe('limits that are alike, and whose names tell nothing', () => {
  const renamed = read.text.replaceAll('input_drop_tcp_8080', 'one').replaceAll('input_drop_tcp_8081', 'two');

  it('are taken in their order', () => {
    expect(comparisonsOf(renamed).map(({ kind }) => kind)).toEqual(['the same']);
  });

  it('are not compared where that would be a difference', () => {
    const exchanged = renamed.replace('8080 limit name "one"', '8080 limit name "two"');
    expect(comparisonsOf(exchanged)).toEqual([
      {
        kind: 'not compared',
        part: 'filter input',
        reason: 'limits that are alike, and whose names do not tell them apart',
      },
    ]);
  });
});

it('what a packet asks twice is not compared', () => {
  const { program, machine } = readBackOf(
    'drop tcp from 10.0.0.0/8 up to 5/second bucket shared',
    'allow tcp/22 up to 5/second bucket shared',
  );
  expect(compareWithProgram(machine, program, BUDGET)).toEqual([
    { kind: 'not compared', part: 'filter input', reason: 'a limit that a packet asks twice' },
  ]);
});

it('what is asked in two places, but once by a packet, is compared', () => {
  const { program, machine } = readBackOf(
    'allow tcp/22 up to 5/second bucket shared',
    'allow tcp/23 up to 5/second bucket shared',
  );
  expect(compareWithProgram(machine, program, BUDGET)).toEqual([{ kind: 'the same', part: 'filter input' }]);
});
