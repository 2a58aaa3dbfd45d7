/** What stands inside a block, a group or an `each`, by the kind of its syntax. */
import type { RuleItem as RuleItemSyntax } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { RuleItem } from '../../model/policy.ts';
import type { RuleContext } from '../context.ts';
import { namesOf } from '../origin.ts';
import { MISPLACED_ITEM } from '../problems.ts';
import { checkEach } from './each.ts';
import { checkGroupUse } from './group-use.ts';
import { checkRule } from './rule.ts';

type Checkers = {
  readonly [Kind in RuleItemSyntax['kind']]: (
    item: Extract<RuleItemSyntax, { readonly kind: Kind }>,
    name: string,
    context: RuleContext,
  ) => RuleItem | undefined;
};

const checkers: Checkers = {
  rule: checkRule,
  each: checkEach,
  'group-use': checkGroupUse,
  'essential-off': (item, _, context) => {
    const hint = 'It stands in a `filter` itself, not in a group or an `each`.';
    report(context, MISPLACED_ITEM, item.span, '`essential off` cannot stand here', { hint });
    return undefined;
  },
  class: (item, _, context) => {
    report(context, MISPLACED_ITEM, item.span, 'a class cannot stand here', { hint: 'Classes belong to `shape`.' });
    return undefined;
  },
  'shape-default': (item, _, context) => {
    const hint = 'A filter has its default in its head: `filter forward default drop { … }`.';
    report(context, MISPLACED_ITEM, item.span, '`default` cannot stand here', { hint });
    return undefined;
  },
};

/** The items that are right; the others are reported. */
export function checkItems(items: readonly RuleItemSyntax[], context: RuleContext): readonly RuleItem[] {
  const names = namesOf(items, context.surroundings.path);
  const checked: RuleItem[] = [];
  for (const [at, item] of items.entries()) {
    const check = checkers[item.kind] as (
      item: RuleItemSyntax,
      name: string,
      context: RuleContext,
    ) => RuleItem | undefined;
    const made = check(item, names[at] ?? context.surroundings.path, context);
    if (made) checked.push(made);
  }
  return checked;
}
