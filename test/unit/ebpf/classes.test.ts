/** Which choices of classes the plane `xdp` takes, and what they become. */
import { expect, test } from 'vitest';
import { PLANES } from '../../../cli/planes.ts';
import { compile, lowerPolicy } from '../../../compiler/compile.ts';
import { explainStages } from '../../../compiler/explain/stages.ts';
import type { FormerBuild } from '../../../compiler/plane.ts';
import { inputsWith } from '../../builders/ruleset.ts';

const HEAD = `zone uplink = up0 zone inside = lan0
  table members(id: u32 key, room: prefix4 key, room6: prefix6 key = none, most: rate) from "members.csv"`;
const ROWS = `id,room,room6,most
7,10.0.7.0/24,2001:db8:7::/64,5mbit
9,10.0.9.0/25,2001:db8:9::/64,6mbit
11,10.0.10.0/24,,7mbit
`;
const TARGET = 'target edge { xdp on up0 tc on up0 }';
const MEMBERS = 'each m in members { class m.id for host m.room, m.room6 ceiling m.most }';

const shape = (classes: string): string => `shape uplink egress rate 1gbit { ${classes} default fair }`;

function compiled(
  blocks: string,
  target = TARGET,
  { build = 'test', rows = ROWS, former }: { build?: string; rows?: string; former?: FormerBuild } = {},
) {
  const text = `${HEAD}\n${blocks}\n${target}`;
  const options = { planes: PLANES, nameBuild: () => build, former: () => former };
  return compile({ path: 'test.sluice', text }, inputsWith({ 'members.csv': rows }), options);
}

function filesOf(...policy: Parameters<typeof compiled>): ReadonlyMap<string, Buffer> {
  const { targets, diagnostics } = compiled(...policy);
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  const artifacts = targets.flatMap(({ planes }) => planes.flatMap((output) => output.artifacts));
  return new Map(artifacts.map(({ path, content }) => [path, Buffer.concat(content)]));
}

function placed(...policy: Parameters<typeof compiled>): string {
  const { targets } = compiled(...policy);
  return targets[0]!.placements.find(({ stage }) => stage.id === 'shape')!.plane;
}

function refusal(blocks: string, target = TARGET): string | undefined {
  return compiled(blocks, target).diagnostics.find(({ code }) => code === 'SL1201')?.message;
}

const wordsOf = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32LE(at * 4));

test('the first plane of the target that can has the choice, and what it cannot is left to the next without a word', () => {
  const all = 'xdp on up0 nftables tc on up0';
  expect(placed(shape(MEMBERS))).toBe('xdp');
  expect(placed(shape(MEMBERS), `target edge { ${all} }`)).toBe('xdp');
  expect(placed(shape(MEMBERS), 'target edge { nftables xdp on up0 tc on up0 }')).toBe('nftables');
  expect(placed(shape(MEMBERS), 'target edge { tc on up0 xdp on up0 }')).toBe('tc');
  const web = shape('class web for tcp/80');
  expect(placed(web, `target edge { ${all} }`)).toBe('nftables');
  expect(compiled(web, `target edge { ${all} }`).diagnostics).toEqual([]);
  // tc has no word for a mark, and needs none where the program has.
  expect(placed(shape('class marked for mark is 5'))).toBe('xdp');
  expect(placed(shape(MEMBERS), 'target edge { xdp on lan0 tc on up0 }')).toBe('tc');
});

test('packets are translated before they leave: where they go is their real host then, and where they are from may not be', () => {
  const target = 'target edge { xdp on up0, lan0 nftables tc on up0, lan0 }';
  const nat = 'nat { snat from 10.0.0.0/8 out uplink -> 192.0.2.1 }';
  expect(placed(`${nat} ${shape('class a for to 10.0.0.0/8')}`, target)).toBe('xdp');
  expect(placed(`${nat} ${shape('class a for on wire from 192.0.2.0/24')}`, target)).toBe('xdp');
  expect(placed(`${nat} ${shape('class a for from 10.0.0.0/8')}`, target)).toBe('nftables');
  expect(placed(`${nat} ${shape('class a for host 10.0.0.0/8')}`, target)).toBe('nftables');
  expect(placed(`${nat} ${shape('class a for original to 10.0.0.0/8')}`, target)).toBe('nftables');
});

