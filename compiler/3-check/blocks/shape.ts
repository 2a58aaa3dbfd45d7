/** `shape uplink egress rate 6gbit { … }` */
import type { RuleItem, Shape as ShapeSyntax, ShapeDefault } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { lookUpKind, suggestion } from '../../2-resolve/names.ts';
import { isCell, refuseCell, wantInteger, wantRate } from '../../2-resolve/wanted/scalars.ts';
import type { Rate } from '../../model/condition.ts';
import type { Shape, ShapeItem } from '../../model/policy.ts';
import { MOST_QUEUES, MOST_SHAPERS } from '../../model/shape-classes.ts';
import { headLine, originOf, surroundingsOf } from '../origin.ts';
import { DUPLICATE_STATEMENT, SECOND_BLOCK, TOO_MANY_CLASSES, UNKNOWN_CLASS } from '../problems.ts';
import type { RuleContext } from '../context.ts';
import { headOf, type Written } from './order.ts';
import { checkClasses } from './shape-classes.ts';
import { checkPoliced } from './shape-policed.ts';
import { checkShapeItems } from './shape-items.ts';

export function checkShapes(written: readonly Written<ShapeSyntax>[]): readonly Shape[] {
  const shapes: Shape[] = [];
  for (const each of written) {
    const shape = checkShape(each);
    if (!shape) continue;
    const first = shapes.find((other) => other.zone === shape.zone && other.direction === shape.direction);
    if (first) {
      const what = `${shape.direction} of \`${shape.zone.name}\``;
      report(each.context, SECOND_BLOCK, headOf(each.block.span), `there is a second shaper for the ${what}`, {
        labels: [{ span: headOf(first.origin.span), text: 'the first one is here' }],
        hint: 'Put the classes of both into one block.',
      });
    } else {
      shapes.push(shape);
      if (shapes.length === MOST_SHAPERS + 1) {
        report(each.context, TOO_MANY_CLASSES, headOf(each.block.span), `there are more than ${MOST_SHAPERS} shapers`, {
          hint: 'Put the shapers of other interfaces into a policy of their own, for another host.',
        });
      }
    }
  }
  return shapes;
}

function checkShape({ block, context }: Written<ShapeSyntax>): Shape | undefined {
  const zone = lookUpKind(block.zone, 'zone', context)?.zone;
  const rate = refuseCell(wantRate(block.rate, 'bits', context), block.rate, 'the rate of a shaper', context);
  const overhead = block.overhead
    ? wantInteger(block.overhead, { title: 'an overhead', minimum: 0, maximum: 1500 }, context)
    : 0;
  const queues =
    block.queues &&
    wantInteger(block.queues, { title: 'a number of queues', minimum: 1, maximum: MOST_QUEUES }, context);
  const title = `shape ${block.zone.text} ${block.direction}`;
  const inner: RuleContext = {
    ...context,
    place: { kind: 'shape', ingress: block.direction === 'ingress' },
    surroundings: surroundingsOf(block, title, undefined),
  };
  const limit = isCell(rate) ? undefined : rate;
  const share = limit && { ...limit, amount: limit.amount / (queues ?? 1) };
  const items = block.body.filter((item) => item.kind !== 'shape-default');
  const body = checkShapeItems(items, inner, share);
  const fallback = checkDefault(block.body, body, inner);
  if (block.policed) checkPoliced(block, inner);
  if (!zone || !limit || overhead === undefined || !fallback) return undefined;
  const shape: Shape = {
    origin: originOf(block, title, headLine(block.span, block.body), context),
    zone,
    direction: block.direction,
    rate: limit satisfies Rate,
    link: block.link ?? 'ethernet',
    overhead,
    queues,
    policed: block.policed,
    body,
    default: fallback,
  };
  checkClasses(shape, inner);
  return shape;
}

/** Where what no class takes goes: `fair` unless said. */
function checkDefault(
  items: readonly RuleItem[],
  body: readonly ShapeItem[],
  context: RuleContext,
): Shape['default'] | undefined {
  const [first, ...more] = items.filter((item): item is ShapeDefault => item.kind === 'shape-default');
  for (const { span } of more) {
    report(context, DUPLICATE_STATEMENT, span, 'there is a second `default`', {
      labels: first ? [{ span: first.span, text: 'the first one is here' }] : [],
    });
  }
  if (!first) return 'fair';
  if (first.to === 'fair' || first.to === 'unshaped') return first.to;
  const known = [...classNames(body)];
  if (known.includes(first.to.text)) return { class: first.to.text };
  report(context, UNKNOWN_CLASS, first.to.span, `there is no class \`${first.to.text}\` here`, {
    hint: suggestion(first.to.text, known, 'Name a class of this block, or say `default fair`.'),
  });
  return undefined;
}

function* classNames(items: readonly ShapeItem[]): Generator<string> {
  for (const item of items) {
    if (item.kind === 'class' && typeof item.name === 'string') yield item.name;
    yield* classNames(item.kind === 'class' ? item.nested : item.body);
  }
}
