/** `length > 1400`, `protocol == udp`, `source port in 1024-65535`, `destination port != f.inner` */
import type { FieldReference, Value } from '../../../grammar/ast/index.ts';
import { evaluate, report } from '../../2-resolve/context.ts';
import { NUMBER_WIDTH, numbers, type NumberValues } from '../../2-resolve/resolved.ts';
import { PORT_USE } from '../../2-resolve/values/service.ts';
import { fitNumbers, wantNumbers, type NumberUse } from '../../2-resolve/wanted/numbers.ts';
import { reportType } from '../../2-resolve/wanted/report-type.ts';
import type { Condition } from '../../model/condition.ts';
import type { AddressField } from '../../model/fields.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { numberCondition } from '../conditions.ts';
import { NUMBER_USES, dscpContext } from '../clauses/numbers.ts';
import type { ClauseContext } from '../context.ts';
import { NOT_COMPARABLE } from '../problems.ts';
import { protocolWords } from '../protocol-words.ts';
import type { Operator } from './comparison.ts';
import { present } from './fields.ts';

type Field = Exclude<FieldReference['field'], AddressField>;

const USES: Readonly<Record<Field, NumberUse>> = {
  ...NUMBER_USES,
  'source port': PORT_USE,
  'destination port': PORT_USE,
};

export function compareNumber(
  reference: FieldReference,
  operator: Operator,
  value: Value,
  context: ClauseContext,
): Condition | undefined {
  const field = reference.field as Field;
  const use = USES[field];
  const values = readNumbers(value, field, use, context);
  if (!values || !fitNumbers(values.set, use, value, context)) return undefined;
  if (operator === '==' || operator === 'in') return numberCondition(values, field);
  if (values.dynamic.length > 0) {
    if (operator === '!=') {
      return { kind: 'all', of: [present(field, context.place), { kind: 'not', of: numberCondition(values, field) }] };
    }
    report(
      context,
      NOT_COMPARABLE,
      value.span,
      `\`${operator}\` compares with a constant, and a row decides about this`,
      {
        hint: 'Cells can be compared by `==` and `!=`.',
      },
    );
    return undefined;
  }
  const among = ordered(operator, values.set, use);
  if (!among) {
    report(context, NOT_COMPARABLE, value.span, `\`${operator}\` compares with one number, and this is a set`);
    return undefined;
  }
  if (among.isEmpty()) {
    report(context, NOT_COMPARABLE, value.span, `this never holds: ${use.title} is a number from 0 to ${use.maximum}`);
    return undefined;
  }
  return numberCondition(numbers(among), field);
}

/** What compares so with the set, in the set's width; undefined for an order relation with several numbers. */
function ordered(operator: Operator, set: IntervalSet, use: NumberUse): IntervalSet | undefined {
  const everything = IntervalSet.range(set.width, 0, use.maximum);
  if (operator === '!=') return everything.subtract(set);
  const single = set.singleValue();
  if (single === undefined) return undefined;
  const limit = BigInt(single);
  const below = (end: bigint): IntervalSet =>
    end < 0n ? IntervalSet.empty(set.width) : IntervalSet.range(set.width, 0, end);
  switch (operator) {
    case '<':
      return below(limit - 1n);
    case '<=':
      return below(limit);
    case '>':
      return everything.subtract(below(limit));
    default:
      return everything.subtract(below(limit - 1n));
  }
}

function readNumbers(value: Value, field: Field, use: NumberUse, context: ClauseContext): NumberValues | undefined {
  if (field === 'protocol') return readProtocols(value, use, context);
  if (field === 'dscp') return wantNumbers(value, use, dscpContext(context));
  if (field === 'length' && value.kind === 'size') {
    const size = evaluate(value, context);
    return size.type === 'size' && typeof size.bytes === 'number'
      ? numbers(IntervalSet.of(NUMBER_WIDTH, size.bytes))
      : undefined;
  }
  return wantNumbers(value, use, context);
}

/** Protocols by name or number. `tcp` alone is read as a service, and means the protocol here. */
function readProtocols(value: Value, use: NumberUse, context: ClauseContext): NumberValues | undefined {
  const inner = { ...context, words: protocolWords(value.span) };
  const resolved = evaluate(value, inner);
  if (resolved.type !== 'services') return wantNumbers(value, use, inner);
  const { set, dynamic } = resolved;
  if (dynamic.length === 0 && set.service.isEmpty() && set.icmp4.isEmpty() && set.icmp6.isEmpty()) {
    return numbers(IntervalSet.fromIntervals(NUMBER_WIDTH, set.protocol.bigintIntervals()));
  }
  reportType(
    value,
    resolved,
    'a protocol',
    context,
    'Protocols with their ports are a clause of their own: `tcp/443`.',
  );
  return undefined;
}
