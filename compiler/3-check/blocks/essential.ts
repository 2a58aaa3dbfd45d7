/** What a filter that drops by default must let through all the same: groups of `std.essential`. */
import type { GroupUse } from '../../../grammar/ast/index.ts';
import type { BoundPolicy } from '../../2-resolve/modules.ts';
import type { CheckSession } from '../context.ts';
import { checkGroupUse } from '../items/group-use.ts';
import type { EssentialRules } from './filter.ts';
import { ruleContext } from './gathered.ts';

/** The group for a hook is called `essential_input` and so on; `essential` is for hooks without one of their own. */
const GROUP = 'essential';

export function essentialRules(bound: BoundPolicy, session: CheckSession): EssentialRules {
  return (place) => {
    const module = bound.standard(GROUP);
    const { scope } = module?.context ?? {};
    const meaning = (scope?.find(`${GROUP}_${place.hook}`) ?? scope?.find(GROUP))?.meaning;
    if (!module || meaning?.kind !== 'group') return [];
    // As if the filter began with a `use` of the group; the place shown for it is the group's own.
    const { name } = meaning.statement;
    const use: GroupUse = {
      kind: 'group-use',
      group: name,
      arguments: [],
      annotations: { documentation: [] },
      span: name.span,
    };
    const path = `filter ${place.hook}`;
    // The policy's own groups may have the same names.
    const surroundings = { block: `${path}/${GROUP}`, path, owner: undefined, ticket: undefined };
    const made = checkGroupUse(use, `${surroundings.path}/${GROUP}`, {
      ...ruleContext(module.context, session),
      place,
      surroundings,
    });
    return made ? [made] : [];
  };
}
