/** `log`, `count as`, `mark set`, `remember`, `forget`, `dscp set`, `mss`, `notrack`, `helper`, `opaque` */
import type { ColumnReference, Effect as EffectSyntax, Name } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { lookUp } from '../../2-resolve/names.ts';
import { columnNamed } from '../../2-resolve/values/column.ts';
import { wantInteger, wantIntegerOrCell } from '../../2-resolve/wanted/scalars.ts';
import type { Cell, Condition } from '../../model/condition.ts';
import type { Counter, Effect } from '../../model/policy.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { MARK_MAXIMUM, isMask } from '../clauses/mark.ts';
import { dscpContext } from '../clauses/numbers.ts';
import type { RuleContext } from '../context.ts';
import { protocolsOf } from '../families.ts';
import { readPlane } from '../planes.ts';
import { BAD_COUNTER, NEEDS_PROTOCOL } from '../problems.ts';
import { isActionLegal } from './legal.ts';
import { checkRemember } from './remember.ts';

type Of<Kind extends EffectSyntax['kind']> = Extract<EffectSyntax, { readonly kind: Kind }>;

type Checkers = {
  readonly [Kind in EffectSyntax['kind']]: (
    effect: Of<Kind>,
    condition: Condition,
    context: RuleContext,
  ) => Effect | undefined;
};

const GREATEST_LOG_GROUP = 65535;

const checkers: Checkers = {
  log: (effect, _, context) => {
    const use = { title: 'a log group', minimum: 0, maximum: GREATEST_LOG_GROUP };
    const group = effect.group && wantInteger(effect.group, use, context);
    if (effect.group && group === undefined) return undefined;
    return { kind: 'log', prefix: effect.prefix ?? '', level: effect.level ?? 'warn', group };
  },
  count: (effect, _, context) => {
    const counter = checkCounter(effect.counter, context);
    return counter && { kind: 'count', counter };
  },
  'mark-set': checkMarkSet,
  remember: (effect, _, context) => checkRemember(effect, context),
  forget: (effect, _, context) => checkRemember(effect, context),
  'dscp-set': (effect, _, context) => {
    const use = { title: 'a DSCP class', minimum: 0, maximum: 63 };
    const value = wantIntegerOrCell(effect.value, use, dscpContext(context));
    return value === undefined ? undefined : { kind: 'dscp set', value };
  },
  mss: checkMss,
  notrack: () => ({ kind: 'notrack' }),
  helper: (effect) => ({ kind: 'helper', helper: effect.helper.text }),
  opaque: (effect, _, context) => {
    const plane = readPlane(effect.plane, context);
    return plane && { kind: 'opaque', plane, text: effect.text };
  },
};

/** `condition` is what the clauses of the rule, and of the effect, come to. */
export function checkEffect(effect: EffectSyntax, condition: Condition, context: RuleContext): Effect | undefined {
  const legal = isActionLegal(effect.kind, effect.span, context);
  const check = checkers[effect.kind] as (
    effect: EffectSyntax,
    condition: Condition,
    context: RuleContext,
  ) => Effect | undefined;
  const checked = check(effect, condition, context);
  return legal ? checked : undefined;
}

/** A name of its own, or a column of the row at hand. */
export function checkCounter(counter: Name | ColumnReference, context: RuleContext): Counter | undefined {
  if (counter.kind === 'name') return { kind: 'named', name: counter.text };
  const cell = checkNamingCell(counter, context);
  return cell && { kind: 'per row', cell };
}

/** A cell that names something: a counter, a class. */
export function checkNamingCell(reference: ColumnReference, context: RuleContext): Cell | undefined {
  const owner = lookUp(reference.owner, context);
  if (!owner || owner.meaning.kind === 'unknown') return undefined;
  if (owner.meaning.kind === 'value' && owner.meaning.value.type === 'unknown') return undefined;
  if (owner.meaning.kind === 'row') {
    const column = columnNamed(reference, owner.meaning.row.table, context);
    return column && { kind: 'cell', row: owner.meaning.row, column: column.name };
  }
  report(context, BAD_COUNTER, reference.span, `\`${reference.owner.text}\` is no row at hand`, {
    hint: 'Give a name of its own, or a column of the row of an `each` around: `each u in users { … as u.id }`.',
  });
  return undefined;
}

function checkMarkSet(effect: Of<'mark-set'>, _: Condition, context: RuleContext): Effect | undefined {
  const { mask } = effect;
  const value = wantIntegerOrCell(effect.value, { title: 'a mark', minimum: 0, maximum: MARK_MAXIMUM }, context);
  if (value === undefined) return undefined;
  if (!mask) return { kind: 'mark set', value, mask: MARK_MAXIMUM };
  if (!isMask(mask, typeof value === 'number' ? value : 0, context)) return undefined;
  return { kind: 'mark set', value, mask: Number(mask.value) };
}

const TCP = IntervalSet.of(8, 6);

function checkMss(effect: Of<'mss'>, condition: Condition, context: RuleContext): Effect | undefined {
  const size =
    effect.size && wantInteger(effect.size, { title: 'a segment size', minimum: 1, maximum: 65495 }, context);
  if (effect.size && size === undefined) return undefined;
  if (!protocolsOf(condition).isSubsetOf(TCP)) {
    report(context, NEEDS_PROTOCOL, effect.span, 'segments belong to TCP, and this rule is for other protocols too', {
      hint: 'Add `tcp flags syn`: the size is agreed on by the packets that open a connection.',
    });
    return undefined;
  }
  return { kind: 'mss', size };
}
