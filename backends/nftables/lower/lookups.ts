/** Lookups in tables as sets, verdict maps and maps of data. */
import { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import type { ProgramRule } from '../../../compiler/4-program/program.ts';
import type { Lookup, RowClass } from '../../../compiler/6-plan/plan.ts';
import type { Elements, NftChain, NftSet } from '../tree.ts';
import type { Context } from './context.ts';
import { verdictStatement } from './decisions.ts';
import { lookupKey, type LookupKey } from './lookup-keys.ts';
import { portsPresent } from './numbers.ts';
import { matchText } from './matches.ts';
import { rowAction, type RowAction } from './row-actions.ts';
import { conditionsOf, lowerRule, protocolsOf, type RulePlace } from './rules.ts';

/** Appends what carries out the lookup to `chain`. */
export function lowerLookup(lookup: Lookup, chain: NftChain, place: RulePlace): void {
  const { context } = place;
  const key = lookupKey(
    lookup,
    lookup.classes.map((rowClass) => rowClass.rows),
    context,
  );
  const before = guardMatches(lookup, key, context);
  const [only] = lookup.classes;
  if (lookup.classes.length === 1 && only!.rules.length === 1) {
    lowerSingle(lookup, only!, key, before, chain, place);
    return;
  }
  if (lookup.classes.length === 1) {
    const set = rowSet(context, lookup, key, [only!.rows]);
    const own = classChain(lookup, only!, 'rows', key, place);
    push(chain, lookup, [...before, `${key.expression} @${set}`, `jump ${own}`]);
    return;
  }
  push(chain, lookup, [...before, `${key.expression} vmap @${verdictMap(lookup, key, place)}`]);
}

/** The guard's matches, and that the key's ports exist. Exclusions go into a chain that returns here. */
function guardMatches(lookup: Lookup, key: LookupKey, context: Context): string[] {
  const rule = { family: lookup.family, origin: lookup.origin };
  const conditions = conditionsOf(lookup.guard, rule, context);
  if (conditions.exclusions.length > 0) {
    context.refuse(
      lookup.origin,
      'a negated clause beside a lookup is not carried out yet',
      'Write the exception as a rule of its own before the `each`.',
    );
  }
  const speaks = key.fields.some((field) => field === 'source' || field === 'destination');
  const matches = conditions.matches.filter((match) => !(speaks && match.startsWith('meta nfproto ')));
  const hasPort = key.fields.some((field) => field.endsWith('port'));
  const ports =
    hasPort && !key.fields.includes('protocol')
      ? portsPresent({ protocols: protocolsOf(lookup.guard) }).map(matchText)
      : [];
  return [...matches, ...ports];
}

/** One rule for every row: a set and the rule, or a map that gives the rule its values. */
function lowerSingle(
  lookup: Lookup,
  rowClass: RowClass,
  key: LookupKey,
  before: readonly string[],
  chain: NftChain,
  place: RulePlace,
): void {
  const rule = rowClass.rules[0]!;
  const action = rowAction(rule, lookup, place.context);
  if (!action) {
    const set = rowSet(place.context, lookup, key, [rowClass.rows]);
    lowerRule(rule, chain, place, [...before, `${key.expression} @${set}`]);
    return;
  }
  const statement = rowStatement(action, lookup, rowClass, key, place.context);
  push(chain, rule, [...before, statement]);
}

function rowStatement(action: RowAction, lookup: Lookup, rowClass: RowClass, key: LookupKey, context: Context): string {
  if (action.kind === 'counter') {
    const name = rowSet(context, lookup, key, [rowClass.rows], action);
    return `${key.expression} @${name}`;
  }
  const owner = `${setOwner(lookup, key, [rowClass.rows])} -> ${action.name}`;
  const map = context.set(owner, `${setName(lookup, key)}_${action.name}`, (name) => ({
    ...baseSet(name, key),
    kind: 'map',
    data: action.types,
    elements: elementsOf(lookup, key, [rowClass.rows], (row, out) => {
      out.write(' : ');
      action.write(row, out);
    }),
    description: `${lookup.row.table.name}: ${key.name} to ${action.name}`,
  }));
  return `${action.before} ${key.expression} map @${map}${action.after}`;
}

/** `{ key : verdict }` for rows of several classes. */
function verdictMap(lookup: Lookup, key: LookupKey, place: RulePlace): string {
  const { context } = place;
  const verdicts = lookup.classes.map((rowClass, index) => classVerdict(lookup, rowClass, index, key, place));
  const rows = lookup.classes.map((rowClass) => rowClass.rows);
  const classOf = new Map<Uint32Array, string>(rows.map((some, index) => [some, verdicts[index]!]));
  const owner = `${setOwner(lookup, key, rows)} : ${verdicts.join(', ')}`;
  return context.set(owner, setName(lookup, key), (name) => ({
    ...baseSet(name, key),
    kind: 'map',
    data: ['verdict'],
    elements: elementsOf(lookup, key, rows, (_row, out, some) => out.write(` : ${classOf.get(some)!}`)),
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
      protocols: undefined,
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
  const wanted = `${context.stage}_${lookup.row.table.name}_${name}${family}`;
  const chain = context.chain(
    wanted,
    `${wanted} ${lookup.origin.span.start} ${key.name}`,
    `${lookup.row.table.name}: rows with these rules`,
  );
  for (const rule of rowClass.rules) lowerClassRule(rule, lookup, rowClass, key, chain, place);
  return chain.name;
}

/** In a class's chain a value of the row is looked up once more, by the same key. */
function lowerClassRule(
  rule: ProgramRule,
  lookup: Lookup,
  rowClass: RowClass,
  key: LookupKey,
  chain: NftChain,
  place: RulePlace,
): void {
  const bare = { ...rule, atoms: [] };
  const action = rowAction(bare, lookup, place.context);
  if (!action) {
    lowerRule(rule, chain, place);
    return;
  }
  const conditions = conditionsOf(rule.atoms, rule, place.context);
  if (conditions.exclusions.length > 0) {
    place.context.refuse(
      rule.origin,
      'a negated clause beside a value of the row is not carried out yet',
      'Write the exception as a rule of its own before it.',
    );
  }
  push(chain, rule, [...conditions.matches, rowStatement(action, lookup, rowClass, key, place.context)]);
}

function rowSet(
  context: Context,
  lookup: Lookup,
  key: LookupKey,
  rows: readonly Uint32Array[],
  counter?: RowAction & { kind: 'counter' },
): string {
  const suffix = counter ? `_${counter.name}` : '';
  const owner = `${setOwner(lookup, key, rows)}${counter ? ` counting ${context.stage} ${lookup.origin.span.start} ${counter.name}` : ''}`;
  return context.set(owner, `${setName(lookup, key)}${suffix}`, (name) => ({
    ...baseSet(name, key),
    counter: counter !== undefined,
    elements: elementsOf(lookup, key, rows, counter ? counter.write : undefined),
    description: counter ? `${lookup.row.table.name}: traffic by ${key.name}` : `${lookup.row.table.name}: ${key.name}`,
  }));
}

function baseSet(name: string, key: LookupKey): NftSet {
  return {
    kind: 'set',
    name,
    key: key.types,
    data: [],
    flags: key.interval ? ['interval'] : [],
    size: undefined,
    timeout: undefined,
    counter: false,
    elements: undefined,
    description: '',
  };
}

/** What a set of rows holds: the same text for the same content. */
function setOwner(lookup: Lookup, key: LookupKey, rows: readonly Uint32Array[]): string {
  const { table } = lookup.row;
  const selection = rows.map((some) => (some.length === table.rowCount ? 'all' : fingerprint(some))).join('/');
  return `${table.name} ${key.expression} ${key.name} ${lookup.family ?? ''} ${selection}`;
}

function fingerprint(rows: Uint32Array): string {
  let hash = 0x811c9dc5;
  for (const row of rows) hash = Math.imul(hash ^ row, 0x01000193);
  return `${rows.length}:${(hash >>> 0).toString(16)}`;
}

function setName(lookup: Lookup, key: LookupKey): string {
  return `${lookup.row.table.name}_${key.name}`;
}

type ElementTail = (row: number, out: TextBuffer, rows: Uint32Array) => void;

/** The rows' keys (each once: of equal keys the first row's), with what stands behind each. */
function elementsOf(
  lookup: Lookup,
  key: LookupKey,
  rows: readonly Uint32Array[],
  tail: ElementTail | undefined,
): Elements {
  const kept = rows.map((some) => distinctRows(lookup, key, some));
  const count = kept.reduce((sum, some) => sum + some.length, 0);
  const starts: number[] = [];
  let start = 0;
  for (const some of kept) {
    starts.push(start);
    start += some.length;
  }
  return {
    count,
    write: (index, out) => {
      let group = kept.length - 1;
      while (starts[group]! > index) group--;
      const row = kept[group]![index - starts[group]!]!;
      key.write(row, out);
      tail?.(row, out, rows[group]!);
    },
  };
}

/** Rows with all their cells and, where the table promises no unique key, without repetitions. */
function distinctRows(lookup: Lookup, key: LookupKey, rows: Uint32Array): Uint32Array {
  const { table } = lookup.row;
  const present = rows.filter(key.has);
  const columns = new Set(lookup.key.map((part) => part.column));
  if (table.keys.some((declared) => declared.every((name) => columns.has(name)))) return present;
  const seen = new Set<string>();
  return present.filter((row) => {
    const text = keyText(key, row);
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}

const decoder = new TextDecoder();

function keyText(key: LookupKey, row: number): string {
  const out = new TextBuffer(128);
  key.write(row, out);
  return decoder.decode(out.finish());
}

function push(chain: NftChain, rule: Pick<ProgramRule, 'origin' | 'merged'>, statements: readonly string[]): void {
  chain.rules.push({
    statements: statements.filter((statement) => statement !== ''),
    origin: rule.origin,
    merged: rule.merged,
  });
}
