/**
 * `shape … ingress` queues packets as they arrive, before the host has put them together, tracked or translated them. What
 * its classes ask is what the frame carries, and where nothing in the policy translates an end of packets, that is the real
 * host there, too.
 */
import type { AddressField } from '../model/fields.ts';
import type { Condition, Origin, Policy, RuleItem, Shape, ShapeClass, ShapeItem, Test } from '../model/index.ts';

type Ends = ReadonlySet<AddressField>;

/** The shaper with its classes asking for addresses on the wire, as far as those are the real ones. */
export function asItArrives(shape: Shape, policy: Policy): Shape {
  const ends = translatedEnds(policy);
  return { ...shape, body: shape.body.map((item) => itemOnWire(item, ends)) };
}

function itemOnWire(item: ShapeItem, ends: Ends): ShapeItem {
  if (item.kind === 'each') return { ...item, body: item.body.map((inner) => itemOnWire(inner, ends)) };
  const nested = item.nested.map((inner) => itemOnWire(inner, ends));
  return { ...item, condition: onWire(item.condition, ends), nested };
}

function onWire(condition: Condition, ends: Ends): Condition {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { ...condition, of: condition.of.map((part) => onWire(part, ends)) };
    case 'not':
      return { ...condition, of: onWire(condition.of, ends) };
    case 'address':
      return condition.view === 'real' && !ends.has(condition.field) ? { ...condition, view: 'on wire' } : condition;
    default:
      return condition;
  }
}

/** A class that asks for the real host or port at an end that the policy translates. */
interface AsksTranslated {
  readonly origin: Origin;
  readonly end: AddressField;
}

/** Classes whose packets cannot be told as they arrive, each with the first end that it asks for. */
export function asksTranslated(shape: Shape, policy: Policy): readonly AsksTranslated[] {
  const ends = translatedEnds(policy);
  return [...new Set(classesOf(shape.body))].flatMap(({ condition, origin }) => {
    const end = testsOf(condition)
      .flatMap(realEnds)
      .find((one) => ends.has(one));
    return end === undefined ? [] : [{ origin, end }];
  });
}

function* classesOf(items: readonly ShapeItem[]): Generator<ShapeClass> {
  for (const item of items) {
    if (item.kind === 'class') yield item;
    yield* classesOf(item.kind === 'class' ? item.nested : item.body);
  }
}

function testsOf(condition: Condition): readonly Test[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of.flatMap(testsOf);
    case 'not':
      return testsOf(condition.of);
    default:
      return [condition];
  }
}

/** At which ends a test asks for the real host, or its port. */
function realEnds(test: Test): readonly AddressField[] {
  switch (test.kind) {
    case 'address':
      return test.view === 'real' ? [test.field] : [];
    case 'address of zone':
      return [test.field];
    case 'number':
    case 'masked':
      return endsOf(test.field);
    case 'service cell':
      return ['destination'];
    case 'memory':
      return test.key.flatMap(endsOf);
    case 'same field':
      return [test.left, test.right].flatMap(endsOf);
    default:
      return [];
  }
}

function endsOf(field: string): readonly AddressField[] {
  if (field === 'source' || field === 'source port') return ['source'];
  return field === 'destination' || field === 'destination port' || field === 'service' ? ['destination'] : [];
}

/**
 * The ends at which an arriving packet may carry other than the real host. Replies come to the address that a source
 * translation gave, and from behind the one that a destination translation took away.
 */
function translatedEnds({ nat, balances }: Policy): Ends {
  const kinds = new Set(kindsOf(nat?.body ?? []));
  const ofDestinations =
    kinds.has('dnat') || kinds.has('redirect') || balances.some(({ forward }) => forward === 'dnat');
  if (ofDestinations) return new Set(['source', 'destination']);
  return new Set(kinds.size > 0 ? ['destination'] : []);
}

function kindsOf(items: readonly RuleItem[]): readonly string[] {
  return items.flatMap((item) => (item.kind === 'rule' ? (item.translation?.kind ?? []) : kindsOf(item.body)));
}
