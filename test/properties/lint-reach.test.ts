/** Which rules lint says no packet reaches: exactly those that other ways of finding out say. */
import fastCheck from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { buildProgram } from '../../compiler/4-program/build.ts';
import type { ProgramRule, Stage } from '../../compiler/4-program/program.ts';
import { checkPolicy } from '../../compiler/check.ts';
import { StageCoverage } from '../../compiler/lint/packets/stage-coverage.ts';
import type { Zone } from '../../compiler/model/policy.ts';
import { items, longList, rules, ZONES } from '../arbitraries/program.ts';
import { overlapping } from '../arbitraries/overlapping-rules.ts';
import { ALL_FEATURES, without } from '../arbitraries/policy/features.ts';
import { randomPolicy } from '../arbitraries/policy/policy.ts';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { reachedByPartition } from '../builders/classbench/partition.ts';
import { inputsOfFolder } from '../builders/inputs-of-folder.ts';
import { stageOf } from '../builders/program.ts';
import { ruleOf } from '../../compiler/lint/packets/entries.ts';
import { needlessIn } from '../../compiler/lint/packets/needed.ts';
import { isPlain } from '../../compiler/6-plan/commute.ts';
import { familiesOf } from '../../compiler/6-plan/regions/rule-regions.ts';
import { ALL, NOTHING } from '../../compiler/proof/diagrams.ts';
import { fate, isReached, leaveOut, PACKETS } from '../oracles/small-world.ts';
import { nearlyAlike } from '../mutations/nearly-alike.ts';
import { reachedEntries } from '../oracles/reached-entries.ts';
import { count } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';

function found(stage: Stage, zones: readonly Zone[]): string[] {
  const coverage = new StageCoverage(stage, zones);
  return Array.from({ length: coverage.entries.count }, (_, entry) => coverage.reachOf(entry));
}

/** How often some rule is not reached. */
function shareOf<Case>(arbitrary: fastCheck.Arbitrary<Case>, runs: number, stageFor: (one: Case) => Stage): number {
  let [gone, drawn] = [0, 0];
  const property = fastCheck.property(arbitrary, (one) => {
    const stage = stageFor(one);
    const expected = reachedEntries(stage, ZONES).map((entry) => entry.found);
    expect(found(stage, ZONES)).toEqual(expected);
    drawn++;
    if (expected.includes('unreached')) gone++;
  });
  fastCheck.assert(property, { numRuns: runs });
  return gone / drawn;
}

it('exactly the rules of short lists that no packet reaches', () => {
  const lists = fastCheck.oneof(nearlyAlike, overlapping, rules(8), longList);
  expect(shareOf(lists, count(300, 3000), stageOf)).toBeGreaterThan(0.2);
});

it('exactly the rows that no packet reaches', () => {
  expect(shareOf(items, count(200, 2000), stageOf)).toBeGreaterThan(0.05);
});

it('exactly the rules of short lists without which every packet meets the same, those that none reaches left out', () => {
  let gone = 0;
  const lists = fastCheck.oneof(nearlyAlike, overlapping);
  const property = fastCheck.property(lists, fastCheck.boolean(), (drawn, drops) => {
    const list = inTheirPlaces(drawn);
    const drop = { kind: 'drop' } as const;
    const stage: Stage = { ...stageOf(list), ...(drops ? { default: drop } : {}) };
    const otherwise = drops ? ({ kind: 'verdict', verdict: drop } as const) : undefined;
    const reached = leaveOut(list, (left, at) => !isReached(left, at));
    const needed = leaveOut(reached, (left, at) => {
      const fewer = left.toSpliced(at, 1);
      const isSame = (_: unknown, packet: number) => fate(fewer, packet, otherwise) === fate(left, packet, otherwise);
      return isPlain(left[at]!.rule) && PACKETS.every(isSame);
    });
    const coverage = new StageCoverage(stage, ZONES);
    const needless = [...needlessIn(coverage).keys()].map((entry) => ruleOf(coverage.entries, entry));
    expect(needless).toEqual(reached.filter((rule) => !needed.includes(rule)));
    gone += needless.length;
  });
  fastCheck.assert(property, { numRuns: count(300, 3000) });
  expect(gone).toBeGreaterThan(50);
});

/** The rules with a place in a text each. */
function inTheirPlaces(list: readonly ProgramRule[]): ProgramRule[] {
  return list.map((rule, start) => ({ ...rule, origin: { ...rule.origin, span: { ...rule.origin.span, start } } }));
}

