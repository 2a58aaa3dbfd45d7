/** What a policy becomes for XDP. */
import { expect, test } from 'vitest';
import { nftables } from '../../../backends/nftables/index.ts';
import { xdp } from '../../../backends/ebpf/index.ts';
import { FIELDS } from '../../../backends/ebpf/fields.ts';
import { paceOf } from '../../../backends/ebpf/lower/limiters.ts';
import { compile } from '../../../compiler/compile.ts';
import { inputsWith } from '../../builders/ruleset.ts';

function compiled(text: string, files: Readonly<Record<string, string>> = {}) {
  const options = { planes: [nftables, xdp], nameBuild: () => 'test' };
  return compile({ path: 'test.sluice', text }, inputsWith(files), options);
}

function artifactsOf(text: string, files: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  const { targets, diagnostics } = compiled(text, files);
  expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ message }) => message)).toEqual([]);
  const artifacts = targets.flatMap(({ planes }) => planes.find(({ plane }) => plane === 'xdp')?.artifacts ?? []);
  return new Map(artifacts.map(({ path, content }) => [path.replace('ebpf/', ''), Buffer.concat(content).toString()]));
}

const mitigate = (rules: string) => `zone uplink = eth0
  mitigate in uplink { ${rules} }
  target edge { xdp on eth0 }`;

test('a program has the tables of the fields that rules test, and no others', () => {
  const files = artifactsOf(mitigate('drop udp/1900 from 10.0.0.0/8  count as pings icmp4 8'));
  expect([...files.keys()].filter((path) => path.startsWith('maps/')).toSorted()).toEqual([
    'maps/icmp4.bin',
    'maps/icmp4_rules.bin',
    'maps/rules.bin',
    'maps/rules.txt',
    'maps/service.bin',
    'maps/service_rules.bin',
    'maps/source_ipv4.bin',
    'maps/source_rules.bin',
  ]);
  expect([...files.keys()].filter((path) => path.startsWith('program/'))).toEqual([
    'program/headers.h',
    'program/jhash.h',
    'program/packet.h',
    'program/place.h',
    'program/services.h',
    'program/tables.h',
    'program/walk.h',
  ]);
  expect(files.get('policy.h')!.match(/^#define (?:CONDITIONS|SKIPS|RULE_SUMMARIES|USES_\w+) .*$/gm)).toEqual([
    '#define RULE_SUMMARIES 0',
    '#define SKIPS 0',
    '#define CONDITIONS 0',
    '#define USES_MASKED 0',
    '#define USES_SAME_FIELD 0',
    '#define USES_PAYLOAD 0',
    '#define USES_SAMPLE 0',
    '#define USES_LIMIT 0',
    '#define USES_MEMORY 0',
    '#define USES_REMEMBER 0',
    '#define USES_FORGET 0',
  ]);
});

test('maps have names that the kernel keeps whole', () => {
  const maps = FIELDS.flatMap(({ map, search }) => [
    `${map}_rules`,
    ...(search === 'address' ? [`${map}_ipv4`, `${map}_ipv6`] : [map]),
  ]);
  expect(maps.filter((name) => name.length > 15)).toEqual([]);
  expect(new Set([...maps, 'rules', 'conditions', 'limits', 'buckets', 'counters', 'scratch', 'zones']).size).toBe(
    maps.length + 7,
  );
});

test('rules are walked only where the first that a packet meets may leave it undecided', () => {
  const firstDecides = (rules: string) =>
    /^#define FIRST_DECIDES (.*)$/m.exec(artifactsOf(mitigate(rules)).get('policy.h')!)?.[1];
  expect(firstDecides('allow tcp/443 drop tcp count as seen')).toBe('0');
  expect(firstDecides('allow tcp/443 drop tcp and count as seen')).toBe('1');
  expect(firstDecides('allow tcp/443 drop udp up to 5/second')).toBe('0');
});

