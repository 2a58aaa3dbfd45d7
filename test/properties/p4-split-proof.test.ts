/**
 * The proof over the split: it passes what is lowered, whatever the policy, and notices tables that drop something else. Whether a
 * planted mistake changes what is dropped is told by the same tables before and after, walked on packets.
 */
import fastCheck from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rulesAhead } from '../../backends/p4/ahead.ts';
import { p4 } from '../../backends/p4/index.ts';
import { lowerPlan } from '../../backends/p4/lower/index.ts';
import type { FamilyTables, RuleEntry } from '../../backends/p4/tree.ts';
import { PLANES } from '../../cli/planes.ts';
import { lowerPolicy } from '../../compiler/compile.ts';
import type { Inputs } from '../../compiler/inputs.ts';
import { MaskedValue } from '../../compiler/net/masked.ts';
import { proveAhead } from '../../compiler/proof/ahead-proof.ts';
import { mitigationPolicy } from '../arbitraries/policy/mitigation.ts';
import { nicFilteringPolicy } from '../arbitraries/policy/nic-filtering.ts';
import { CLASSBENCH_SEEDS, classbenchNicPolicy, classbenchPath, readClassbench } from '../builders/classbench.ts';
import { randomFrom, type Random } from '../builders/classbench/packets.ts';
import { ARCHITECTURES, onNic } from '../builders/nic-files.ts';
import { inputsWith } from '../builders/ruleset.ts';
import { count, seed } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';

const NICS = [...ARCHITECTURES, 'ipu-e2000'];
const POLICIES = count(30, 400);
/** Each with every mistake. */
const MISTAKEN = count(100, 600);

type NicPart = ReturnType<typeof partsOf>[number];

/** The parts of a policy that are a NIC's. */
function partsOf(text: string, inputs: Inputs = inputsWith({})) {
  const { targets } = lowerPolicy({ path: 'test.sluice', text }, inputs, { planes: PLANES, proof: false });
  return targets.flatMap(({ planes }) => planes).filter(({ plane }) => plane === p4.name);
}

function forNic(policy: string, architecture: string): string {
  return onNic(policy, architecture).replace('ARCHITECTURE', architecture);
}

function proved({ program, plan, lowered }: NicPart): { readonly rules: number; readonly said: readonly string[] } {
  const { proved: stages, diagnostics } = proveAhead(program, plan, lowered.ahead!);
  return {
    rules: stages.reduce((sum, { ahead = 0 }) => sum + ahead, 0),
    said: diagnostics.map(({ code, message }) => `${code}: ${message}`),
  };
}

describe('the proof over the split', () => {
  it.each([
    ['`mitigate`', mitigationPolicy(), 1],
    ['`mitigate` and stateless filters', nicFilteringPolicy(), 2],
  ] as const)('passes all that random policies of %s become', (_, policies, salt) => {
    let [parts, rules] = [0, 0];
    for (const { policy, files } of fastCheck.sample(policies, { seed: seed + salt, numRuns: POLICIES })) {
      for (const part of partsOf(forNic(policy, NICS[parts % NICS.length]!), inputsWith(files))) {
        const { rules: own, said } = proved(part);
        expect(said, policy).toEqual([]);
        parts++;
        rules += own;
      }
    }
    expect(parts).toBeGreaterThan(POLICIES / 4);
    expect(rules).toBeGreaterThan(POLICIES / 2);
  });

  it.for(count(['acl1', 'fw1'], [...CLASSBENCH_SEEDS]))('passes ClassBench, %s', (name, context) => {
    const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(name, '1k'))));
    const [part] = partsOf(classbenchNicPolicy(rules, 'pna'));
    const { rules: own, said } = proved(part!);
    expect(said).toEqual([]);
    expect(own).toBeGreaterThan(0);
  });

  it('notices mistakes in tables', () => {
    const random = randomFrom(seed);
    const noticed = new Map(Object.keys(MISTAKES).map((name) => [name, 0]));
    const policies = fastCheck.sample(nicFilteringPolicy(), { seed: seed + 3, numRuns: MISTAKEN });
    for (const { policy, files } of policies) {
      for (const { program, plan } of partsOf(forNic(policy, 'pna'), inputsWith(files))) {
        const { nicProgram } = lowerPlan(plan);
        for (const [name, mistake] of Object.entries(MISTAKES)) {
          const families = mistake(nicProgram.families, random);
          if (!families) continue;
          const rest = new Set(nicProgram.split.filter(({ origin }) => / \(IPv[46]\)$/.test(origin.text)));
          const ahead = rulesAhead(families, program.zones, (rule) => !rest.has(rule));
          const { diagnostics } = proveAhead(program, plan, ahead);
          if (diagnostics.length === 0) continue;
          expect(diagnostics.map(({ code }) => code)).toEqual(diagnostics.map(() => 'SL1001'));
          expect(diagnostics[0]!.message).toMatch(/^the device's part of /);
          noticed.set(name, noticed.get(name)! + 1);
        }
      }
    }
    // Many a mistake changes nothing: the entry is never met, or another says the same.
    for (const [name, times] of noticed) expect(times, name).toBeGreaterThan(MISTAKEN / 100);
  });
});

