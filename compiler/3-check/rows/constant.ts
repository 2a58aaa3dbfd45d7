/** `u.plan == trial`, `u.id in 100-199`, `u.room in campus`, `u.room6 != none`: a cell and a constant. */
import type { Value } from '../../../grammar/ast/index.ts';
import type { Span } from '../../../grammar/source.ts';
import { evaluate, report, type ValueContext } from '../../2-resolve/context.ts';
import { suggestion } from '../../2-resolve/names.ts';
import { WRONG_TYPE } from '../../2-resolve/problems.ts';
import { RESOLVED_TITLES, isSet, type Resolved, type SetValues } from '../../2-resolve/resolved.ts';
import { wantConstantAddresses } from '../../2-resolve/wanted/addresses.ts';
import { isCell } from '../../2-resolve/wanted/scalars.ts';
import type { Cell } from '../../model/condition.ts';
import type { Column } from '../../model/table.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { protocolWords } from '../protocol-words.ts';
import type { RuleContext } from '../context.ts';
import { NOT_COMPARABLE } from '../problems.ts';
import { holds } from './order.ts';
import { RATE_DIMENSIONS, addressReader, hasValue, orderedReader, ratePerSecond, textReader } from './readers.ts';
import type { Operator, RowTest } from './select.ts';

export function compareConstant(
  column: Column,
  operator: Operator,
  value: Value,
  span: Span,
  context: RuleContext,
): RowTest | undefined {
  if (isNone(value) && (operator === '==' || operator === '!=')) {
    return (row) => hasValue(column, row) === (operator === '!=');
  }
  const test = testOf(column, operator, value, span, context);
  return test && ((row) => hasValue(column, row) && test(row));
}

function isNone(value: Value): boolean {
  return value.kind === 'reference' && !value.name.quoted && value.name.text === 'none';
}

function testOf(
  column: Column,
  operator: Operator,
  value: Value,
  span: Span,
  context: RuleContext,
): RowTest | undefined {
  const ordered = orderedReader(column);
  if (ordered) {
    const wanted = orderedConstant(column, value, context);
    return wanted === undefined ? undefined : orderedTest(ordered, operator, wanted, span, context);
  }
  if (operator !== '==' && operator !== '!=' && operator !== 'in') {
    report(context, NOT_COMPARABLE, span, `the values of column \`${column.name}\` have no order`, {
      hint: 'They can be compared by `==`, `!=` and `in`.',
    });
    return undefined;
  }
  const isAmong = membership(column, value, span, context);
  return isAmong && (operator === '!=' ? (row) => !isAmong(row) : isAmong);
}

function membership(column: Column, value: Value, span: Span, context: RuleContext): RowTest | undefined {
  const text = textReader(column);
  if (text) {
    const wanted = column.type.kind === 'string' ? texts(value, context) : words(column, value, context);
    return wanted && ((row) => wanted.has(text(row)));
  }
  const address = addressReader(column);
  if (address) {
    const set = wantConstantAddresses(value, context);
    return (
      set &&
      ((row) => {
        const { family, low, high } = address(row);
        const ofFamily = family === 4 ? set.ipv4 : set.ipv6;
        return IntervalSet.range(ofFamily.width, low, high).isSubsetOf(ofFamily);
      })
    );
  }
  const { data } = column;
  const wanted = orderedConstant(column, value, context);
  if (data.store === 'range' && wanted instanceof IntervalSet) {
    return (row) => IntervalSet.range(wanted.width, data.low[row]!, data.high[row]!).isSubsetOf(wanted);
  }
  if (wanted !== undefined) report(context, NOT_COMPARABLE, span, `column \`${column.name}\` cannot be compared`);
  return undefined;
}

function orderedTest(
  read: (row: number) => number | bigint,
  operator: Operator,
  wanted: IntervalSet | number,
  span: Span,
  context: RuleContext,
): RowTest | undefined {
  if (typeof wanted === 'number') return (row) => holds(read(row), operator === 'in' ? '==' : operator, wanted);
  const single = wanted.singleValue();
  if (single !== undefined) return (row) => holds(read(row), operator === 'in' ? '==' : operator, single);
  if (operator === '==' || operator === 'in') return (row) => wanted.contains(read(row));
  if (operator === '!=') return (row) => !wanted.contains(read(row));
  report(context, NOT_COMPARABLE, span, `\`${operator}\` compares with one number, and this is a set`);
  return undefined;
}

