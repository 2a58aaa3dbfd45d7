/** The struct of keys. */
import { keyName, keyWidth } from '../fields.ts';
import type { FamilyTables } from '../tree.ts';

/** Its members, by name: bits. */
export function keyWidthsOf(families: readonly FamilyTables[]): ReadonlyMap<string, number> {
  const widths = new Map<string, number>([
    ['zone', keyWidth('zone', 4)],
    ['vlan', keyWidth('vlan', 4)],
  ]);
  for (const { family, memberships, rules } of families) {
    for (const { field } of memberships) widths.set(keyName(field, family), keyWidth(field, family));
    for (const { name, width } of rules.keys) widths.set(name, width);
  }
  return widths;
}
