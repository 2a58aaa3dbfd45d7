/** What a `dispatch` becomes for sk_lookup. */
import { expect, test } from 'vitest';
import { PLANES } from '../../../cli/planes.ts';
import { outputTree } from '../../../cli/output/output-tree.ts';
import { summaryText } from '../../../cli/terminal/summary.ts';
import { compile } from '../../../compiler/compile.ts';
import { inputsWith } from '../../builders/ruleset.ts';

function compiled(text: string) {
  const options = { planes: PLANES, nameBuild: () => 'test' };
  return compile({ path: 'test.sluice', text }, inputsWith({}), options);
}

function filesOf(text: string): ReadonlyMap<string, string> {
  const { targets, diagnostics } = compiled(text);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  const artifacts = targets.flatMap(({ planes }) => planes.flatMap((plane) => plane.artifacts));
  return new Map(artifacts.map(({ path, content }) => [path, Buffer.concat(content).toString()]));
}

const dispatch = (rules: string, planes = 'sk_lookup') => `dispatch { ${rules} } target edge { ${planes} }`;

test('rules are listed by number, each with its socket, and the loader is told the names', () => {
  const files = filesOf(
    `table sites(prefix: prefix key) = { (198.51.100.0/25), (2001:db8:7::/48) }
     ${dispatch('tcp/80, udp/80 to 192.0.2.0/24 -> socket web each s in sites { tcp to s.prefix -> socket "a b" } udp ipv6 -> socket web')}`,
  );
  expect(files.get('ebpf/maps/dispatch/rules.txt')!.split('\n')).toEqual([
    '0 socket web test.sluice:2 tcp/80, udp/80 to 192.0.2.0/24 -> socket web',
    '1 socket a b test.sluice:2 tcp to s.prefix -> socket "a b"',
    '2 socket a b test.sluice:2 tcp to s.prefix -> socket "a b"',
    '3 socket web test.sluice:2 udp ipv6 -> socket web',
    '',
  ]);
  expect(files.get('ebpf/dispatch.conf')!.split('\n').slice(1)).toEqual([
    'target edge',
    'build test',
    'socket web',
    'socket a b',
    'counter dispatch/socket-web-tcp-80-udp-80',
    'counter dispatch/each-sites/socket-a-b-tcp',
    'counter dispatch/socket-web-udp',
    '',
  ]);
  expect(files.get('host/routes.sh')).toContain("ipv4='192.0.2.0/24\n198.51.100.0/25'\nipv6='2001:db8:7::/48'\n");
});

test('a program has the tables of the fields that rules test, and no others', () => {
  const files = filesOf(dispatch('tcp/80 -> socket web'));
  expect([...files.keys()].filter((path) => /^ebpf\/(maps|program)|^host/.test(path))).toEqual([
    'ebpf/maps/dispatch/rules.txt',
    'ebpf/maps/dispatch/rules.bin',
    'ebpf/maps/dispatch/socket_keys.bin',
    'ebpf/maps/dispatch/service_rules.bin',
    'ebpf/maps/dispatch/service.bin',
    'ebpf/program/jhash.h',
    'ebpf/program/place.h',
    'ebpf/program/services.h',
    'ebpf/program/sockets.h',
    'ebpf/program/tables.h',
  ]);
});

test('a socket has the limits of its rules, each with buckets of its own; rows have their own rates', () => {
  const files = filesOf(
    `table hosts(address: ip key, most: rate) = { (192.0.2.1, 5/second), (2001:db8::1, 9/minute) }
     ${dispatch('udp/53 -> socket resolver up to 50/second per destination keys 30000 tcp -> socket web each h in hosts { udp to h.address -> socket quic up to h.most }')}`,
  );
  expect(
    files
      .get('ebpf/dispatch.conf')!
      .split('\n')
      .filter((line) => /^(limited|buckets)/.test(line)),
  ).toEqual([
    'limited resolver',
    'limited quic',
    'buckets udp_53_4 30000',
    'buckets udp_53_6 30000',
    'buckets quic_udp 65536',
  ]);
  expect(files.get('ebpf/maps/dispatch/rules.txt')!.split('\n')[0]).toContain('0 socket resolver up to its limit test');
  expect(files.get('ebpf/dispatch.bpf.c')).toContain('int limiter(struct __sk_buff *datagram)');
  expect([...files.keys()]).toContain('ebpf/program/socket-limits.h');
});

