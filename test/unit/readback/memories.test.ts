/** Memories that were read back: what is looked for in them, and what packets write there. */
import { describe, expect, it } from 'vitest';
import { compareWithProgram, type Comparison } from '../../../compiler/proof/machine/compare.ts';
import { machineOf, policyReadBack } from '../../builders/read-back.ts';

const BUDGET = 2 ** 26;

const readBackOf = (...rules: readonly string[]) =>
  policyReadBack(`zone lan = eth1
    memory banned(address: ip) timeout 1h keys 65536
    memory barred(address: ip) timeout 1h keys 65536
    memory talked(from: ip, port: port) timeout 30s keys 1024
    filter input stateless default drop { essential off ${rules.join('\n')} }`)!;

const read = readBackOf(
  'drop from banned',
  'allow udp/53 from barred',
  'remember source in banned for 10m tcp/23',
  'forget source in barred tcp/7000',
  'remember source, destination port in talked udp/7001 and log "knocked"',
  'allow udp/500 not from barred',
);

function comparisonsOf(text: string, { program } = read): readonly Comparison[] {
  return compareWithProgram(machineOf(text), program, BUDGET);
}

it('are the same as in the policy', () => {
  expect(comparisonsOf(read.text)).toEqual([{ kind: 'the same', part: 'filter input' }]);
});

/** A fault: what it is called, the text that it changes, and into what. */
const FAULTS: readonly (readonly [name: string, from: string | RegExp, to: string])[] = [
  ['the other memory', 'ip saddr @banned_ipv4 drop', 'ip saddr @barred_ipv4 drop'],
  ['the other end', 'ip saddr @banned_ipv4 drop', 'ip daddr @banned_ipv4 drop'],
  ['a negation that is lost', 'ip saddr != @barred_ipv4', 'ip saddr @barred_ipv4'],
  ['a memory that nobody asks', /^.*ip saddr @banned_ipv4 drop.*\n/m, ''],
  ['another time', 'timeout 10m', 'timeout 11m'],
  ['the time of the memory for its own', ' timeout 10m', ''],
  ['a key of the other end', 'update @banned_ipv4 { ip saddr timeout', 'update @banned_ipv4 { ip daddr timeout'],
  ['another port in the key', '{ ip saddr . th dport }', '{ ip saddr . th sport }'],
  ['what is remembered for what is forgotten', 'delete @barred_ipv4', 'update @barred_ipv4'],
  ['what nobody remembers', /^.*update @talked_ipv4 .*\n/m, ''],
  ['what other packets remember', 'tcp dport 23 update @banned_ipv4', 'tcp dport 24 update @banned_ipv4'],
];

describe('finds', () => {
  it.each(FAULTS)('%s', (_name, from, to) => {
    const text = read.text.replace(from, to);
    expect(text, `nothing to change in\n${read.text}`).not.toBe(read.text);
    expect(comparisonsOf(text).map(({ kind }) => kind)).toContain('different');
  });

  it('what a full memory keeps from being done', () => {
    const text = read.text.replace(
      /^(\s*)(.*)(update @talked_ipv4 \{[^}]*\})(.*)\n/m,
      '$1$2$3 log prefix "knocked " level warn\n',
    );
    expect(text).not.toBe(read.text);
    expect(comparisonsOf(text).map(({ kind }) => kind)).toContain('different');
  });
});

describe('a packet that looks into what it wrote itself', () => {
  const reason = 'a memory that a packet looks into behind what it wrote there';

  it('is not compared', () => {
    const { program, machine } = readBackOf('remember source in banned tcp/23', 'drop tcp from banned');
    expect(compareWithProgram(machine, program, BUDGET)).toEqual([
      { kind: 'not compared', part: 'filter input', reason },
    ]);
  });

  it('is told from others', () => {
    const { program, machine } = readBackOf('remember source in banned tcp/23', 'drop udp from banned');
    expect(compareWithProgram(machine, program, BUDGET)).toEqual([{ kind: 'the same', part: 'filter input' }]);
  });
});

