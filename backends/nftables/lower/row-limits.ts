/** Limits of rows: a bucket for each row, at the row's own rate. */
import { keyedRule } from '../../../compiler/6-plan/row-keys.ts';
import type { ProgramItem, ProgramRule } from '../../../compiler/4-program/program.ts';
import type { Cell, Gate, Rate, RowVariable } from '../../../compiler/model/index.ts';
import type { Context } from './context.ts';
import { exactLimit, limiterName, type GatePlace, type Opening, type RateGate } from './limiters.ts';
import type { Limit } from './rates.ts';
import { cellText } from './row-cells.ts';
import type { RowData, RowValues } from './row-values.ts';

/** More objects than this in one table would take nft minutes. */
const MOST_OBJECTS = 65_536;

/**
 * One bucket for each row. Where one set finds the rows, each of its elements has its limit; a bucket that several sets
 * lead to (of both families, say) is an object, and they are maps to these.
 */
export function rowBuckets(gate: RateGate, place: GatePlace): Opening {
  const { row, context, origin } = place;
  if (!row || !gate.rows.every((one) => row.isOf(one))) {
    context.refuse(origin, 'the buckets are those of a row that no lookup found', 'Move the limit into the `each`.');
    return { kind: 'statements', statements: [] };
  }
  const cells = 'kind' in gate.rate ? [gate.rate] : [];
  const limits = new Map<string, Limit | undefined>();
  const limitFor = (rate: Rate): Limit | undefined => {
    const known = `${rate.amount} ${rate.perSeconds} ${rate.of}`;
    if (!limits.has(known)) limits.set(known, exactLimit(gate, rate, place));
    return limits.get(known);
  };
  const rateAt = ratesOf(row, gate.rate);
  const all = Array.from(row.rows, (index) => (row.has(cells, index) ? limitFor(rateAt(index)) : undefined));
  const name = `limit_${limiterName(gate.limiter)}`;
  const first = all.find((limit) => limit !== undefined);
  if (!first) return { kind: 'statements', statements: [] };
  if (waysToRow(context, gate.limiter).size > 1 || all.some((limit) => limit?.isBare)) {
    return { kind: 'statements', statements: [objects(gate, row, cells, (index) => limitFor(rateAt(index)), place)] };
  }
  const write: RowData['write'] = (index, out) => out.write(` limit ${limitFor(rateAt(index))?.text ?? ''}`);
  const owner = `limiter ${gate.limiter}`;
  return {
    kind: 'statements',
    statements: [row.elements({ owner, asker: owner }, { name, cells, write }, { limit: first.text })],
  };
}

/** A named limit for each row. */
function objects(
  gate: RateGate,
  row: RowValues,
  cells: readonly Cell[],
  limitAt: (index: number) => Limit | undefined,
  { context, origin }: GatePlace,
): string {
  const { table } = row.lookup.row;
  if (row.rows.length > MOST_OBJECTS) {
    context.refuse(
      origin,
      `${row.rows.length} rows with a bucket that several columns share are more named limits than nftables loads`,
      'Write a limit for each column: then every element of a set has its own.',
    );
    return '';
  }
  const text = cellText(table.columns[0]!);
  const names = new Map<number, string>();
  for (const index of row.rows) {
    const limit = row.has(cells, index) ? limitAt(index) : undefined;
    if (!limit) continue;
    const wanted = `${limiterName(gate.limiter)}_${text(index)}`;
    names.set(index, context.object('limit', `${gate.limiter} row ${index}`, wanted, [limit.text]));
  }
  const write: RowData['write'] = (index, out) => out.write(`"${names.get(index) ?? ''}"`);
  return `limit name ${row.map({ name: `limit_${limiterName(gate.limiter)}`, types: ['limit'], cells, write })}`;
}

/** A row's rate as data of a verdict map. */
export function rateOfRow(
  row: RowValues,
  cell: Cell,
  { context, origin }: GatePlace,
  verdict: (rate: Rate) => string,
): Omit<RowData, 'types'> {
  if (!row.owns(cell)) {
    context.refuse(origin, 'the rate is that of a row that no lookup found', 'Move the limit into the `each`.');
  }
  const rateAt = ratesOf(row, cell);
  const known = new Map<string, string>();
  const verdictAt = (index: number): string => {
    const rate = rateAt(index);
    const key = `${rate.amount} ${rate.perSeconds} ${rate.of}`;
    let text = known.get(key);
    if (text === undefined) known.set(key, (text = verdict(rate)));
    return text;
  };
  for (const index of row.rows) if (row.has([cell], index)) verdictAt(index);
  return { name: cell.column, cells: [cell], write: (index, out) => out.write(verdictAt(index)) };
}

const DIMENSIONS = ['events', 'bits', 'bytes'] as const;

function ratesOf(row: RowValues, rate: Rate | Cell): (index: number) => Rate {
  if (!('kind' in rate)) return () => rate;
  const { data } = row.column(rate);
  if (data.store !== 'rate') return () => ({ of: 'events', amount: 0, perSeconds: 1 });
  return (index) => ({
    of: DIMENSIONS[data.of[index]!] ?? 'events',
    amount: data.amounts[index]!,
    perSeconds: data.perSeconds[index]!,
  });
}

const waysByProgram = new WeakMap<Context, Map<string, Set<string>>>();

/** By which columns (and families) rules with a limiter find their rows: more than one, and a bucket has several keys. */
export function waysToRow(context: Context, limiter: string): ReadonlySet<string> {
  let ways = waysByProgram.get(context);
  if (!ways) {
    ways = new Map();
    for (const stage of context.program.stages) collectWays([...stage.implied, ...stage.items], undefined, ways);
    waysByProgram.set(context, ways);
  }
  return ways.get(limiter) ?? new Set();
}

function collectWays(
  items: readonly ProgramItem[],
  row: RowVariable | undefined,
  ways: Map<string, Set<string>>,
): void {
  for (const item of items) {
    if (item.kind !== 'rule') collectWays(item.items, item.kind === 'each' ? item.row : row, ways);
    else if (row) for (const gate of gatesOf(item)) noteWay(gate, item, row, ways);
  }
}

function gatesOf(rule: ProgramRule): Gate[] {
  return [...rule.gates, ...rule.effects.flatMap(({ gates }) => gates)];
}

function noteWay(gate: Gate, rule: ProgramRule, row: RowVariable, ways: Map<string, Set<string>>): void {
  if (gate.kind === 'sample') return;
  const columns = keyedRule(rule, row)?.key.map(({ column }) => column) ?? [];
  const known = ways.get(gate.limiter) ?? new Set();
  ways.set(gate.limiter, known.add(`${rule.family ?? ''} ${columns.join(' ')}`));
}
