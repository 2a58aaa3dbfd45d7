/** Which stateless filters XDP takes, and what they become there. */
import { expect, test } from 'vitest';
import { nftables } from '../../../backends/nftables/index.ts';
import { xdp } from '../../../backends/ebpf/index.ts';
import { compile } from '../../../compiler/compile.ts';
import { inputsWith } from '../../builders/ruleset.ts';

const ZONES = 'zone uplink = eth0 zone inside = eth1';
const TARGET = 'target router { xdp on eth0, eth1 }';

function compiled(blocks: string, target = TARGET, zones = ZONES) {
  const options = { planes: [nftables, xdp], nameBuild: () => 'test' };
  return compile({ path: 'test.sluice', text: `${zones}\n${blocks}\n${target}` }, inputsWith({}), options);
}

function messagesOf(...policy: Parameters<typeof compiled>): string[] {
  return compiled(...policy).diagnostics.map(({ message }) => message);
}

function filesOf(...policy: Parameters<typeof compiled>): ReadonlyMap<string, string> {
  const { targets, diagnostics } = compiled(...policy);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  const artifacts = targets.flatMap(({ planes }) => planes.flatMap((output) => output.artifacts));
  return new Map(artifacts.map(({ path, content }) => [path.replace('ebpf/', ''), Buffer.concat(content).toString()]));
}

function rulesOf(files: ReadonlyMap<string, string>): string[] {
  const lines = files.get('maps/rules.txt')!.trim().split('\n');
  return lines.map((line) => line.replace(/(?:test.sluice|std.essential):\d+ /, ''));
}

test('filters stand behind `mitigate`, each ended by its default', () => {
  const files = filesOf(`mitigate in uplink { allow from 192.0.2.1  drop udp }
    filter forward stateless default drop { essential off  use g(10.0.0.0/8)  drop udp }
    group g(machines) { leave to machines  allow tcp }
    filter input stateless default allow { drop from 10.0.0.0/8 }`);
  expect(rulesOf(files)).toEqual([
    '0 skip to 2 allow from 192.0.2.1',
    '1 drop drop udp',
    '2 filter filter input stateless default allow',
    '3 drop drop from 10.0.0.0/8',
    '4 pass filter input stateless default allow',
    '5 skip to 7 leave to machines',
    '6 pass allow tcp',
    '7 drop filter forward stateless default drop',
  ]);
  expect(files.get('policy.h')!.match(/^#define FILTER\w* .*$/gm)).toEqual([
    '#define FILTERS 2',
    '#define FILTER_INPUT 3',
    '#define FILTER_FORWARD 5',
  ]);
  expect(files.get('policy.conf')!.match(/^filter .*$/gm)).toEqual(['filter input', 'filter forward']);
  expect(files.get('xdp.bpf.c')).toContain(' * mitigate, filter input and filter forward of test');
});

test('a program of a filter alone says so, and reads no options of the other way', () => {
  const files = filesOf('filter forward stateless default drop { allow tcp/80 }');
  expect(files.get('policy.h')!.match(/^#define FILTER\w* .*$/gm)).toEqual([
    '#define FILTERS 1',
    '#define FILTER_INPUT -1',
    '#define FILTER_FORWARD 1',
  ]);
  expect(files.get('xdp.bpf.c')).toContain(' * filter forward of test');
});

test('a filter is for frames of no zone, too, and `mitigate` is not', () => {
  const zones = 'zone uplink = eth0 vlan 5';
  const files = filesOf(
    'mitigate { drop udp } filter forward stateless default drop { allow in uplink }',
    TARGET,
    zones,
  );
  expect(files.get('maps/rules.txt')).toContain('4 drop test.sluice:2 filter forward');
});

