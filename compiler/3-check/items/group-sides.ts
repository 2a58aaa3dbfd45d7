/** Which ends the rules of a group translate, those of groups that it uses too. */
import type { Group, RuleItem } from '../../../grammar/ast/index.ts';
import type { Scope } from '../../2-resolve/scope.ts';

/** Sides of groups that were asked for, so that each group is looked through once. */
export type GroupSides = Map<Group, ReadonlySet<'dnat' | 'snat'>>;

/** The kinds of translation that stand in a group, or in those that it uses. */
export function sidesOf(group: Group, scope: Scope, sides: GroupSides): ReadonlySet<'dnat' | 'snat'> {
  const known = sides.get(group);
  if (known) return known;
  // A group that uses itself is reported where its rules are put in place.
  sides.set(group, new Set());
  const found = new Set<'dnat' | 'snat'>();
  collect(group.body, scope, sides, found);
  sides.set(group, found);
  return found;
}

function collect(items: readonly RuleItem[], scope: Scope, sides: GroupSides, found: Set<'dnat' | 'snat'>): void {
  for (const item of items) {
    if (item.kind === 'each') collect(item.body, scope, sides, found);
    else if (item.kind === 'rule') {
      const { kind } = item.action;
      if (kind === 'snat' || kind === 'masquerade') found.add('snat');
      if (kind === 'dnat' || kind === 'redirect') found.add('dnat');
    } else if (item.kind === 'group-use') {
      const meaning = scope.find(item.group.text)?.meaning;
      const used = meaning?.kind === 'group' ? sidesOf(meaning.statement, meaning.scope, sides) : [];
      for (const side of used) found.add(side);
    }
  }
}