const ring = policyReadBack(`zone lan = eth1
  memory often(address: ip) timeout 60s hits 3
  memory other(address: ipv4) timeout 60s hits 2
  memory talked(from: ip, port: port) timeout 30s hits 2 keys 1024
  filter input stateless default drop {
    essential off
    drop from often udp/53
    allow not from often tcp/80
    drop to other udp/123
    remember source in often tcp/22
    remember destination in other tcp/22
    remember source, destination port in talked udp/7001
    forget source in often tcp/23
  }`)!;

describe('memories of several hits', () => {
  it('are the same as in the policy', () => {
    expect(comparisonsOf(ring.text, ring)).toEqual([{ kind: 'the same', part: 'filter input' }]);
  });

  const slot = (at: number): string => `ip saddr . meta mark & 0 | ${at}`;
  const hits = '@often_ipv4_hits';

  it.each<readonly [name: string, from: string | RegExp, to: string]>([
    ['hits that are not counted again', /^.*ip saddr @often_ipv4 jump.*\n/m, ''],
    ['hits that are counted again too late', /^(.*ip saddr @often_ipv4 jump.*\n)((?:.*\n)*?)(\t}\n)/m, '$2$1$3'],
    ['hits that are counted again by another key', 'ip saddr @often_ipv4 jump', 'ip daddr @often_ipv4 jump'],
    [
      'a slot that is not emptied',
      `update ${hits} { ip saddr . 2 } delete ${hits} { ip saddr . 3 }`,
      `update ${hits} { ip saddr . 2 }`,
    ],
    [
      'another slot that is emptied',
      `{ ip saddr . 2 } delete ${hits} { ip saddr . 3 }`,
      `{ ip saddr . 2 } delete ${hits} { ip saddr . 4 }`,
    ],
    [
      'another slot that is written',
      `update ${hits} { ip saddr . 2 } delete`,
      `update ${hits} { ip saddr . 3 } delete`,
    ],
    [
      'two slots that are written',
      `update ${hits} { ip saddr . 2 } delete`,
      `update ${hits} { ip saddr . 2 } update ${hits} { ip saddr . 1 } delete`,
    ],
    [
      'a hit more than is asked for',
      `${slot(2)} != ${hits} ${slot(3)} != ${hits} delete @often_ipv4`,
      `${slot(2)} != ${hits} delete @often_ipv4`,
    ],
    [
      'a hit less than is asked for',
      new RegExp(`^.*${slot(2).replaceAll('|', '\\|')} != ${hits} ${slot(3).replaceAll('|', '\\|')} != .*\\n`, 'm'),
      '',
    ],
    ['a hit that nobody counts', /goto count_source_in_often_ipv4/, 'return'],
    ['a key that is not forgotten', /^.*delete @often_ipv4 \{ ip saddr \}\n/m, ''],
    ['a hit that is not forgotten', new RegExp(`^\\t*delete ${hits} \\{ ip saddr \\. 2 \\}\\n`, 'm'), ''],
    ['the key of the other end', 'jump remember_source_in_often_ipv4', 'jump remember_destination_in_other'],
    [
      'what is forgotten for what is remembered',
      'jump remember_source_in_often_ipv4',
      'jump forget_source_in_often_ipv4',
    ],
    ['what is counted for what is remembered', 'jump remember_source_in_often_ipv4', 'jump count_source_in_often_ipv4'],
    ['a place that is full, and the first slot all the same', `${slot(1)} != ${hits} update`, `update`],
  ])('show %s', (_name, from, to) => {
    const text = ring.text.replace(from, to);
    expect(text, `nothing to change in\n${ring.text}`).not.toBe(ring.text);
    expect(comparisonsOf(text, ring).map(({ kind }) => kind)).toContain('different');
  });
});