test('rules for one socket with limits of their own are not one rule', () => {
  const limited = (to: string) => `udp/53 to ${to} -> socket resolver up to 9/second per source`;
  const rules = filesOf(dispatch(`${limited('192.0.2.0/25')} ${limited('192.0.2.128/25')}`));
  expect(rules.get('ebpf/maps/dispatch/rules.txt')!.trimEnd().split('\n')).toHaveLength(2);
  const plain = filesOf(dispatch('udp/53 to 192.0.2.0/25 -> socket web udp/53 to 192.0.2.128/25 -> socket web'));
  expect(plain.get('ebpf/maps/dispatch/rules.txt')!.trimEnd().split('\n')).toHaveLength(1);
});

test('a group holds no rules for sockets, so that leaving it changes nothing', () => {
  const files = filesOf(`group g(nets) { leave from nets } ${dispatch('use g(10.0.0.0/8) tcp/80 -> socket web')}`);
  expect(files.get('ebpf/maps/dispatch/rules.txt')).toBe('0 socket web test.sluice:1 tcp/80 -> socket web\n');
});

test('the plane that takes dispatch is the first that can', () => {
  const places = 'socket web = 127.0.0.1:80, [::1]:80';
  const planesOf = (planes: string) =>
    compiled(dispatch('tcp/80 -> socket web', planes)).targets[0]!.placements.map(({ plane }) => plane);
  expect(planesOf(`sk_lookup nftables`)).toEqual(['sk_lookup']);
  expect(planesOf(`nftables sk_lookup ${places}`)).toEqual(['nftables']);
  const { targets } = compiled(
    dispatch('tcp/80 in uplink -> socket web', `sk_lookup nftables ${places}`).replace(/^/, 'zone uplink = eth0 '),
  );
  expect(targets[0]!.idle).toEqual([{ plane: 'sk_lookup', takeAway: ['rm /sys/fs/bpf/sluice/edge/dispatch_*'] }]);
});

test('what planes of a target have in common is there once, and is done once', () => {
  const { targets } = compiled(`zone uplink = eth0
    mitigate in uplink { drop udp/1900 }
    filter input default drop { allow tcp/80 }
    ${dispatch('tcp/80 to 192.0.2.0/24 -> socket web', 'xdp on eth0 sk_lookup nftables')}`);
  const choices = {
    target: undefined,
    today: undefined,
    without: [],
    proof: true,
    keepCounters: false,
    profile: undefined,
    calibration: undefined,
  };
  const { described } = outputTree({ version: '', policy: '', choices, inputs: [], targets });
  const paths = described.map(({ path }) => path);
  expect(paths.filter((path) => /Makefile|routes|bpf\.c/.test(path))).toEqual([
    'edge/ebpf/xdp.bpf.c',
    'edge/ebpf/Makefile',
    'edge/ebpf/dispatch.bpf.c',
    'edge/host/routes.sh',
  ]);
  const commands = summaryText('out', targets, [])
    .split('\n')
    .map((line) => line.trim());
  expect(commands.slice(commands.indexOf('To load it, in out/edge:'), -1)).toEqual([
    'To load it, in out/edge:',
    'nft -f nftables/ruleset.nft',
    'sysctl -p host/sysctl.conf',
    'make -C ebpf',
    'ebpf/sluice-load replace',
    'sh host/routes.sh up',
    'To take it away again:',
    'ebpf/sluice-load down',
    'sh host/routes.sh down',
    'nft delete table inet sluice',
  ]);
});

test('where no plane can carry dispatch out, those that are made for it say why, and no other', () => {
  const text = `zone uplink = eth0 ${dispatch('tcp/80 to ::1:2/::ffff:ffff -> socket web', 'xdp on eth0 sk_lookup')}`;
  const messages = compiled(text).diagnostics.map(({ message }) => message);
  expect(messages.length).toBeGreaterThan(0);
  expect(messages.filter((message) => message.startsWith('XDP carries out'))).toEqual([]);
});
