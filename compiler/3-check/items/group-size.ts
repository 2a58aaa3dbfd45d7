/** For how many rules a group stands once the groups that it uses are put in place. */
import type { Group, RuleItem } from '../../../grammar/ast/index.ts';
import type { Scope } from '../../2-resolve/scope.ts';

/** Sizes of groups that were asked for, so that each group is counted once however often it is used. */
export type GroupSizes = Map<Group, number>;

export function groupSize(group: Group, scope: Scope, sizes: GroupSizes): number {
  const known = sizes.get(group);
  if (known !== undefined) return known;
  // A group that uses itself is reported where its rules are put in place.
  sizes.set(group, 0);
  const size = sizeOf(group.body, scope, sizes);
  sizes.set(group, size);
  return size;
}

function sizeOf(items: readonly RuleItem[], scope: Scope, sizes: GroupSizes): number {
  let size = 0;
  for (const item of items) {
    if (item.kind === 'each') {
      size += sizeOf(item.body, scope, sizes);
    } else if (item.kind === 'group-use') {
      const meaning = scope.find(item.group.text)?.meaning;
      size += meaning?.kind === 'group' ? groupSize(meaning.statement, meaning.scope, sizes) : 0;
    } else {
      size++;
    }
  }
  return size;
}
