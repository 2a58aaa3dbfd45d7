/** Lookups in tables as sets, verdict maps and maps of data. */
import type { Decision, ProgramRule } from '../../../compiler/4-program/program.ts';
import { leaves, type Lookup, type RowClass } from '../../../compiler/6-plan/plan.ts';
import type { NftChain } from '../tree.ts';
import { translationCells, verdictStatement } from './decisions.ts';
import { isHairpin } from './hairpin.ts';
import { lookupKey, type LookupKey } from './lookup-keys.ts';
import { portsPresent } from './numbers.ts';
import { matchText } from './matches.ts';
import { rowElements, rowSet, rowSetName, rowSetOwner } from './row-sets.ts';
import { RowValues } from './row-values.ts';
import { conditionsOf, isFamilyMatch, protocolsOf, type Conditions } from './conditions.ts';
import { lowerRule, type RulePlace } from './rules.ts';

/** Appends what carries out the lookup to `chain`. */
export function lowerLookup(whole: Lookup, chain: NftChain, place: RulePlace): void {
  const { context } = place;
  const { has } = lookupKey(whole, rowsOf(whole), context);
  // Rows of the other family only are never found.
  const lookup: Lookup = { ...whole, classes: whole.classes.filter(({ rows }) => rows.some(has)) };
  if (lookup.classes.length === 0) return;
  const key = lookupKey(lookup, rowsOf(lookup), context);
  const guard = guardOf(lookup, key, place);
  const inside = { ...place, protocols: protocolsOf(lookup.guard, place.protocols) };
  if (guard.exclusions.length === 0) {
    lowerClasses(lookup, key, guard.matches, chain, inside);
    return;
  }
  if (leaves(lookup)) {
    // From a chain of the lookup's own, nothing leaves the group.
    const hint = 'Let a rule before it sort out who is not meant.';
    context.refuse(
      lookup.origin,
      '`leave` behind a complement that takes several matches is not carried out yet',
      hint,
    );
    return;
  }
  const name = `${context.stage}_${lookup.row.table.name}_${key.name}`;
  const own = context.chain(name, `${name} ${lookup.origin.name}`, lookup.origin.text);
  for (const exclusion of guard.exclusions) push(own, lookup, [...exclusion, 'return']);
  push(chain, lookup, [...guard.matches, `jump ${own.name}`]);
  lowerClasses(lookup, key, [], own, inside);
}

function rowsOf({ classes }: Lookup): Uint32Array[] {
  return classes.map(({ rows }) => rows);
}

function lowerClasses(
  lookup: Lookup,
  key: LookupKey,
  before: readonly string[],
  chain: NftChain,
  place: RulePlace,
): void {
  const [only] = lookup.classes;
  if (lookup.classes.length > 1) {
    push(chain, lookup, [...before, `${key.expression} vmap @${verdictMap(lookup, key, place)}`]);
    return;
  }
  const row = new RowValues(lookup, key, only!.rows, place.context);
  if (only!.rules.length === 1) {
    lowerSingle(row, only!.rules[0]!, before, chain, place);
  } else {
    push(chain, lookup, [...before, row.member(), `jump ${classChain(lookup, only!, 'rows', key, place)}`]);
  }
}

/** The guard's matches, and that the key's ports exist. */
function guardOf(lookup: Lookup, key: LookupKey, { context, protocols }: RulePlace): Conditions {
  const { matches, exclusions } = conditionsOf(lookup.guard, lookup, context);
  const hasPort = key.fields.some((field) => field.endsWith('port'));
  const ports =
    hasPort && !key.fields.includes('protocol')
      ? portsPresent({ protocols: protocolsOf(lookup.guard, protocols) }).map(matchText)
      : [];
  return {
    matches: [...matches.filter((match) => !(key.hasAddress && isFamilyMatch(match))), ...ports],
    exclusions,
    last: [],
  };
}

/** One rule for every row: a set and the rule, or a map that gives the rule its one value. */
function lowerSingle(
  row: RowValues,
  rule: ProgramRule,
  before: readonly string[],
  chain: NftChain,
  place: RulePlace,
): void {
  const found = findsItsRow(rule, row) ? before : [...before, row.member()];
  lowerRule(rule, chain, { ...place, row }, found);
}

