/** What a filter that drops by default must let through all the same: the group `essential` of `std.essential`. */
import type { GroupUse } from '../../../grammar/ast/index.ts';
import type { BoundPolicy } from '../../2-resolve/modules.ts';
import type { CheckSession } from '../context.ts';
import { checkGroupUse } from '../items/group-use.ts';
import { ruleContext } from './gathered.ts';
import { essentialSurroundings, type EssentialRules } from './filter.ts';

const GROUP = 'essential';

export function essentialRules(bound: BoundPolicy, session: CheckSession): EssentialRules {
  return (place) => {
    const module = bound.standard(GROUP);
    const meaning = module?.context.scope.find(GROUP)?.meaning;
    if (!module || meaning?.kind !== 'group') return [];
    // As if the filter said `use essential()`; the place shown is the group's own.
    const { name } = meaning.statement;
    const use: GroupUse = {
      kind: 'group-use',
      group: name,
      arguments: [],
      annotations: { documentation: [] },
      span: name.span,
    };
    const surroundings = essentialSurroundings(place.hook ?? '');
    const context = { ...ruleContext(module.context, session), place, surroundings };
    const scope = checkGroupUse(use, `${surroundings.path}/${GROUP}`, context);
    return scope ? [scope] : [];
  };
}