type Mistake = (families: readonly FamilyTables[], random: Random) => readonly FamilyTables[] | undefined;

/** Each gives tables with one mistake; undefined: there is no place for it. */
const MISTAKES: Readonly<Record<string, Mistake>> = {
  'an entry for the host is lost': inEntries((entries, random) => {
    const at = somewhere(entries, random, ({ action }) => action === 'up');
    return at === undefined ? undefined : entries.filter((_, other) => other !== at);
  }),
  'an entry for the host drops': inEntries((entries, random) => {
    const at = somewhere(entries, random, ({ action }) => action === 'up');
    return at === undefined ? undefined : entries.with(at, { ...entries[at]!, action: 'drop' });
  }),
  'an entry to drop by asks a bit less': inEntries((entries, random) => {
    const at = somewhere(entries, random, ({ action, values }) => action === 'drop' && values.some(Boolean));
    if (at === undefined) return undefined;
    const { values } = entries[at]!;
    const key = somewhere(values, random, (value) => value !== undefined)!;
    const { width, value, mask } = values[key]!;
    const bits = Array.from({ length: width }, (_, bit) => 1n << BigInt(bit)).filter((bit) => (mask & bit) !== 0n);
    const wider = new MaskedValue(width, value, mask & ~bits[random(bits.length)]!);
    return entries.with(at, { ...entries[at]!, values: values.with(key, wider) });
  }),
  'entries stand the other way round': inEntries((entries) => (entries.length > 1 ? entries.toReversed() : undefined)),
  'a prefix is in a set more': (families, random) => {
    const at = somewhere(families, random, ({ memberships }) => memberships.length > 0);
    if (at === undefined) return undefined;
    const { memberships } = families[at]!;
    const [table] = memberships as readonly [FamilyTables['memberships'][number]];
    const all = (1n << BigInt(table.sets.length)) - 1n;
    const entry = random(table.entries.length);
    const entries = table.entries.with(entry, { ...table.entries[entry]!, sets: all });
    return families.with(at, { ...families[at]!, memberships: memberships.with(0, { ...table, entries }) });
  },
};

function inEntries(
  change: (entries: readonly RuleEntry[], random: Random) => readonly RuleEntry[] | undefined,
): Mistake {
  return (families, random) => {
    if (families.length === 0) return undefined;
    const at = random(families.length);
    const { rules } = families[at]!;
    const entries = change(rules.entries, random);
    return entries && families.with(at, { ...families[at]!, rules: { ...rules, entries } });
  };
}

/** The place of one of those, if there is any. */
function somewhere<Of>(all: readonly Of[], random: Random, isOne: (one: Of) => boolean): number | undefined {
  const places = all.flatMap((one, at) => (isOne(one) ? [at] : []));
  return places[random(Math.max(1, places.length))];
}
