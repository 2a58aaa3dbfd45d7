/** What leads from one build's queues to the next one's: what is alike is not named. */
import { describe, expect, test } from 'vitest';
import { tc } from '../../../backends/tc/index.ts';
import { nftables } from '../../../backends/nftables/index.ts';
import { buildHash } from '../../../cli/output/build-hash.ts';
import { compile } from '../../../compiler/compile.ts';
import type { DeltaOutcome, FormerBuild } from '../../../compiler/plane.ts';
import { formerOf, queuesOf, queuesSince } from '../../builders/queues.ts';
import { inputsWith } from '../../builders/ruleset.ts';

/** A build of these classes, and the way to it from another. */
function built(
  shape: string,
  former?: FormerBuild,
): { readonly former: FormerBuild; readonly outcome: DeltaOutcome; readonly load: readonly string[] } {
  const text = `zone uplink = up0
    target router { nftables tc on up0 }
    shape uplink egress ${shape}`;
  const { targets, diagnostics } = compile({ path: 'test.sluice', text }, inputsWith({}), {
    planes: [nftables, tc],
    nameBuild: buildHash,
    ...(former && { former: (_, plane) => (plane === 'tc' ? former : undefined) }),
  });
  const plane = targets[0]?.planes.find((one) => one.plane === 'tc');
  if (!plane) throw new Error(diagnostics.map(({ message }) => message).join());
  const files = new Map(plane.artifacts.map(({ path, content }) => [path, Buffer.concat(content)]));
  const outcome = plane.since?.outcome ?? ({ kind: 'same' } as const);
  return { former: { build: plane.build, files }, outcome, load: plane.load };
}

/** What leads from one policy's queues to another's. */
function sinceOf(before: string, after: string): DeltaOutcome {
  const was = queuesOf({ policy: before, files: {} })!;
  return queuesSince({ policy: after, files: {} }, formerOf(was)) ?? { kind: 'same' };
}

function between(before: string, after: string): DeltaOutcome {
  return built(after, built(before).former).outcome;
}

