/** A class of rules as one rule: what its rules have in common, and a cell of the row wherever they differ. */
import { formatAddress } from '../addresses.ts';
import { conjoin } from '../chains/conjoin.ts';
import { hex } from '../matches/marks.ts';
import type { ImportedRule, Term } from '../rules.ts';
import type { ClassRows } from './class-rows.ts';
import { NO_PORT } from './row-values.ts';
import type { ColumnData, StoredTable } from './table-store.ts';

/** One rule of a class, taken apart. */
export interface Sample {
  readonly rule: ImportedRule;
  /** What the opened jumps ask besides addresses. */
  readonly outer: readonly Term[];
  readonly values: SampleValues;
}

/** The sample's values as the columns have them; undefined: its rule has none such. */
export interface SampleValues {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly service: string | undefined;
  readonly mac: string | undefined;
  readonly mark: number | undefined;
  readonly target: string | undefined;
}

/** Whether the rule says its values where a cell can stand instead, and nothing else depends on them. */
export function isAsExpected({ rule, values }: Sample): boolean {
  const { from, to, service, mac, mark, target } = values;
  const { terms, effects, outcome } = rule;
  const isSaid = (slot: Term['slot'], item: string | undefined) =>
    item === undefined ||
    terms.some((term) => isPlain(term, slot) && term.items.length === 1 && term.items[0] === item);
  const isMarked = mark === undefined ? effects.length === 0 : isOnly(effects, `mark set ${hex(mark)}`);
  const isTranslated =
    outcome.kind === 'translate' ? target !== undefined && `${outcome.behind} `.startsWith(`-> ${target} `) : !target;
  const isSaidByAll = isSaid('from', from) && isSaid('to', to) && isSaid('service', service) && isSaid('mac', mac);
  return isSaidByAll && isMarked && isTranslated;
}

function isOnly(texts: readonly string[], text: string): boolean {
  return texts.length === 1 && texts[0] === text;
}

function isPlain({ slot, negated, view }: Term, wanted: Term['slot']): boolean {
  return slot === wanted && !negated && view === undefined;
}

/** What all rules of the class have in common; undefined: no packet meets them. */
export function commonRule({ rule, outer }: Sample, rows: ClassRows): ImportedRule | undefined {
  const own = rule.terms.filter((term) => !isColumn(term, rows)).map((term) => withoutPort(term, rows));
  const terms = conjoin(outer, own);
  return terms && { ...rule, terms, comments: 'same' in rows.comment ? rule.comments : [] };
}

/** Addresses stand in the entries' columns, narrowed by the jumps. */
function isColumn(term: Term, rows: ClassRows): boolean {
  if (isPlain(term, 'from') || isPlain(term, 'to')) return true;
  if (isPlain(term, 'mac')) return 'column' in rows.mac;
  return isPlain(term, 'service') && 'column' in rows.protocol;
}

function withoutPort(term: Term, rows: ClassRows): Term {
  if (!isPlain(term, 'service') || !('column' in rows.port)) return term;
  return { ...term, items: term.items.map((item) => item.split('/')[0]!) };
}

/** What stands for a column in a rule: a cell of the row (`r.address`), the name of a set, or its items. */
export type CellItems = (column: ColumnData) => readonly string[];

/** The class as one rule, for each of the rows that `over` names. */
export function ruleOverRows(
  { values, rule }: Sample,
  common: ImportedRule,
  rows: ClassRows,
  cell: CellItems,
  over: ImportedRule['rows'],
): ImportedRule {
  const terms = common.terms.filter((term) => !(isPlain(term, 'service') && values.service !== undefined));
  for (const field of ['from', 'to'] as const) {
    const value = rows[field];
    const items =
      'column' in value ? cell(value.column) : [rows.sameAddresses[field]].filter((item) => item !== undefined);
    if (items.length > 0) terms.push({ slot: field, items, negated: false });
  }
  if ('column' in rows.mac) terms.push({ slot: 'mac', items: cell(rows.mac.column), negated: false });
  const service = serviceItem(values.service, rows, cell);
  if (service !== undefined) terms.push({ slot: 'service', items: [service], negated: false });
  else terms.push(...common.terms.filter((term) => isPlain(term, 'service') && values.service !== undefined));
  const { outcome } = rule;
  return {
    ...common,
    terms,
    effects:
      'column' in rows.data && values.mark !== undefined ? [`mark set ${cell(rows.data.column)[0]}`] : common.effects,
    outcome: outcome.kind === 'translate' ? { ...outcome, behind: behind(outcome.behind, rows, cell) } : outcome,
    ...(over && { rows: over }),
  };
}

function serviceItem(item: string | undefined, rows: ClassRows, cell: CellItems): string | undefined {
  if (item === undefined) return undefined;
  const [protocol, port] = item.split('/');
  const first = 'column' in rows.protocol ? cell(rows.protocol.column)[0] : protocol;
  return port === undefined ? first : `${first}/${'column' in rows.port ? cell(rows.port.column)[0] : port}`;
}

/** `-> ADDRESS:PORT` and what else stands there. */
function behind(text: string, rows: ClassRows, cell: CellItems): string {
  const [, , ...others] = text.split(' ');
  const port = 'column' in rows.dataPort ? cell(rows.dataPort.column)[0] : rows.dataPort.same;
  const address = 'column' in rows.data ? cell(rows.data.column)[0] : formatAddress(BigInt(rows.data.same), 4);
  return ['->', port === NO_PORT ? address : `${address}:${port}`, ...others].join(' ');
}

/** The name of a row of a table: its first letter. */
export function rowName({ name }: StoredTable): string {
  return name.slice(0, 1);
}