test('rules are listed by number, with their lines', () => {
  const text = mitigate(`drop udp/1900
    use g(192.0.2.0/24)
    count as a tcp and count as b ipv6`);
  const files = artifactsOf(`group g(machines) { leave from 10.0.0.0/8  drop to machines }\n${text}`);
  expect(files.get('maps/rules.txt')!.trim().split('\n')).toEqual([
    '0 drop test.sluice:3 drop udp/1900',
    '1 skip to 3 test.sluice:1 leave from 10.0.0.0/8',
    '2 drop test.sluice:1 drop to machines',
    '3 on test.sluice:5 count as a tcp and count as b ipv6',
    '4 on test.sluice:5 count as a tcp and count as b ipv6',
  ]);
});

test('the loader is told where the program runs, and what its counters are called', () => {
  const files = artifactsOf(`zone uplink = eth0 vlan 100-199
    zone inside = eth1, eth0 vlan 7
    mitigate { drop in inside udp  count as "two words" tcp  count as a udp }
    target edge { xdp on eth0 generic xdp on eth1 }`);
  expect(files.get('policy.conf')!.split('\n').slice(1)).toEqual([
    'target edge',
    'build test',
    'interface eth0 generic',
    'interface eth1 native',
    'tags',
    'zone eth0 7-7 2',
    'zone eth0 100-199 1',
    'zone eth1 untagged 2',
    'zone eth1 0-4095 2',
    'counter two words',
    'counter a',
    '',
  ]);
  expect(files.has('program/zones.h')).toBe(true);
});

test('where all frames come in by one zone, no rule asks for it', () => {
  const files = artifactsOf(`zone uplink = eth0 zone inside = eth1
    mitigate in uplink { drop in uplink udp  drop in inside tcp  drop not in inside icmp }
    target edge { xdp on eth0 }`);
  expect(files.get('maps/rules.txt')!.match(/drop (in|not).*/g)).toEqual([
    'drop in uplink udp',
    'drop not in inside icmp',
  ]);
  expect(files.has('maps/zone_rules.bin')).toBe(false);
});

test('an empty block is a program that lets everything pass', () => {
  const files = artifactsOf(`zone uplink = eth0 zone inside = eth1 mitigate in uplink { drop in inside }
    target edge { xdp on eth0 }`);
  expect([...files.keys()].filter((path) => path.startsWith('maps/'))).toEqual(['maps/rules.txt']);
  expect(files.get('xdp.bpf.c')).toContain('return XDP_PASS;');
});

test('the plane that takes a block is the first that can, and manifest and findings say why', () => {
  const text = `zone uplink = eth0 mitigate in uplink { notrack udp } filter input default drop { allow tcp }`;
  const { targets, diagnostics } = compiled(`${text} target edge { xdp on eth0 nftables }`);
  expect(diagnostics.map(({ code }) => code)).toEqual(['SL0553']);
  expect(targets[0]!.placements.map(({ stage, plane, reason }) => `${stage.id}: ${plane}, ${reason}`)).toEqual([
    'mitigate: nftables, the first plane of the target that can; xdp cannot: XDP cannot carry out `notrack`',
    'filter input: nftables, the first plane of the target that can',
  ]);
});

test('where the target names XDP and nothing is for it, what an earlier build loaded can be taken away', () => {
  const idleOf = (text: string) => compiled(text).targets.map(({ idle }) => idle);
  const target = 'target edge { xdp on eth0 nftables }';
  const takeAway = ["find /sys/fs/bpf/sluice/edge -type f ! -name 'dispatch_*' -delete"];
  expect(idleOf(`filter input default drop { allow tcp } ${target}`)).toEqual([[{ plane: 'xdp', takeAway }]]);
  expect(idleOf(`zone uplink = eth0 mitigate in uplink { notrack udp } ${target}`)).toEqual([
    [{ plane: 'xdp', takeAway }],
  ]);
  expect(idleOf(`zone uplink = eth0 mitigate in uplink { drop udp } ${target}`)).toEqual([[]]);
});

