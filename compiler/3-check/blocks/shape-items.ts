/** Classes, and classes for each row of a table. */
import type { Each, RuleItem, ShapeClass as ShapeClassSyntax, Value } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { suggestion } from '../../2-resolve/names.ts';
import { isCell, wantDuration, wantInteger, wantRate, wantSize } from '../../2-resolve/wanted/scalars.ts';
import type { Cell, Rate } from '../../model/condition.ts';
import { LEAVES, type Leaf, type ShapeClass, type ShapeEach, type ShapeItem } from '../../model/policy.ts';
import { checkNamingCell } from '../actions/effects.ts';
import { bitsOf } from '../../model/shape-classes.ts';
import { bindRow } from '../bind-row.ts';
import type { RuleContext } from '../context.ts';
import { checkConditions } from '../items/clauses.ts';
import { headLine, namesOf, oneLine, originOf, surroundingsOf } from '../origin.ts';
import { DUPLICATE_STATEMENT, MISPLACED_ITEM, SHAPE_RATES, UNKNOWN_LEAF } from '../problems.ts';
import { endsApart } from './shape-ends.ts';

/** `limit`: what the classes share, where it is known. */
export function checkShapeItems(
  items: readonly RuleItem[],
  context: RuleContext,
  limit: Rate | undefined,
): readonly ShapeItem[] {
  const names = namesOf(items, context.surroundings.path);
  const checked: ShapeItem[] = [];
  const classes = new Map<string, ShapeClass>();
  for (const [at, item] of items.entries()) {
    const name = names[at] ?? context.surroundings.path;
    const made = checkItem(item, name, context, limit);
    if (!made) continue;
    if (made.kind === 'each') {
      checked.push(...endsApart(made));
      continue;
    }
    const first = typeof made.name === 'string' ? classes.get(made.name) : undefined;
    if (first) {
      report(context, DUPLICATE_STATEMENT, item.span, `there are two classes \`${String(first.name)}\``, {
        labels: [{ span: first.origin.span, text: 'the first one is here' }],
      });
      continue;
    }
    if (typeof made.name === 'string') classes.set(made.name, made);
    checked.push(made);
  }
  return checked;
}

function checkItem(item: RuleItem, name: string, context: RuleContext, limit: Rate | undefined): ShapeItem | undefined {
  if (item.kind === 'class') return checkClass(item, name, context, limit);
  if (item.kind === 'each') return checkEach(item, name, context, limit);
  report(context, MISPLACED_ITEM, item.span, 'a `shape` block holds classes, and `each` with classes in it', {
    hint: 'Which packets a class takes is said behind its `for`: `class voice for dscp is ef`.',
  });
  return undefined;
}

function checkEach(each: Each, name: string, context: RuleContext, limit: Rate | undefined): ShapeEach | undefined {
  const bound = bindRow(each, context);
  if (!bound) return undefined;
  const inner: RuleContext = {
    ...context,
    scope: bound.scope,
    rows: [...context.rows, bound.row],
    surroundings: surroundingsOf(each, name, context.surroundings),
  };
  const body = checkShapeItems(each.body, inner, limit);
  const origin = originOf(each, name, headLine(each.span, each.body), context);
  return { kind: 'each', origin, row: bound.row, rows: bound.rows, body };
}

function checkClass(
  syntax: ShapeClassSyntax,
  name: string,
  context: RuleContext,
  limit: Rate | undefined,
): ShapeClass | undefined {
  const conditions = checkConditions(syntax.clauses, name, context);
  const className = syntax.name.kind === 'name' ? syntax.name.text : checkNamingCell(syntax.name, context);
  const guarantee = syntax.guarantee && wantRate(syntax.guarantee, 'bits', context);
  const ceiling = syntax.ceiling && wantRate(syntax.ceiling, 'bits', context);
  const priority =
    syntax.priority && wantInteger(syntax.priority, { title: 'a priority', minimum: 0, maximum: 7 }, context);
  const burst = syntax.burst && wantSize(syntax.burst, 'a burst', context);
  const latency = syntax.latency && wantDuration(syntax.latency, 'a latency', context);
  reportRates(syntax, guarantee, ceiling, limit, context);
  const inner: RuleContext = { ...context, surroundings: surroundingsOf(syntax, name, context.surroundings) };
  const ceilingRate = isCell(ceiling) ? undefined : ceiling;
  const nested = checkShapeItems(syntax.nested, inner, ceilingRate ?? limit);
  if (!conditions || className === undefined) return undefined;
  const text = syntax.nested.length > 0 ? headLine(syntax.span, syntax.nested) : oneLine(syntax.span);
  const origin = originOf(syntax, name, text, context);
  const leaf = checkLeaf(syntax, context);
  return {
    kind: 'class',
    origin,
    name: className,
    condition: conditions,
    guarantee,
    ceiling,
    priority,
    burst,
    latency,
    leaf,
    ecn: syntax.ecn && syntax.ecn.text === 'ecn',
    nested,
  };
}

/** guarantee ≤ ceiling ≤ what the classes share. */
function reportRates(
  syntax: ShapeClassSyntax,
  guarantee: Rate | Cell | undefined,
  ceiling: Rate | Cell | undefined,
  limit: Rate | undefined,
  context: RuleContext,
): void {
  const [low, middle, high] = [bitsOf(guarantee), bitsOf(ceiling), bitsOf(limit)];
  const complain = (value: Value | undefined, what: string): void => {
    if (value) report(context, SHAPE_RATES, value.span, what);
  };
  if (low !== undefined && middle !== undefined && low > middle) {
    complain(syntax.guarantee, 'the guarantee is greater than the ceiling');
  } else if (low !== undefined && high !== undefined && low > high) {
    complain(syntax.guarantee, 'the guarantee is greater than the rate of what the class is in');
  }
  if (middle !== undefined && high !== undefined && middle > high) {
    complain(syntax.ceiling, 'the ceiling is greater than the rate of what the class is in');
  }
}

function checkLeaf({ leaf, ecn, nested }: ShapeClassSyntax, context: RuleContext): Leaf | undefined {
  if (ecn && nested.length > 0) {
    report(context, UNKNOWN_LEAF, ecn.span, 'packets wait in the classes of this class, and not in itself', {
      hint: `Say \`${ecn.text}\` in each of the classes in it.`,
    });
  }
  if (!leaf) return undefined;
  const known = LEAVES.find((name) => name === leaf.text);
  if (!known) {
    report(context, UNKNOWN_LEAF, leaf.span, `\`${leaf.text}\` is no queue`, {
      hint: suggestion(leaf.text, LEAVES, `The queues are ${LEAVES.join(', ')}.`),
    });
  } else if (nested.length > 0) {
    report(context, UNKNOWN_LEAF, leaf.span, 'packets wait in the classes of this class, and not in itself', {
      hint: 'Name a queue for each of the classes in it.',
    });
  }
  return known;
}