test.each([
  ['class a for tcp/80', 'a program sees fragments as they leave, which have no ports'],
  ['class a for ipv4 icmp echo-request', 'a program sees fragments as they leave, which have no ICMP type'],
  ['class a for tcp', 'a program sees fragments as they leave, which in IPv6 may not tell their protocol'],
  ['class a for ipv4 tcp', undefined],
  ['class a for ttl 64', undefined],
  ['class a for not mark is 5', undefined],
  ['class a for mark is 0xffffffff', undefined],
  ['class a for mark is 0x10/0xf0 class b for mark is 0x1/0x7', undefined],
  [
    'class a for mark is 5 class b for mark is 0x10/0xf0',
    'a program where packets leave asks for 12 bits of marks, and `shape` for more',
  ],
  ['class a for length 1-100', 'a program sees fragments as they leave, which are shorter than the packet'],
  ['class a for in inside', 'a program where packets leave does not know where they came in'],
])('%s', (classes, why) => {
  expect(refusal(shape(classes))).toBe(why);
});

test('of marks under masks, the program looks at the bits that are asked for, and has a value for each', () => {
  const files = filesOf(
    shape('class a for mark is 0x10/0xf0 class b for not mark is 0x1/0x1 class c for mark is 0x3/0x3'),
  );
  expect(files.get('ebpf/classes.h')!.toString()).toContain('#define MARK_BITS 0xf3U\n');
  const table = files.get('ebpf/maps/classes/mark.bin')!;
  const [first, second, third] = [0x10, 0x20, 0x11].map((mark) => rowOf(table, mark));
  expect(new Set([first, second, third]).size).toBe(3);
  expect(rowOf(table, 0x12)).toBe(first);
  expect(rowOf(table, 0x30)).toBe(second);
  const exact = filesOf(shape('class a for mark is 5'));
  expect(exact.get('ebpf/classes.h')!.toString()).toContain('#define MARK_BITS 0xffffffffU\n');
});

/** The row of a value in a table of ranges: their first values, then their rows. */
function rowOf(table: Buffer, value: number): number {
  const most = Math.floor(table.length / 6);
  const count = 2 ** Math.floor(Math.log2(most));
  let at = 0;
  while (at + 1 < count && table.readUInt32LE((at + 1) * 4) <= value) at++;
  return table.readUInt16LE(count * 4 + at * 2);
}

test('more rows than are numbered are left to another plane', () => {
  const rows = ['id,room,room6,most'];
  for (let at = 0; at < 30_001; at++) {
    rows.push(`${at},10.${at >> 8}.${at & 255}.0/24,2001:db8:${at.toString(16)}::/48,5mbit`);
  }
  const { targets } = compiled(shape(MEMBERS), 'target edge { xdp on up0 nftables tc on up0 }', {
    rows: `${rows.join('\n')}\n`,
  });
  expect(targets[0]!.placements[0]!.plane).toBe('nftables');
});

test('all rows are one rule for each end and family, and each row has its class beside its bits', () => {
  const files = filesOf(shape(`class voice for dscp is ef ${MEMBERS}`));
  const rules = files.get('ebpf/maps/classes/rules.txt')!.toString().trim().split('\n');
  expect(
    rules.map((line) => line.replace(/\d+:[0-9a-f]+ test.sluice:\d+/, 'N').replace(/ test.sluice:\d+/, '')),
  ).toEqual([
    '0 class N class voice for dscp is ef',
    '1 class N class voice for dscp is ef',
    ...[2, 3, 4, 5].map((at) => `${at} class of a row of members class m.id for host m.room, m.room6 ceiling m.most`),
    '6 class N shape uplink egress rate 1gbit',
  ]);
  const listed = files.get('tc/classes.tsv')!.toString().trim().split('\n').slice(1);
  const numbers = listed
    .map((line) => line.split('\t'))
    .filter(([, , name]) => ['7', '9', '11'].includes(name!))
    .map(([, id]) => id!.split(':').map((part) => Number.parseInt(part, 16)))
    .map(([upper, lower]) => upper! * 65_536 + lower!);
  for (const end of ['source', 'dest']) {
    const given = wordsOf(files.get(`ebpf/maps/classes/${end}_classes.bin`)!).filter((number) => number > 0);
    // Of the room of IPv6 as of that of IPv4; the last has none.
    expect(given.toSorted((a, b) => a - b)).toEqual([...numbers, ...numbers.slice(0, 2)].toSorted((a, b) => a - b));
  }
});

