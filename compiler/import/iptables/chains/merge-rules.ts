/**
 * Rules that differ in one clause become one rule with a set, and a log before a verdict becomes the verdict's effect.
 * A rule moves up only past rules that it commutes with: those that decide the same, and those that no packet of its own
 * meets.
 */
import { decides, type Item, type RuleItem } from '../items.ts';
import { isGate, type Slot, type Term } from '../rules.ts';
import { areDisjoint } from './disjoint.ts';

/** A rule looks for its like among so many rules above it. */
const WINDOW = 48;

const MERGEABLE: ReadonlySet<Slot> = new Set([
  'in',
  'out',
  'from',
  'to',
  'source port',
  'destination port',
  'service',
  'state',
  'mark',
  'dscp',
  'length',
  'ttl',
  'mac',
]);

/** Effects that are the same done twice. */
const REPEATABLE = /^(mark set|dscp set|mss|notrack)\b/;

/** Logs of a verdict: a packet meets one of the rules, and what they are limited by is a bucket of all of them. */
const LOGS = /^log( "[^"]*")?( level \w+| group \d+)?( up to \S+( burst \d+)? bucket \w+)?$/;

export function mergeRules(items: readonly Item[]): Item[] {
  const merged: Item[] = [];
  for (const item of items) {
    if (item.kind === 'use') merged.push(item);
    else if (joinLog(merged, item)) joinLast(merged);
    else if (!joinLike(merged, item)) merged.push(item);
  }
  return merged;
}

/** The last rule has become another one, which may be like one above it. */
function joinLast(merged: Item[]): void {
  const last = merged.pop();
  if (last && (last.kind === 'use' || !joinLike(merged, last))) merged.push(last);
}

/** `log A` and then `drop A`: the drop with its log. */
function joinLog(merged: Item[], rule: RuleItem): boolean {
  const before = merged.at(-1);
  if (before?.kind !== 'rule' || before.rows || rule.rows) return false;
  if (before.action !== '' || !decides(rule) || rule.effects.length > 0) return false;
  if (rule.action === 'leave' || rule.behind !== '' || rule.terms.some(isGate)) return false;
  if (before.effects.length !== 1 || !before.effects[0]!.startsWith('log')) return false;
  const gates = before.terms.filter(isGate);
  const plain = before.terms.filter((term) => !isGate(term));
  if (!sameTexts(before.families, rule.families) || !sameTerms(plain, rule.terms)) return false;
  const effect = [before.effects[0], ...gates.map((gate) => gate.items[0])].join(' ');
  const comments = [...new Set([...before.comments, ...rule.comments])];
  merged[merged.length - 1] = { ...rule, effects: [effect], comments, spans: [...before.spans, ...rule.spans] };
  return true;
}

function joinLike(merged: Item[], rule: RuleItem): boolean {
  if (!mayJoin(rule)) return false;
  for (let at = merged.length - 1; at >= Math.max(0, merged.length - WINDOW); at--) {
    const other = merged[at]!;
    if (other.kind === 'use') return false;
    const joined = joinedRule(other, rule);
    if (joined) {
      merged[at] = joined;
      return true;
    }
    if (!commute(other, rule)) return false;
  }
  return false;
}

function mayJoin({ terms, effects, action }: RuleItem): boolean {
  if (terms.some(isGate)) return false;
  if (action === 'do') return false;
  if (action === '') return effects.every((effect) => REPEATABLE.test(effect));
  return effects.every((effect) => LOGS.test(effect));
}

function joinedRule(first: RuleItem, second: RuleItem): RuleItem | undefined {
  if (first.rows || second.rows) return undefined;
  if (first.action !== second.action || first.behind !== second.behind) return undefined;
  if (!sameTexts(first.families, second.families) || !sameTexts(first.effects, second.effects)) return undefined;
  if (!sameTexts(first.comments, second.comments) || first.terms.length !== second.terms.length) return undefined;
  const differing = first.terms.flatMap((term, at) => (sameTerm(term, second.terms[at]!) ? [] : [at]));
  const both = { spans: [...first.spans, ...second.spans], packets: first.packets + second.packets };
  if (differing.length === 0) return { ...first, ...both };
  const [at] = differing;
  const [one, other] = [first.terms[at!]!, second.terms[at!]!];
  const isJoinable = one.slot === other.slot && one.view === other.view && !one.negated && !other.negated;
  if (differing.length > 1 || !isJoinable || !MERGEABLE.has(one.slot)) return undefined;
  const items = [...one.items, ...other.items.filter((item) => !one.items.includes(item))];
  return { ...first, terms: first.terms.with(at!, { ...one, items }), ...both };
}

/** Whether the two can change places. */
function commute(a: RuleItem, b: RuleItem): boolean {
  const isPlain = a.effects.length === 0 && b.effects.length === 0 && !a.terms.some(isGate);
  if (isPlain && a.action === b.action && a.behind === b.behind) return true;
  return areDisjoint(a, b);
}

function sameTerms(a: readonly Term[], b: readonly Term[]): boolean {
  return a.length === b.length && a.every((term, at) => sameTerm(term, b[at]!));
}

function sameTerm(a: Term, b: Term): boolean {
  return a.slot === b.slot && a.negated === b.negated && a.view === b.view && sameTexts(a.items, b.items);
}

function sameTexts(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}
