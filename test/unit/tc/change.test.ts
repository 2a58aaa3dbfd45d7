/** What leads from one build's queues to the next one's: what is alike is not named. */
import { expect, test } from 'vitest';
import { tc } from '../../../backends/tc/index.ts';
import { nftables } from '../../../backends/nftables/index.ts';
import { buildHash } from '../../../cli/output/build-hash.ts';
import { compile } from '../../../compiler/compile.ts';
import type { DeltaOutcome, FormerBuild } from '../../../compiler/plane.ts';
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

function between(before: string, after: string): DeltaOutcome {
  return built(after, built(before).former).outcome;
}

/** The commands of a delta. */
function commandsOf(outcome: DeltaOutcome): string[] {
  if (outcome.kind !== 'delta') throw new Error(`no delta: ${JSON.stringify(outcome)}`);
  const text = Buffer.concat(outcome.artifacts[0]!.content).toString();
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

test('another default makes the queues anew', () => {
  const outcome = between('rate 1gbit { class rest default class rest }', 'rate 1gbit { class rest default unshaped }');
  expect(outcome).toEqual({ kind: 'none', why: expect.stringContaining('another default') });
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
  expect(between(across(4, '5mbit'), across(8, '5mbit'))).toMatchObject({ kind: 'none' });
  // The kernel changes no default of a tree.
  const fair = across(4, '5mbit').replace('unshaped', 'fair');
  expect(between(across(4, '5mbit'), fair)).toMatchObject({ kind: 'none' });
  expect(between(across(4, '5mbit'), across(4, '5mbit').replace('across 4 queues ', ''))).toMatchObject({
    kind: 'none',
  });
});
