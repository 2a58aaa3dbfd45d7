/** How long the keys of lookups are: bytes of each of their fields. */
import { FIELD_WIDTHS } from '../model/fields.ts';
import type { Lookup, Switch } from '../6-plan/plan.ts';

/** What of a lookup its key's length depends on. */
interface Key {
  readonly key: readonly { readonly field: string }[];
  readonly family: Lookup['family'];
}

/** Services are protocols and ports. */
export function keyOfSwitch({
  field,
  family,
}: {
  readonly field: Switch['field'];
  readonly family?: Switch['family'];
}): readonly number[] {
  if (field.kind === 'address') return [family === 6 ? 16 : 4];
  return field.field === 'service' ? [1, 2] : [bytesOfField(field.field)];
}

export function keyOfLookup({ key, family }: Key): readonly number[] {
  return key.map(({ field }) =>
    field === 'source' || field === 'destination' ? (family === 6 ? 16 : 4) : bytesOfField(field),
  );
}

/** Bytes of all fields of a key. */
export function bytesOfKey(key: readonly number[]): number {
  return key.reduce((sum, bytes) => sum + bytes, 0);
}

function bytesOfField(field: string): number {
  return Math.ceil((FIELD_WIDTHS[field as keyof typeof FIELD_WIDTHS] ?? 32) / 8);
}