test.each([
  ['raw { notrack tcp }', '`raw` comes before it, and XDP before both'],
  ['mangle prerouting { dscp set ef tcp }', '`mangle prerouting` comes before it, and XDP before both'],
  ['mangle forward { dscp set ef tcp }', '`mangle forward` comes before it, and XDP before both'],
  [
    'filter input default drop { allow tcp }',
    'a part of the policy is about flows, whose packets the kernel has put together and followed before `filter forward`',
  ],
  [
    'mitigate { drop udp and log "seen" }',
    '`mitigate` comes before it, and XDP cannot carry that out: XDP cannot carry out `log`',
  ],
])('what comes before a filter has to be at XDP, too: %s', (before, why) => {
  const filter = 'filter forward stateless default drop { allow tcp }';
  const { targets, diagnostics } = compiled(`${before} ${filter}`, 'target router { xdp on eth0, eth1 nftables }');
  expect(diagnostics.map(({ code }) => code)).toContain('SL0553');
  const placed = targets[0]!.placements.find(({ stage }) => stage.id === 'filter forward')!;
  expect(`${placed.plane}, ${placed.reason}`).toBe(
    `nftables, the first plane of the target that can; xdp cannot: ${why}`,
  );
});

test('what comes behind a filter may be elsewhere', () => {
  const blocks = `filter forward stateless default drop { allow tcp } mangle postrouting { dscp set ef tcp }`;
  const { targets } = compiled(blocks, 'target router { xdp on eth0, eth1 nftables }');
  expect(targets[0]!.placements.map(({ stage, plane }) => `${stage.id}: ${plane}`)).toEqual([
    'filter forward: xdp',
    'mangle postrouting: nftables',
  ]);
});

test('a stateful filter is left to nftables without a word', () => {
  const { diagnostics } = compiled('filter input default drop { allow tcp }', 'target router { xdp on eth0 nftables }');
  expect(diagnostics).toEqual([]);
  expect(messagesOf('filter input default drop { allow tcp }')).toEqual([
    '`filter input` is about flows, which XDP does not know',
  ]);
});

test('a filter for this host takes rules about more than addresses only where no fragment of IPv4 gets there', () => {
  const filter = 'filter input stateless default drop { allow tcp/80 }';
  const why = 'XDP sees fragments of IPv4 one by one, and this rule asks for what the whole packet has';
  expect(messagesOf(filter)).toEqual([why]);
  expect(messagesOf(`mitigate { drop fragment } ${filter}`)).toEqual([]);
  expect(messagesOf(`mitigate { drop udp  drop fragment ipv4 } ${filter}`)).toEqual([]);
  expect(messagesOf(`mitigate { drop fragment ipv6 } ${filter}`)).toEqual([why]);
  expect(messagesOf(`mitigate { drop fragment later } ${filter}`)).toEqual([why]);
  expect(messagesOf(`mitigate { drop fragment sample 1/2 } ${filter}`)).toEqual([why]);
  expect(messagesOf(`mitigate { drop fragment not tcp } ${filter}`)).toEqual([why]);
  expect(messagesOf(`mitigate { allow from 10.0.0.1  drop fragment } ${filter}`)).toEqual([why]);
  expect(messagesOf(`mitigate in uplink { drop fragment } ${filter}`)).toEqual([why]);
  // Frames of the other VLANs come in by no zone, and no `mitigate` is for them.
  expect(
    messagesOf(`mitigate { drop fragment } ${filter}`, TARGET, 'zone uplink = eth0 zone inside = eth1 vlan 5'),
  ).toEqual([why]);
  expect(messagesOf('filter input stateless default drop { allow from 10.0.0.0/8  allow icmp6 128 }')).toEqual([]);
});

test('a target that has `mitigate` behind XDP has no filter before that', () => {
  const blocks = 'mitigate { drop udp } filter forward stateless default drop { allow tcp }';
  const { targets } = compiled(blocks, 'target router { nftables xdp on eth0, eth1 }');
  expect(targets[0]!.placements.map(({ plane }) => plane)).toEqual(['nftables', 'nftables']);
});
