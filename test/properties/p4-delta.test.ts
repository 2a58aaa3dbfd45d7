/**
 * Changes of a NIC's tables: whatever of a batch has been carried out, in whatever order, the NIC drops nothing that neither build
 * drops, and behind the last batch it has the tables of the later build.
 */
import fastCheck, { type Arbitrary } from 'fast-check';
import { expect, it } from 'vitest';
import { batchesBetween, type Update } from '../../backends/p4/delta/batches.ts';
import { entriesIn, type Entries } from '../../backends/p4/delta/entries.ts';
import { randomFrom, type Random } from '../builders/classbench/packets.ts';
import { nicBuild, placedEntries, textsOf, type Placed } from '../builders/nic-deltas.ts';
import { portsOfNic, switchWith, udpFrame } from '../builders/nic-files.ts';
import type { Entry } from '../oracles/p4/entries.ts';
import { P4Switch } from '../oracles/p4/switch.ts';
import { readProgram, type P4Program } from '../oracles/p4/syntax.ts';
import { count, seed } from '../sampling.ts';

const PAIRS = count(20, 400);
const FRAMES = 25;

const sources = fastCheck
  .uniqueArray(
    fastCheck.tuple(fastCheck.integer({ min: 28, max: 32 }), fastCheck.nat(63)).map(([length, host]) => {
      const size = 2 ** (32 - length);
      return `10.0.0.${host - (host % size)}/${length}`;
    }),
    { minLength: 2, maxLength: 7 },
  )
  .map((prefixes) => prefixes.join(', '));

const ports = fastCheck.constantFrom('udp/53', 'udp/54', 'udp/55', 'udp/53-54');

const lists = fastCheck
  .array(
    fastCheck
      .tuple(fastCheck.constantFrom('drop', 'allow'), fastCheck.constantFrom('blocked', 'friends'), ports)
      .map(([verdict, from, port]) => `  ${verdict} from ${from} ${port}\n`),
    { minLength: 3, maxLength: 6 },
  )
  .map((list) => list.join(''));

const policies = fastCheck.tuple(sources, sources, lists).map(
  ([blocked, friends, list]) => `zone uplink = eth0
let blocked = ${blocked}
let friends = ${friends}
mitigate in uplink {
${list}}
filter forward default drop {}
target edge { p4 pna on eth0  nftables }
`,
);

const filterPolicies = fastCheck.tuple(sources, sources, lists, lists, lists).map(
  ([blocked, friends, ...[first, input, forward]]) => `zone uplink = eth0
let blocked = ${blocked}
let friends = ${friends}
mitigate in uplink {
${first}}
filter input stateless default drop {
${input}}
filter forward stateless default drop {
${forward}}
target edge { default route  p4 pna on eth0  nftables }
`,
);

/** What two policies may have in common. */
const PARTS = [
  /^let blocked.*$/m,
  /^let friends.*$/m,
  /^mitigate[^}]*\}/m,
  /^filter input[^}]*\}/m,
  /^filter forward[^}]*\}/m,
];

/** One policy, and another that is partly the same; `common`: a bit for each part. */
function pairsOf(policy: Arbitrary<string>, ...common: readonly number[]): Arbitrary<readonly [string, string]> {
  return fastCheck.tuple(policy, policy, fastCheck.constantFrom(...common)).map(([one, other, shared]) => {
    const after = PARTS.filter((_, at) => shared & (1 << at)).reduce(
      (text, part) => text.replace(part, () => part.exec(one)![0]),
      other,
    );
    return [one, after] as const;
  });
}

const pairs = pairsOf(policies, 1, 2, 3, 3, 3, 4, 5, 6);
const filterPairs = pairsOf(filterPolicies, 0b10111, 0b01111, 0b11011, 0b11110, 0b11101, 0b00111);

it.each([
  ['', pairs, PAIRS],
  [', with stateless filters', filterPairs, count(10, 200)],
] as const)('never drops what neither build drops, and ends with the later tables%s', (_, drawn, most) => {
  let [changes, states] = [0, 0];
  for (const [at, [one, other]] of fastCheck.sample(drawn, { seed, numRuns: 20 * most }).entries()) {
    if (changes >= most) break;
    const before = nicBuild(one);
    const after = before && nicBuild(other, before.files);
    if (after?.outcome?.kind !== 'delta' || after.outcome.load.length === 0) continue;
    changes++;
    states += statesBetween(before!.files, after.files, randomFrom(seed + at), `${one}\n${other}`);
    const own = textsOf(after.outcome.artifacts);
    for (const [table, lines] of tablesAfter(before!.files, own)) {
      expect(lines.toSorted(), table).toEqual(linesOf(after.files.get(`p4/tables/${table}.txt`)!).toSorted());
    }
  }
  expect(changes).toBe(most);
  expect(states).toBeGreaterThan(5 * most);
});

/** A rule of a small table: what it matches of four bits. Two of one place have one priority, as in two builds. */
interface SmallRule {
  readonly value: number;
  readonly mask: number;
  readonly isDrop: boolean;
}

const smallRules = fastCheck.array(
  fastCheck.record({ value: fastCheck.nat(15), mask: fastCheck.nat(15), isDrop: fastCheck.boolean() }),
  { maxLength: 7 },
);