test('without frames to judge as they come in, there is no program for these', () => {
  const files = [...filesOf(shape(MEMBERS)).keys()];
  expect(files.filter((path) => /\.bpf\.c$|\.conf$/.test(path))).toEqual(['ebpf/classes.bpf.c', 'ebpf/classes.conf']);
  const both = [...filesOf(`mitigate in uplink { drop udp } ${shape(MEMBERS)}`).keys()];
  expect(both.filter((path) => path.endsWith('.bpf.c'))).toEqual(['ebpf/xdp.bpf.c', 'ebpf/classes.bpf.c']);
  expect(new Set(both).size).toBe(both.length);
});

test('two shapers are told apart by where packets leave', () => {
  const files = filesOf(
    `${shape('class a')} shape inside egress rate 1gbit { class b default fair }`,
    'target edge { xdp on up0, lan0 tc on up0, lan0 }',
  );
  expect(
    files
      .get('ebpf/classes.conf')!
      .toString()
      .match(/^(?:interface|zone) .*$/gm),
  ).toEqual(['interface up0 egress', 'interface lan0 egress', 'zone up0 untagged 1', 'zone lan0 untagged 2']);
  expect(files.get('ebpf/classes.bpf.c')!.toString()).toContain('packet.zone = zone_of(context);');
});

test('what changed since a build is one table of one program, or all is loaded anew', () => {
  const room = (at: number): string => `${at},10.${at >> 8}.${at & 255}.0/24,,5mbit\n`;
  const rows = Array.from({ length: 300 }, (_, at) => room(at)).join('');
  const list = `id,room,room6,most\n${rows}`;
  const policy = (before: string): string => `${before} ${shape('each m in members { class m.id for to m.room }')}`;
  const formerOf = (...from: Parameters<typeof compiled>): FormerBuild => ({
    build: 'earlier',
    files: filesOf(...from),
  });
  const outcome = (before: string, later: string, laterRows = list) => {
    const former = formerOf(policy(before), TARGET, { rows: list, build: 'earlier' });
    const { targets } = compiled(policy(later), TARGET, { build: 'later', rows: laterRows, former });
    const { since } = targets[0]!.planes.find(({ plane }) => plane === 'xdp')!;
    return since!.outcome;
  };
  const paths = (made: ReturnType<typeof outcome>) =>
    made.kind === 'delta' ? made.artifacts.map(({ path }) => path) : made.kind;
  expect(paths(outcome('', ''))).toEqual(['ebpf/classes-changes.conf']);
  expect(paths(outcome('mitigate in uplink { drop udp }', 'mitigate in uplink { drop udp }'))).toEqual([
    'ebpf/changes.conf',
    'ebpf/classes-changes.conf',
  ]);
  // Two members have each other's room.
  const exchanged = list.replace('3,10.0.3.0', '4,10.0.3.0').replace('4,10.0.4.0', '3,10.0.4.0');
  const made = outcome('', '', exchanged);
  expect(paths(made)).toEqual(['ebpf/classes-changes.conf']);
  expect(made.kind === 'delta' && made.figures['blocks']).toBe(1);
  expect(paths(outcome('mitigate in uplink { drop udp }', ''))).toBe('none');
  expect(paths(outcome('', 'mitigate in uplink { drop udp }'))).toBe('none');
});

test('`explain` says by what the class is found', () => {
  const text = `${HEAD}\n${shape(MEMBERS)}\n${TARGET}`;
  const { targets } = lowerPolicy({ path: 'test.sluice', text }, inputsWith({ 'members.csv': ROWS }), {
    planes: PLANES,
  });
  const { planes } = targets[0]!;
  const searches = new Map(planes.flatMap(({ lowered }) => [...(lowered.searches ?? [])]));
  const stages = planes.flatMap((part) => explainStages({ ...part, searches }));
  const queues = stages.find(({ name }) => name.startsWith('shape uplink'))!;
  expect(queues.steps.map(({ title, lookup }) => [title, lookup])).toEqual([
    [
      'its class: by a program (eBPF) before the queues and outside of their lock, which writes its priority',
      'a table for each field that is asked, 2',
    ],
    ['what no class takes: a queue of its own, its flows in turn (fq_codel)', undefined],
    ['avoided: filters of tc, within the lock of the queues', undefined],
    ['avoided: an `fw` filter, which walks a bucket', '1 class a packet'],
    ['avoided: a list of u32 filters', '3 classes a packet'],
    ['one lock, for all that leaves by this interface', undefined],
  ]);
});
