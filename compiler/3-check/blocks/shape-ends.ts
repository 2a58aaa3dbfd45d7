/** `host` in the classes of an `each`: whose class a packet between two hosts of the table is in. */
import type { Condition } from '../../model/condition.ts';
import type { AddressField } from '../../model/fields.ts';
import type { ShapeClass, ShapeEach } from '../../model/policy.ts';
import { all, any } from '../context.ts';

/**
 * The `each` once for what the rows' hosts send and, behind it, once for what they receive: of a packet between two of them
 * the source decides, whichever row comes first. So a class costs one lookup of an address, and never a comparison of rows.
 * An `each` with a class that does not say `host` of its row stays as it is.
 */
export function endsApart(each: ShapeEach): readonly ShapeEach[] {
  const sides = (['source', 'destination'] as const).map((field) => {
    const body = each.body.map((item) => (item.kind === 'class' ? ofEnd(item, field) : undefined));
    return body.every((item) => item !== undefined) ? { ...each, body } : undefined;
  });
  const apart = sides.filter((side) => side !== undefined);
  return apart.length === sides.length ? apart : [each];
}

/** The class for packets whose end at `field` is the host; undefined where its clauses do not ask for either end. */
function ofEnd(shapeClass: ShapeClass, field: AddressField): ShapeClass | undefined {
  const { condition } = shapeClass;
  const clauses = condition.kind === 'all' ? condition.of : [condition];
  const place = clauses.findIndex(isOfEitherEnd);
  const clause = clauses[place];
  if (clause?.kind !== 'any') return undefined;
  const own = any(clause.of.filter((term) => fieldOf(term) === field));
  return { ...shapeClass, condition: all(clauses.with(place, own)) };
}

function isOfEitherEnd(clause: Condition): boolean {
  if (clause.kind !== 'any') return false;
  const fields = new Set(clause.of.map(fieldOf));
  return fields.size === 2 && !fields.has(undefined);
}

/** Whose address a term asks for, in cells of the row. */
function fieldOf(term: Condition): AddressField | undefined {
  if (term.kind === 'address') return 'kind' in term.in && term.in.kind === 'cell' ? term.field : undefined;
  if (term.kind !== 'any' && term.kind !== 'all') return undefined;
  const fields = new Set(term.of.map((part) => (part.kind === 'number' ? undefined : fieldOf(part))));
  if (term.kind === 'all') fields.delete(undefined);
  const [only] = fields;
  return fields.size === 1 ? only : undefined;
}
