/** Clauses on one number: `dscp is ef`, `length 1400-65535`, `ttl 1-4`, `vlan 100-199`, `mac aa:…` */
import type { DscpClause, FieldClause, Value } from '../../../grammar/ast/index.ts';
import { evaluate, report, type ValueContext } from '../../2-resolve/context.ts';
import { EMPTY_SET } from '../../2-resolve/problems.ts';
import { NUMBER_WIDTH, isEmptySet, numbers, type MacValues, type NumberValues } from '../../2-resolve/resolved.ts';
import { fitNumbers, wantNumbers, type NumberUse } from '../../2-resolve/wanted/numbers.ts';
import { reportType } from '../../2-resolve/wanted/report-type.ts';
import type { Condition } from '../../model/condition.ts';
import type { NumberField } from '../../model/fields.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { numberCondition } from '../conditions.ts';
import { condition, type ClauseContext, type ClauseResult } from '../context.ts';
import { isClauseLegal } from './legal.ts';

/** What each field holds: its width is the field's, its maximum may be less. */
export const NUMBER_USES: Readonly<Record<'length' | 'ttl' | 'vlan' | 'dscp' | 'mark' | 'protocol', NumberUse>> = {
  length: { width: 32, maximum: 0xffffffff, title: 'a length' },
  ttl: { width: 8, maximum: 255, title: 'a TTL' },
  vlan: { width: 12, maximum: 4095, title: 'a VLAN' },
  dscp: { width: 6, maximum: 63, title: 'a DSCP class' },
  mark: { width: 32, maximum: 0xffffffff, title: 'a mark' },
  protocol: { width: 8, maximum: 255, title: 'a protocol' },
};

export function checkDscp(clause: DscpClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal('dscp', clause.span, context);
  const found = numberTest(clause.values, 'dscp', NUMBER_USES.dscp, dscpContext(context));
  return legal && found ? condition(found) : undefined;
}

/** The same place, where DSCP classes are known by name. */
export function dscpContext<Context extends ValueContext>(context: Context): Context {
  return { ...context, words: context.definitions.standard('dscp') };
}

export function checkField(clause: FieldClause, context: ClauseContext): ClauseResult | undefined {
  const legal = isClauseLegal(clause.field, clause.span, context);
  const found =
    clause.field === 'mac'
      ? macTest(clause.values, context)
      : clause.field === 'length'
        ? lengthTest(clause.values, context)
        : numberTest(clause.values, clause.field, NUMBER_USES[clause.field], context);
  return legal && found ? condition(found) : undefined;
}

export function numberTest(
  value: Value,
  field: NumberField,
  use: NumberUse,
  context: ValueContext,
): Condition | undefined {
  const found = wantNumbers(value, use, context);
  return found && fitNumbers(found.set, use, value, context) ? numberCondition(found, field) : undefined;
}

/** A length may be written as a number of bytes or as a size. */
function lengthTest(value: Value, context: ValueContext): Condition | undefined {
  const resolved = value.kind === 'size' ? evaluate(value, context) : undefined;
  if (resolved?.type !== 'size' || typeof resolved.bytes !== 'number') {
    return numberTest(value, 'length', NUMBER_USES.length, context);
  }
  const bytes: NumberValues = numbers(IntervalSet.of(NUMBER_WIDTH, resolved.bytes));
  return fitNumbers(bytes.set, NUMBER_USES.length, value, context) ? numberCondition(bytes, 'length') : undefined;
}

function macTest(value: Value, context: ValueContext): Condition | undefined {
  const found = wantMacs(value, context);
  return found && numberCondition(found, 'source mac');
}

function wantMacs(value: Value, context: ValueContext): MacValues | undefined {
  const resolved = evaluate(value, context);
  if (resolved.type === 'unknown') return undefined;
  if (resolved.type !== 'macs') {
    reportType(value, resolved, 'a MAC address', context);
    return undefined;
  }
  if (isEmptySet(resolved) && !resolved.orEmpty) {
    report(context, EMPTY_SET, value.span, 'this is an empty set, so nothing can match');
    return undefined;
  }
  return resolved;
}
