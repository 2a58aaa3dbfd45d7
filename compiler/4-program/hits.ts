/** `--profile`: how often each rule was met, from counters that were read where an earlier build ran. */
import { didYouMean } from '../../grammar/did-you-mean.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Origin, Policy, RuleItem } from '../model/index.ts';
import { everyRule } from './every-rule.ts';
import { PROBLEMS } from './problems.ts';
import type { Program, ProgramItem, Stage } from './program.ts';
import { namesInUse, plainName, ruleBlocksOf, withRuleCounters } from './rule-counters.ts';

/** What was counted, as packets. */
export type Profile =
  /** By the names of the rules' counters; see `withRuleCounters`. `file` is for messages. */
  | { readonly kind: 'by counter'; readonly file: string; readonly packets: ReadonlyMap<string, number> }
  /** Of each rule that stands in the policy's main file, in the order of its text. */
  | { readonly kind: 'by place'; readonly packets: readonly number[] };

/** The packets that met each rule; a rule without any is not there. */
export type Hits = ReadonlyMap<Origin, number>;

/** Names of counters that a message lists. */
const MOST_NAMED = 3;

/** What a profile says of the policy's rules, and where the two do not fit. `main` is the path of the policy's main file. */
export function hitsOf(
  policy: Policy,
  profile: Profile,
  main: string,
): { readonly hits: Hits; readonly diagnostics: readonly Diagnostic[] } {
  if (profile.kind === 'by place') return { hits: hitsByPlace(policy, profile.packets, main), diagnostics: [] };
  const { file, packets } = profile;
  const rules = (policy.ruleCounters ? policy : withRuleCounters(policy)).ruleCounters!;
  const own = new Set(namesInUse(policy).map(plainName));
  const hits = new Map<Origin, number>();
  const unknown: string[] = [];
  let known = 0;
  for (const [name, count] of packets) {
    const origin = rules.get(name);
    if (origin) {
      known++;
      if (count > 0) hits.set(origin, count);
    } else if (!own.has(name)) unknown.push(name);
  }
  return { hits, diagnostics: findings(file, known, unknown, [...rules.keys()]) };
}

function findings(file: string, known: number, unknown: readonly string[], rules: readonly string[]): Diagnostic[] {
  if (known === 0) {
    const hint =
      'Give the counters of a build of this policy that was made with `--keep-counters`: `nft -j list counters table inet sluice`.';
    const message = `none of the counters in ${file} belongs to a rule of this policy`;
    return [diagnostic(PROBLEMS.otherProfile, undefined, message, { hint })];
  }
  const [first] = unknown;
  if (first === undefined) return [];
  const more = unknown.length > MOST_NAMED ? `, and ${unknown.length - MOST_NAMED} more` : '';
  const names = unknown.slice(0, MOST_NAMED).map((name) => `\`${name}\``);
  const message = `counters in ${file} that belong to no rule of this policy are left out: ${names.join(', ')}${more}`;
  const hint = didYouMean(first, rules) ?? 'Rules that were changed or renamed since then begin at no packets.';
  return [diagnostic(PROBLEMS.unknownCounter, undefined, message, { hint })];
}

function hitsByPlace(policy: Policy, packets: readonly number[], main: string): Hits {
  const origins = ruleBlocksOf(policy).flatMap((items) => originsIn(items));
  const inMain = origins.filter(({ span }) => span.source.path === main);
  const starts = [...new Set(inMain.map(({ span }) => span.start))].toSorted((a, b) => a - b);
  if (starts.length !== packets.length) {
    throw new Error(`a profile of ${packets.length} rules for a policy that has ${starts.length}`);
  }
  const placeOf = new Map(starts.map((start, place) => [start, place]));
  const hits = inMain.map((origin) => [origin, packets[placeOf.get(origin.span.start)!]!] as const);
  return new Map(hits.filter(([, count]) => count > 0));
}

function originsIn(items: readonly RuleItem[]): Origin[] {
  return items.flatMap((item) => (item.kind === 'rule' ? [item.origin] : originsIn(item.body)));
}

/** The Program with the weights of its rules, stage by stage. */
export function withWeights(program: Program, hits: Hits): Program {
  return { ...program, stages: program.stages.map((stage) => weighted(stage, hits)) };
}

/**
 * Each rule counts as if it had been met once more, so that none is taken for one that is never met. Packets go on behind
 * rules that decide nothing: these have no more weight than rules that nobody meets.
 */
function weighted(stage: Stage, met: Hits): Stage {
  const parts = new Map<Origin, number>();
  const deciding = new Set<Origin>();
  for (const { origin, decision } of everyRule([...stage.implied, ...stage.items])) {
    parts.set(origin, (parts.get(origin) ?? 0) + 1);
    if (decision) deciding.add(origin);
  }
  const hits = new Map([...met].filter(([origin]) => deciding.has(origin)));
  let rules = 0;
  let packets = 0;
  for (const [origin, count] of parts) {
    rules += count;
    packets += (hits.get(origin) ?? 0) + count;
  }
  const weightOf = (origin: Origin) => {
    const count = parts.get(origin) ?? 1;
    return (((hits.get(origin) ?? 0) + count) / count) * (rules / packets);
  };
  const weighed = new Map<readonly ProgramItem[], readonly ProgramItem[]>();
  const weigh = (items: readonly ProgramItem[]): readonly ProgramItem[] => {
    const known = weighed.get(items);
    if (known) return known;
    const result = items.map((item) =>
      item.kind === 'rule' ? { ...item, weight: weightOf(item.origin) } : { ...item, items: weigh(item.items) },
    );
    weighed.set(items, result);
    return result;
  };
  return { ...stage, implied: weigh(stage.implied), items: weigh(stage.items) };
}