/** Whether the rule's first statement looks the row up itself, and nothing is done where there is none. */
function findsItsRow(rule: ProgramRule, row: RowValues): boolean {
  const { decision, effects, gates } = rule;
  const [first] = gates;
  if (first) return first.kind === 'rate' && first.rows.length > 0 && first.per.length === 0;
  if (effects.length === 0 && decision) return readsRow(decision);
  const [one] = effects;
  if (
    (decision && decision.kind !== 'verdict') ||
    effects.length !== 1 ||
    one!.gates.length > 0 ||
    one!.when.length !== 1 ||
    one!.when[0]!.length > 0
  ) {
    return false;
  }
  const { effect } = one!;
  if (effect.kind === 'count') return effect.counter.kind === 'per row' && row.isComplete([effect.counter.cell]);
  if (effect.kind !== 'mark set' && effect.kind !== 'dscp set') return false;
  return typeof effect.value !== 'number' && row.isComplete([effect.value]);
}

/** Whether the decision's statement looks the row up. */
function readsRow(decision: Decision): boolean {
  if (decision.kind === 'class') return typeof decision.class !== 'number';
  if (decision.kind !== 'translation') return false;
  return translationCells(decision.translation).length > 0 && !isHairpin(decision.translation);
}

/** `{ key : verdict }` for rows of several classes. */
function verdictMap(lookup: Lookup, key: LookupKey, place: RulePlace): string {
  const { context } = place;
  const verdicts = lookup.classes.map((rowClass, index) => classVerdict(lookup, rowClass, index, key, place));
  const rows = lookup.classes.map((rowClass) => rowClass.rows);
  const classOf = new Map<Uint32Array, string>(rows.map((some, index) => [some, verdicts[index]!]));
  const owner = `${rowSetOwner(lookup, key, rows, context)} : ${verdicts.join(', ')}`;
  return context.set(owner, rowSetName(lookup, key, rows), (name) => ({
    ...rowSet(name, key, ['verdict']),
    kind: 'map',
    elements: rowElements(lookup, key, rows, (_row, out, some) => out.write(` : ${classOf.get(some)!}`)),
    description: `${lookup.row.table.name}: ${key.name} to what its rows have done`,
  }));
}

function classVerdict(lookup: Lookup, rowClass: RowClass, index: number, key: LookupKey, place: RulePlace): string {
  const [rule] = rowClass.rules;
  const plain = rule!.atoms.length + rule!.gates.length + rule!.effects.length === 0;
  if (rowClass.rules.length === 1 && plain && rule!.decision?.kind === 'verdict') {
    const verdict = verdictStatement(rule!.decision.verdict, {
      context: place.context,
      family: lookup.family,
      origin: rule!.origin,
      protocols: place.protocols,
    });
    if (verdict === 'accept' || verdict === 'drop' || verdict.startsWith('goto ')) return verdict;
  }
  return `jump ${classChain(lookup, rowClass, className(lookup, rowClass, index), key, place)}`;
}

/** Names a class by its rows' value in the column that tells classes apart, where there is one; else by its rules. */
function className(lookup: Lookup, rowClass: RowClass, index: number): string {
  for (const column of lookup.row.table.columns) {
    if (column.type.kind !== 'enum' || column.data.store !== 'integer') continue;
    const { values } = column.data;
    const value = values[rowClass.rows[0]!]!;
    const distinct = lookup.classes.map(
      (other) => new Set(Array.from(other.rows.subarray(0, 4096), (row) => values[row])),
    );
    const separate = distinct.every(
      (mine, i) => mine.size === 1 && distinct.every((other, j) => i === j || ![...mine].some((one) => other.has(one))),
    );
    if (separate) return column.type.members[value] ?? String(index);
  }
  return rowClass.rules.map((rule) => rule.origin.name.split('/').pop()).join('_');
}

function classChain(lookup: Lookup, rowClass: RowClass, name: string, key: LookupKey, place: RulePlace): string {
  const { context } = place;
  const family = lookup.family === undefined ? '' : `_ipv${lookup.family}`;
  const { name: table } = lookup.row.table;
  // A table that a pass made is called as its stage.
  const head = table === context.stage.replaceAll(' ', '_') ? table : `${context.stage}_${table}`;
  const wanted = `${head}_${name}${family}`;
  const chain = context.chain(wanted, `${wanted} ${lookup.origin.name} ${key.name}`, `${table}: rows with these rules`);
  // In a class's chain a value of the row is looked up once more, by the same key.
  const row = new RowValues(lookup, key, rowClass.rows, context);
  for (const rule of rowClass.rules) lowerRule(rule, chain, { ...place, row });
  return chain.name;
}

function push(chain: NftChain, rule: Pick<ProgramRule, 'origin' | 'merged'>, statements: readonly string[]): void {
  chain.rules.push({
    statements: statements.filter((statement) => statement !== ''),
    origin: rule.origin,
    merged: rule.merged,
  });
}