/** The commands of a delta. */
function commandsOf(outcome: DeltaOutcome, path = 'tc/change.batch'): string[] {
  if (outcome.kind !== 'delta') throw new Error(`no delta: ${JSON.stringify(outcome)}`);
  const text = Buffer.concat(outcome.artifacts.find((one) => one.path === path)!.content).toString();
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

const members = (rows: string) => `rate 1gbit {
  each m in members { class m.id for from m.room ceiling m.most }
  default unshaped
}
table members(id: u32 key, room: prefix4 key, most: rate) = { ${rows} }`;

test("a member's new rate is one change", () => {
  const outcome = between(
    members('(7, 10.0.7.0/24, 5mbit), (9, 10.0.9.0/24, 6mbit)'),
    members('(7, 10.0.7.0/24, 5mbit), (9, 10.0.9.0/24, 8mbit)'),
  );
  expect(commandsOf(outcome)).toEqual([
    expect.stringMatching(/^class change dev up0 parent 1:1 classid 1:[0-9a-f]+ htb rate 953bit ceil 8mbit /),
  ]);
  expect(outcome).toMatchObject({ load: ['tc -batch tc/change.batch'], remarks: [] });
});

test('members come and go by themselves, wherever their rows stand', () => {
  const outcome = between(
    members('(7, 10.0.7.0/24, 5mbit), (9, 10.0.9.0/24, 6mbit)'),
    members('(5, 10.0.5.0/24, 5mbit), (9, 10.0.9.0/24, 6mbit)'),
  );
  const [gone, come, ...more] = commandsOf(outcome);
  expect(more).toEqual([]);
  expect(gone).toMatch(/^class del dev up0 parent 1:1 classid 1:[0-9a-f]+$/);
  expect(come).toMatch(/^class add dev up0 parent 1:1 classid 1:[0-9a-f]+ htb rate /);
  expect(outcome).toMatchObject({ remarks: ['packets that wait in a class that is gone are lost'] });
});

test('the same rates under another name of the row are no change at all', () => {
  const before = members('(7, 10.0.7.0/24, 5mbit)');
  const outcome = between(before, before.replaceAll('each m ', 'each u ').replaceAll('m.', 'u.'));
  expect(outcome).toMatchObject({ kind: 'delta', load: [] });
});

test('a filter goes before the class that it leads to, and changes behind the one that it leads to then', () => {
  const policy = (rows: string) => `zone uplink = up0
    target router { tc on up0 }
    table members(id: u32 key, room: prefix4 key) = { ${rows} }
    shape uplink egress rate 1gbit { each m in members { class m.id for from m.room } default unshaped }`;
  const before = policy('(7, 10.0.7.0/24), (9, 10.0.9.0/24)');
  const verbs = (after: string) =>
    commandsOf(sinceOf(before, policy(after))).map((line) => line.replace(/ dev .*? handle /, ' '));
  expect(verbs('(7, 10.0.7.0/24)')).toEqual(['filter del 800::2 u32', expect.stringMatching(/^class del /)]);
  expect(verbs('(7, 10.0.9.0/24), (9, 10.0.7.0/24)')).toEqual([
    expect.stringMatching(/^filter replace 800::1 u32 ht 800:: match ip src 10.0.7.0\/24 classid 1:[0-9a-f]+$/),
    expect.stringMatching(/^filter replace 800::2 u32 ht 800:: match ip src 10.0.9.0\/24 classid 1:[0-9a-f]+$/),
  ]);
  // What a filter of u32 asks the kernel never changes.
  expect(verbs('(7, 10.0.7.0/24), (9, 10.0.8.0/24)')).toEqual([
    'filter del 800::2 u32',
    expect.stringMatching(/^filter add 800::2 u32 ht 800:: match ip src 10.0.8.0\/24 classid 1:[0-9a-f]+$/),
  ]);
});

test('a table that nothing leads to goes a moment after what has led there; filters of another kind go together', () => {
  const policy = (classes: string) => `zone uplink = up0
    target router { tc on up0 }
    shape uplink egress rate 1gbit { ${classes} class rest default class rest }`;
  const rooms = (count: number) => Array.from({ length: count }, (_, at) => `10.0.${2 * at + 1}.0/24`).join(', ');
  const shorter = sinceOf(policy(`class few for from { ${rooms(7)} }`), policy('class few for from 10.0.3.0/24'));
  expect(commandsOf(shorter).filter((line) => line.includes('800::1 '))).toEqual([
    'filter del dev up0 parent 1: pref 1 protocol ip handle 800::1 u32',
    expect.stringMatching(/ handle 800::1 u32 ht 800:: match ip src 10.0.3.0\/24 classid /),
  ]);
  expect(shorter).toMatchObject({ load: ['tc -batch tc/change.batch', 'sleep 1', 'tc -batch tc/tidy.batch'] });
  expect(commandsOf(shorter, 'tc/tidy.batch')).toEqual([
    expect.stringMatching(/^filter del dev up0 parent 1: pref 1 protocol ip handle [0-9a-f]+: u32$/),
  ]);

  const few = `class few for from { ${rooms(7)} }`;
  const behind = commandsOf(sinceOf(policy(few), policy(`class voice for ipv4 dscp is ef ${few}`)));
  expect(
    behind.filter((line) => line.includes(' handle ')).map((line) => line.replace(/.* handle (\S+) .*/, '$1')),
  ).toEqual(['800::2', '800::1', '800::1', '800::2', '800::3']);

  const many = Array.from({ length: 169 }, (_, at) => `${2 * (at % 13)}.${2 * Math.floor(at / 13)}.0.0/16`).join(', ');
  const byFlower = policy(`class few for from { ${many} } to { ${many} }`);
  const [gone, come] = commandsOf(sinceOf(byFlower, policy('class few for from 10.0.3.0/24')));
  expect(gone).toBe('filter del dev up0 parent 1:');
  expect(come).toBe('filter add dev up0 parent 1: pref 1 protocol ip handle 1: u32 divisor 1');
});

test('a class that gets classes is taken out before it is put in again, and a queue is changed in place', () => {
  const plain = 'rate 1gbit { class web leaf fq_codel for tcp class rest leaf fq_codel default class rest }';
  const nested = `rate 1gbit {
    class web for tcp { class secure for tcp/443 }
    class rest latency 10ms leaf fq_codel
    default class rest
  }`;
  const verbs = (outcome: DeltaOutcome) =>
    commandsOf(outcome).map((line) => line.replaceAll(/ (dev|parent|handle|classid) \S+/g, '').replace(/ rate .*/, ''));
  expect(verbs(between(plain, nested))).toEqual([
    'class del',
    'qdisc change fq_codel target 10ms interval 200ms',
    'class add htb',
    'class add htb',
    'class add htb',
  ]);
  expect(verbs(between(nested, plain))).toEqual([
    'class del',
    'class del',
    'class del',
    'qdisc change fq_codel',
    'class add htb',
    'qdisc add fq_codel',
  ]);
});

test('of what is of another kind, the old queue goes first', () => {
  const leaf = (kind: string) => `rate 1gbit { class rest leaf ${kind} default class rest }`;
  const [gone, come] = commandsOf(between(leaf('sfq'), leaf('fq')));
  expect(gone).toMatch(/^qdisc del dev up0 parent 1:b5bc handle b5bc:$/);
  expect(come).toMatch(/^qdisc add dev up0 parent 1:b5bc handle b5bc: fq$/);
});

test('another default makes the queues anew, and says so', () => {
  const outcome = between('rate 1gbit { class rest default class rest }', 'rate 1gbit { class rest default unshaped }');
  expect(commandsOf(outcome).slice(0, 3)).toEqual([
    'qdisc del dev up0 root',
    'qdisc replace dev up0 root handle 1f: pfifo',
    'qdisc replace dev up0 root handle 1: htb default 0',
  ]);
  expect(outcome).toMatchObject({
    remarks: [
      'packets that wait in a class that is gone are lost',
      'the queues of up0 are made anew, for their kind, default, number or shaper is another',
    ],
  });
});

describe('a shaper that is gone', () => {
  const target = 'zone uplink = up0 zone inside = lan0 target router { nftables tc on up0, lan0 }';
  const out = 'shape uplink egress rate 1gbit { class one for tcp default unshaped }';
  const inward = 'shape inside ingress rate 1gbit { class one for tcp default unshaped }';
  const policed = 'shape inside ingress rate 1gbit policed { class one for tcp ceiling 5mbit default unshaped }';
  const loadOf = (outcome: DeltaOutcome) => (outcome.kind === 'delta' ? outcome.load : outcome.kind);

  test('takes its queues with it, and the way to them first', () => {
    const outcome = sinceOf(`${target} ${out} ${inward}`, `${target} ${out}`);
    expect(commandsOf(outcome)).toEqual(['qdisc del dev ifb-lan0 root']);
    expect(loadOf(outcome)).toEqual([
      'nft delete table netdev sluice_ingress',
      'tc -batch tc/change.batch',
      'ip link del dev ifb-lan0',
    ]);
    const back = sinceOf(`${target} ${out}`, `${target} ${out} ${inward}`);
    expect(commandsOf(back)[1]).toMatch(/^qdisc replace dev ifb-lan0 root handle 4: htb /);
    expect(loadOf(back)).toEqual([
      'ip link show dev ifb-lan0 > /dev/null 2>&1 || ip link add ifb-lan0 type ifb',
      'ip link set dev ifb-lan0 up txqueuelen 1000',
      'tc -batch tc/change.batch',
      'nft -f tc/ingress.nft',
    ]);
  });

  test('leaves other ways to queues as they are', () => {
    const both = `${inward.replace('inside', 'uplink')} ${inward}`;
    const outcome = sinceOf(`${target} ${both}`, `${target} ${inward.replace('inside', 'uplink')}`);
    expect(commandsOf(outcome)).toEqual(['qdisc del dev ifb-lan0 root']);
    expect(loadOf(outcome)).toEqual(['tc -batch tc/change.batch', 'nft -f tc/ingress.nft', 'ip link del dev ifb-lan0']);
  });

  test('takes what polices with it, and nothing that filters of others stand in', () => {
    expect(commandsOf(sinceOf(`${target} ${out} ${policed}`, `${target} ${out}`))).toEqual([
      'filter del dev lan0 ingress pref 200',
      'filter del dev lan0 ingress chain 200',
    ]);
    const across = out.replace('1gbit', '1gbit across 2 queues');
    expect(commandsOf(sinceOf(`${target} ${across}`, `${target} ${inward}`)).slice(0, 2)).toEqual([
      'filter del dev up0 egress pref 200',
      'qdisc del dev up0 root',
    ]);
  });

  test('as the last, leaves nothing, whether the target still names the plane or not', () => {
    for (const later of [target, target.replace('tc on up0, lan0', '')]) {
      const outcome = sinceOf(`${target} ${out} ${inward}`, `${later} filter forward default drop {}`);
      expect(commandsOf(outcome)).toEqual(['qdisc del dev up0 root', 'qdisc del dev ifb-lan0 root']);
      expect(loadOf(outcome)).toEqual([
        'nft delete table netdev sluice_ingress',
        'tc -batch tc/change.batch',
        'ip link del dev ifb-lan0',
      ]);
    }
  });
});

test('without an earlier file of queues there is none', () => {
  const { former } = built('rate 1gbit { class rest default class rest }');
  const odd: FormerBuild = { ...former, files: new Map([['tc/up.batch', Buffer.from('qdisc show\n')]]) };
  expect(built('rate 1gbit { class rest default unshaped }', odd).outcome).toMatchObject({ kind: 'none' });
});

test('an interface that does not use all queues is not loaded', () => {
  expect(built('rate 1gbit across 4 queues { class one for tcp default unshaped }').load).toEqual([
    'ls -d /sys/class/net/up0/queues/tx-3',
    'tc -batch tc/up.batch',
  ]);
  expect(built('rate 1gbit { class one for tcp default unshaped }').load).toEqual(['tc -batch tc/up.batch']);
});

test('changes across queues are those of their classes, and another number of queues is all of it anew', () => {
  const across = (queues: number, ceiling: string) =>
    `rate 1gbit across ${queues} queues { class one for tcp ceiling ${ceiling} default unshaped }`;
  expect(commandsOf(between(across(4, '5mbit'), across(4, '6mbit')))).toEqual([
    expect.stringMatching(/^class change dev up0 parent 2\d:1 classid 2\d:[0-9a-f]+ htb rate \d+bit ceil 6mbit /),
  ]);
  const first = (after: string) => commandsOf(between(across(4, '5mbit'), after)).slice(0, 2);
  const anew = ['filter del dev up0 egress pref 200', 'qdisc del dev up0 root'];
  expect(first(across(8, '5mbit'))).toEqual(anew);
  // The kernel changes no default of a tree.
  expect(first(across(4, '5mbit').replace('unshaped', 'fair'))).toEqual(anew);
  expect(first(across(4, '5mbit').replace('across 4 queues ', ''))).toEqual(anew);
  // The host is asked for the queues first.
  expect(between(across(4, '5mbit'), across(8, '5mbit'))).toMatchObject({
    load: ['ls -d /sys/class/net/up0/queues/tx-7', 'tc -batch tc/change.batch'],
  });
});