test('rows that cannot be numbered are refused', () => {
  const bits = 17;
  const lists = Array.from({ length: bits }, (_, bit) => `let l${bit} from "l${bit}.txt"`);
  const files = Array.from({ length: bits }, (_, bit) => {
    const prefixes = Array.from({ length: 2 ** bit }, (_ignored, at) => {
      const address = (at * 2 + 1) * 2 ** (31 - bit);
      return `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.')}/${bit + 1}`;
    });
    return [`l${bit}.txt`, `${prefixes.join('\n')}\n`] as const;
  });
  const rules = lists.map((_, bit) => `count as c${bit} from l${bit}`);
  const { diagnostics } = compiled(`${lists.join('\n')}\n${mitigate(rules.join('\n'))}`, Object.fromEntries(files));
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'SL1203 the table of the source address would be too large for 17 rules',
  ]);
});

test('rows are rules of their own where what stands in their cells makes them differ', () => {
  const files = artifactsOf(
    `table hosts(address: ip key, limit: rate = none) from "hosts.csv"
     ${mitigate('each h in hosts { drop to h.address tcp over h.limit  count as h.address to h.address }')}`,
    { 'hosts.csv': 'address,limit\n10.0.0.1,5/second\n2001:db8::1,\n10.0.0.2,7/minute\n' },
  );
  const text = files.get('maps/rules.txt')!;
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => line.replace(/ test.sluice.*/, '')),
  ).toEqual(['0 drop', '1 drop', '2 on', '3 on', '4 on']);
  expect(files.get('policy.conf')!.match(/^counter .*$/gm)).toEqual([
    'counter hosts.address=10.0.0.1',
    'counter hosts.address=10.0.0.2',
    'counter hosts.address=2001:db8::1',
  ]);
});

const MANY_ROWS = Array.from({ length: 16_385 }, (_, row) => `10.${row >> 14}.${(row >> 7) & 127}.${row & 127}`);

test('more rows than rules that XDP has are refused', () => {
  const { diagnostics } = compiled(
    `table hosts(address: ipv4 key) from "hosts.csv" ${mitigate('each h in hosts { count as h.address to h.address }')}`,
    { 'hosts.csv': `address\n${MANY_ROWS.join('\n')}\n` },
  );
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'XDP has a rule for each row, unless one key finds it and all else is the same for each, and `mitigate` has rows that make ' +
      'more than 16384 rules',
  ]);
});

test('rules that are the same for each row of a key are there once, in their order, however many rows there are', () => {
  const files = artifactsOf(
    `table hosts(address: ipv4 key, net: prefix6 key, port: port) from "hosts.csv"
     ${mitigate('each h in hosts { allow to h.address udp/53  count as seen to h.address  drop from h.net tcp }')}`,
    {
      'hosts.csv': `address,net,port\n${MANY_ROWS.map((row, n) => `${row},2001:db8:${n.toString(16)}::/48,${n}`).join('\n')}\n`,
    },
  );
  const lines = files.get('maps/rules.txt')!.trim().split('\n');
  expect(lines.map((line) => line.replace(/ test.sluice:\d+/, ''))).toEqual([
    '0 pass allow to h.address udp/53',
    '1 on count as seen to h.address',
    '2 drop drop from h.net tcp',
  ]);
});