/** A set of numbers, or one number that orders like the column's values do. */
function orderedConstant(column: Column, value: Value, context: RuleContext): IntervalSet | number | undefined {
  const isProtocol = column.type.kind === 'protocol';
  const inner: ValueContext = isProtocol ? { ...context, words: protocolWords(value.span) } : context;
  // `tcp` alone is read as a service; beside a column of protocols it is the protocol.
  const resolved = evaluate(value, inner);
  const constant = constantOf(column, resolved);
  if (constant === undefined && resolved.type !== 'unknown') {
    const message = `${RESOLVED_TITLES[resolved.type]} cannot be compared with the column \`${column.name}\``;
    report(context, WRONG_TYPE, value.span, message, {
      labels: [{ span: column.span, text: 'the column is declared here' }],
    });
  }
  return constant;
}

const INTEGER_KINDS: ReadonlySet<string> = new Set(['unsigned', 'port', 'ports', 'protocol']);

function constantOf(column: Column, resolved: Resolved): IntervalSet | number | undefined {
  const { kind } = column.type;
  if (isSet(resolved)) return resolved.dynamic.length === 0 ? setConstant(kind, resolved) : undefined;
  if (resolved.type === 'rate') return rateConstant(column, resolved.rate);
  if (resolved.type !== kind) return undefined;
  const found = scalarOf(resolved);
  return isCell(found) ? undefined : found;
}

function setConstant(kind: Column['type']['kind'], value: SetValues): IntervalSet | undefined {
  if (value.type === 'numbers') return INTEGER_KINDS.has(kind) ? value.set : undefined;
  if (value.type === 'macs') return kind === 'mac' ? value.set : undefined;
  if (value.type !== 'services' || kind !== 'protocol' || !value.set.service.isEmpty()) return undefined;
  return value.set.protocol;
}

function scalarOf(resolved: Extract<Resolved, { type: 'size' | 'duration' | 'date' }>): number | Cell {
  if (resolved.type === 'size') return resolved.bytes;
  if (resolved.type === 'duration') return resolved.milliseconds;
  return isCell(resolved.date) ? resolved.date : daysOf(resolved.date);
}

function daysOf({ year, month, day }: { year: number; month: number; day: number }): number {
  return Date.UTC(year, month - 1, day) / 86_400_000;
}

function rateConstant(column: Column, rate: Extract<Resolved, { type: 'rate' }>['rate']): number | undefined {
  const { data } = column;
  if (isCell(rate) || data.store !== 'rate') return undefined;
  const dimension = rate.of === 'events' ? 'packets' : 'bits';
  const same = data.of.every((of) => RATE_DIMENSIONS[of] === dimension);
  return same ? ratePerSecond(rate.amount, rate.perSeconds, rate.of === 'bytes') : undefined;
}

function texts(value: Value, context: RuleContext): ReadonlySet<string> | undefined {
  const wanted = new Set<string>();
  for (const item of value.kind === 'list' ? value.items : [value]) {
    const resolved = evaluate(item, context);
    if (resolved.type === 'unknown') return undefined;
    if (resolved.type !== 'text' || isCell(resolved.text)) {
      report(context, WRONG_TYPE, item.span, `${RESOLVED_TITLES[resolved.type]} is no text`, {
        hint: 'A text stands in quotes.',
      });
      return undefined;
    }
    wanted.add(resolved.text);
  }
  return wanted;
}

/** Members of an enumeration, or `true` and `false`, by name. */
function words(column: Column, value: Value, context: RuleContext): ReadonlySet<string> | undefined {
  const known = column.type.kind === 'enum' ? column.type.members : ['true', 'false'];
  const wanted = new Set<string>();
  for (const item of value.kind === 'list' ? value.items : [value]) {
    const word = item.kind === 'reference' ? item.name.text : item.kind === 'string' ? item.value : undefined;
    if (word === undefined || !known.includes(word)) {
      const written = word === undefined ? 'this' : `\`${word}\``;
      report(context, WRONG_TYPE, item.span, `${written} is no value of the column \`${column.name}\``, {
        hint: suggestion(word ?? '', known, `Its values are ${known.join(', ')}.`),
        labels: [{ span: column.span, text: 'the column is declared here' }],
      });
      return undefined;
    }
    wanted.add(word);
  }
  return wanted;
}