it('never drops what neither list of rules drops', () => {
  const property = fastCheck.property(smallRules, smallRules, fastCheck.nat(), (before, after, drawn) => {
    const random = randomFrom(drawn);
    const either = VALUES.map((value) => isDropped(ranked(before), value) || isDropped(ranked(after), value));
    const held = new Map(ranked(before).map((one) => [keyOf(one), one]));
    const place = new Map(ranked(after).map((one) => [keyOf(one), one]));
    for (const { what, updates } of batchesBetween(smallEntries(before), smallEntries(after))) {
      for (const { verb, entry } of shuffled(updates, random)) {
        const key = entry.key[0]!;
        if (held.has(key) === (verb === 'INSERT')) throw new Error(`${verb} of ${key}`);
        if (verb === 'DELETE') held.delete(key);
        else held.set(key, place.get(key)!);
        // Of two of one priority, a NIC may take either.
        for (const tie of [1, -1]) {
          const now = [...held.values()].toSorted(
            (a, b) => a.priority - b.priority || tie * keyOf(a).localeCompare(keyOf(b)),
          );
          const wrong = VALUES.filter((value) => isDropped(now, value) && !either[value]);
          expect(wrong, what).toEqual([]);
        }
      }
    }
    expect([...held].toSorted()).toEqual([...place].toSorted());
  });
  fastCheck.assert(property, { seed, numRuns: count(1000, 20_000) });
});

const VALUES = Array.from({ length: 16 }, (_, value) => value);

type RankedRule = SmallRule & { readonly priority: number };

function ranked(rules: readonly SmallRule[]): readonly RankedRule[] {
  return rules.map((rule, priority) => ({ ...rule, value: rule.value & rule.mask, priority }));
}

function keyOf({ priority, value, mask }: RankedRule): string {
  return `${priority}: ${value}/${mask}`;
}

function smallEntries(rules: readonly SmallRule[]): Entries {
  const of = { kind: 'rules', table: 0, family: 4 } as const;
  return new Map(
    ranked(rules).map((one) => [
      keyOf(one),
      { of, key: [keyOf(one)], action: one.isDrop ? 'drop' : 'up', isDrop: one.isDrop, length: 0 },
    ]),
  );
}

function isDropped(rules: readonly RankedRule[], packet: number): boolean {
  return rules.find(({ value, mask }) => ((packet ^ value) & mask) === 0)?.isDrop ?? false;
}

/** Carries out all batches, each in a random order. How many states the tables went through. */
function statesBetween(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  random: Random,
  about: string,
): number {
  const program = readProgram(after.get('p4/program.p4')!);
  const [was, is] = [placedEntries(before, program), placedEntries(after, program)];
  const frames = Array.from({ length: FRAMES }, () => udpFrame(0x0a000000n + BigInt(random(64)), 52 + random(5)));
  const { network } = portsOfNic('pna', 0);
  const dropped = ([first, second]: readonly P4Switch[]) =>
    frames.map((frame) => [first, second].some((one) => one!.run(network, frame).port === undefined));
  const either = dropped([switchWith(before), switchWith(after)]);
  const held = new Map(was);
  let states = 0;
  const batches = batchesBetween(entriesIn(before.get('p4/entries.txtpb')!), entriesIn(after.get('p4/entries.txtpb')!));
  for (const { what, updates } of batches) {
    for (const update of shuffled(updates, random)) {
      carryOut(update, held, is);
      states++;
      const now = switchHolding(held, program);
      for (const [at, frame] of frames.entries()) {
        if (either[at] || now.run(network, frame).port !== undefined) continue;
        expect.fail(`${about}\n${what}: drops ${Buffer.from(frame).toString('hex')}`);
      }
    }
  }
  expect([...held].toSorted()).toEqual([...is].toSorted());
  return states;
}

/** Throws where P4Runtime would refuse the update. */
function carryOut({ verb, entry }: Update, held: Map<string, Placed>, is: ReadonlyMap<string, Placed>): void {
  const key = entry.key.join('\n');
  if (held.has(key) === (verb === 'INSERT')) throw new Error(`${verb} of what is ${held.has(key) ? '' : 'not '}there`);
  if (verb === 'DELETE') held.delete(key);
  else held.set(key, is.get(key)!);
}

function switchHolding(held: ReadonlyMap<string, Placed>, program: P4Program): P4Switch {
  const entries = new Map<string, Entry[]>(
    [...program.blocks.get('Mitigate')!.tables.keys()].map((name) => [name, []]),
  );
  for (const { table, entry } of held.values()) entries.get(table)!.push(entry);
  for (const all of entries.values()) all.sort((a, b) => a.priority - b.priority);
  return new P4Switch(program, entries);
}

function shuffled<Value>(values: readonly Value[], random: Random): readonly Value[] {
  const left = [...values];
  return values.map(() => left.splice(random(left.length), 1)[0]!);
}

/** The lines of tables' files behind `delta.cli`. */
function tablesAfter(
  before: ReadonlyMap<string, string>,
  own: ReadonlyMap<string, string>,
): ReadonlyMap<string, readonly string[]> {
  const tables = new Map<string, Map<string, string>>();
  for (const [, table, verb, path] of own.get('p4/delta/delta.cli')!.matchAll(/table (\w+) (add|delete) (\S+)/g)) {
    const keyed = (text: string) => linesOf(text).map((line) => [line.replace(/ action .*/, ''), line] as const);
    const held = tables.get(table!) ?? new Map(keyed(before.get(`p4/tables/${table}.txt`)!));
    tables.set(table!, held);
    for (const [key, line] of keyed(own.get(path!)!)) {
      if (verb === 'add') held.set(key, line);
      else if (!held.delete(key)) throw new Error(`${line} is not there`);
    }
  }
  return new Map([...tables].map(([table, held]) => [table, [...held.values()]]));
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith('match '));
}