test('a limit has buckets for each family, with room for as many keys as it says, under names that tell them apart', () => {
  const files = artifactsOf(
    mitigate(`drop udp over 5000/second per source/24/56, destination port burst 500 keys 1000
      drop tcp/80 over 5/second per source  drop tcp/80 over 5/second per source burst 9
      drop icmp over 5/second bucket pings  drop icmp over 5/second bucket pings
      drop tcp flags syn to 2001:db8::/32 over 5/second`),
  );
  expect(files.get('policy.conf')!.match(/^(?:buckets|# test).*$/gm)).toEqual([
    '# test.sluice:2 drop udp over 5000/second per source/24/56, destination port burst 500 keys 1000',
    'buckets drop_udp_4 1000',
    'buckets drop_udp_6 1000',
    '# test.sluice:3 drop tcp/80 over 5/second per source',
    'buckets tcp_80_e86f24_4 65536',
    'buckets tcp_80_e86f24_6 65536',
    '# test.sluice:3 drop tcp/80 over 5/second per source burst 9',
    'buckets tcp_80_223111_4 65536',
    'buckets tcp_80_223111_6 65536',
    '# test.sluice:4 drop icmp over 5/second bucket pings',
    'buckets pings 1',
    '# test.sluice:5 drop tcp flags syn to 2001:db8::/32 over 5/second',
    'buckets 2001_db8_32 1',
  ]);
  expect(files.get('policy.h')).toContain('#define BUCKET_TABLES 8\n#define KEY_WORDS 3\n');
});

test('limits whose buckets take too much memory are refused, with the one that has most', () => {
  const text = mitigate(`drop tcp over 5/second per source keys 1000
    drop udp over 5/second per source keys 16777216  drop icmp over 5/second per source keys 16000000`);
  expect(compiled(text).diagnostics.map(({ code, message, span }) => [code, message, span?.start])).toEqual([
    ['SL1204', 'the buckets of all limits would take 5.4 GiB, and may take 4.0', text.indexOf('drop udp')],
  ]);
});

test.each([1, 20, 100])('the text of a program with %i limits is as long as with one', (many) => {
  const rules = (count: number): string =>
    Array.from({ length: count }, (_, n) => `drop udp/${n} over 5/second per source burst ${n + 1}`).join('\n');
  const lines = (count: number): number =>
    artifactsOf(mitigate(rules(count)))
      .get('xdp.bpf.c')!
      .split('\n').length;
  expect(lines(many)).toBe(lines(1));
});

test('a program has the parts that it needs', () => {
  const files = artifactsOf(mitigate('drop udp over 5/second per in and count as "a */ b"'));
  expect([...files.keys()].filter((path) => path.startsWith('program/'))).toEqual([
    'program/buckets.h',
    'program/conditions.h',
    'program/headers.h',
    'program/jhash.h',
    'program/limits.h',
    'program/pace.h',
    'program/packet.h',
    'program/place.h',
    'program/services.h',
    'program/tables.h',
    'program/walk.h',
  ]);
});

test.each([
  [{ of: 'events', amount: 5000, perSeconds: 1 }, 500, { period: 200_000n, burst: 500n, clock: 1n, perByte: 0 }],
  [{ of: 'events', amount: 7, perSeconds: 1 }, 5, { period: 1_000_000_000n, burst: 5n, clock: 7n, perByte: 0 }],
  [{ of: 'bits', amount: 5e6, perSeconds: 1 }, 65_536, { period: 200n, burst: 524_288n, clock: 1n, perByte: 8 }],
  [{ of: 'events', amount: 999_983, perSeconds: 1 }, 5, undefined],
  [{ of: 'bytes', amount: 1, perSeconds: 86_400 }, 2 ** 32, undefined],
] as const)('a rate is a whole number of ticks, or refused: %o', (rate, burst, pace) => {
  expect(paceOf(rate, burst)).toEqual(pace);
});

test('rules with large sets stay a list, too', () => {
  const rules = Array.from({ length: 60 }, (_, n) => {
    const nets = [0, 3, 7].map((at) => `10.${n}.${4 * at}.0/${24 - (n % 3)}`).join(', ');
    return `drop from ${nets} to 192.0.${n}.0/24, 198.51.${n}.7 port ${n * 10}-${n * 11 + 20}, ${n + 5000}`;
  });
  const lines = artifactsOf(mitigate(rules.join('\n')))
    .get('maps/rules.txt')!
    .trim()
    .split('\n');
  expect(lines).toHaveLength(60);
});

test('a memory has a table for each family that it holds, and the loader is told of both', () => {
  const files = artifactsOf(
    `memory banned(address: ip) timeout 1h keys 100  memory "for ever"(address: ipv4)
     ${mitigate('drop from 203.0.113.0/24 + banned  remember source in "for ever" tcp/23  drop to "for ever"')}`,
  );
  expect(files.get('policy.conf')!.match(/^(?:buckets|memory) .*$/gm)).toEqual([
    'buckets banned_4 100',
    'buckets banned_6 100',
    'buckets for_ever_4 65536',
    'memory 0 1 3600000000000 banned',
    'memory 2 -1 0 for ever',
  ]);
  expect(files.has('program/memories.h') && files.has('program/buckets.h') && !files.has('program/limits.h')).toBe(
    true,
  );
});