it('shows a packet of the rule that no packet reaches, and the first rule that keeps it', () => {
  let shown = 0;
  const lists = fastCheck.oneof(nearlyAlike, overlapping, rules(8), longList);
  const property = fastCheck.property(lists, (drawn) => {
    const coverage = new StageCoverage(stageOf(drawn), ZONES);
    for (let entry = 0; entry < coverage.entries.count; entry++) {
      if (coverage.reachOf(entry) !== 'unreached') continue;
      for (const family of familiesOf(ruleOf(coverage.entries, entry))) {
        if (!coverage.regions.of(entry, family)) continue;
        coverage.ask((question) => {
          const own = question.packetsOf(entry, family);
          if (own === NOTHING) return;
          const { packet, keeper } = coverage.exampleOf(question, entry, family)!;
          const keeps = (other: number) =>
            coverage.entries.keepsFrom[other]! >= entry &&
            question.diagrams.valueAt(question.keptBy(other, entry, ALL), packet) !== 0;
          expect(question.diagrams.valueAt(own, packet)).not.toBe(0);
          const before = Array.from({ length: entry }, (_, other) => other);
          expect(before.find(keeps)).toBe(keeper);
          shown++;
        });
      }
    }
  });
  fastCheck.assert(property, { numRuns: count(200, 2000) });
  expect(shown).toBeGreaterThan(50);
});

/** In these, rules write what others read: lint takes what they then say for unknown, and the oracle does not know of it. */
const STEADY = without('marks', 'memory', 'mangle');

it('exactly the rules of whole policies that no packet reaches', () => {
  let drawn = 0;
  const property = fastCheck.property(randomPolicy(STEADY), ({ policy: text, files }) => {
    for (const { stage, zones } of stagesOf(text, files)) {
      drawn++;
      expect(found(stage, zones)).toEqual(reachedEntries(stage, zones).map((entry) => entry.found));
    }
  });
  fastCheck.assert(property, { numRuns: count(150, 1500) });
  expect(drawn).toBeGreaterThan(50);
});

it('ends where the rule that may keep a packet asks for more than its box tells', () => {
  const text = `zone inside = lan0
zone guests = lan1
group web() {
  leave tcp/80
  allow to any
}
filter forward default drop {
  use web()
  drop in guests, inside dscp is 0-7
  drop in guests out inside not from 10.128.0.88/30 to 10.0.0.44 host 10.128.0.160/28, 10.128.0.80 not icmp6
}`;
  for (const { stage, zones } of stagesOf(text, {})) {
    expect(found(stage, zones)).toEqual(reachedEntries(stage, zones).map((entry) => entry.found));
  }
});

it.each([
  ['allow ah fragment later', ['reached', 'none']],
  ['drop ah allow fragment later', ['reached', 'reached', 'reached']],
  ['drop fragment later not ah allow fragment later proto 51', ['reached', 'reached', 'reached', 'none']],
])('knows that later fragments of IPv6 have no protocol where they name an extension header: %s', (asked, expected) => {
  const [{ stage, zones }] = stagesOf(`filter input stateless default drop { essential off ${asked} }`, {}) as [
    { stage: Stage; zones: readonly Zone[] },
  ];
  expect(reachedEntries(stage, zones).map((entry) => entry.found)).toEqual(expected);
  expect(found(stage, zones)).toEqual(expected);
});

it('lints whatever policy passes the checks', () => {
  const property = fastCheck.property(randomPolicy(ALL_FEATURES), ({ policy: text, files }) => {
    for (const { stage, zones } of stagesOf(text, files)) expect(found(stage, zones)).not.toContain('unknown');
  });
  fastCheck.assert(property, { numRuns: count(60, 600) });
});

function stagesOf(text: string, files: Readonly<Record<string, string>>): { stage: Stage; zones: readonly Zone[] }[] {
  const library = inputsOfFolder(new URL('./', import.meta.url), { year: 2026, month: 6, day: 1 });
  const inputs = {
    ...library,
    read: (path: string) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path])),
  };
  const { policy } = checkPolicy({ path: 'policy.sluice', text }, inputs);
  if (!policy) return [];
  const { program, diagnostics } = buildProgram(policy, undefined);
  return diagnostics.length > 0 ? [] : program.stages.map((stage) => ({ stage, zones: program.zones }));
}

/** Brute force takes seconds for these, and a minute or more for some others. */
const QUICK: ReadonlySet<string> = new Set(['acl1', 'acl3', 'acl4', 'fw4', 'ipc1']);

describe('ClassBench', () => {
  for (const seed of CLASSBENCH_SEEDS.filter((one) => count(0, 1) === 1 || QUICK.has(one))) {
    test(`${seed}: the rules that no cell of the partition of all packets reaches`, (context) => {
      const list = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(seed, '1k'))));
      const inputs = inputsOfFolder(new URL('./', import.meta.url), undefined);
      const { policy } = checkPolicy({ path: 'policy.sluice', text: classbenchPolicy(list) }, inputs);
      const { program } = buildProgram(policy!, undefined);
      const reached = reachedByPartition(list);
      const expected = list.map((_, rule) => (reached.has(rule) ? 'reached' : 'unreached'));
      expect(found(program.stages[0]!, program.zones)).toEqual(expected);
    });
  }
});
