/** Definitions that nothing uses are checked all the same. */
import type { BoundModule, BoundPolicy } from '../../2-resolve/modules.ts';
import { UNKNOWN } from '../../2-resolve/resolved.ts';
import { bindOrReport } from '../../2-resolve/bind.ts';
import { Scope } from '../../2-resolve/scope.ts';
import type { Group } from '../../../grammar/ast/index.ts';
import { ruleContext } from '../blocks/gathered.ts';
import type { CheckSession } from '../context.ts';

export function checkDefinitions(bound: BoundPolicy, session: CheckSession): void {
  for (const module of bound.all) {
    for (const statement of module.module.syntax.statements) {
      if (statement.kind === 'let' || statement.kind === 'service-declaration') {
        bound.definitions.valueOf(statement, module.context.scope, statement.name.span);
      } else if (statement.kind === 'group' && !session.usedGroups.has(statement)) {
        checkUnusedGroup(statement, module, session);
      }
    }
  }
}

/** A group that nothing uses: whatever its parameters may be, and wherever it may stand. */
function checkUnusedGroup(group: Group, { context }: BoundModule, session: CheckSession): void {
  const here = ruleContext(context, session);
  const scope = new Scope(context.scope);
  for (const { text, span } of group.parameters) {
    bindOrReport(scope, { name: text, span, meaning: { kind: 'value', value: UNKNOWN } }, here);
  }
  const surroundings = { block: group.name.text, path: group.name.text, owner: undefined, ticket: undefined };
  session.checkItems(group.body, { ...here, scope, surroundings, groups: [group.name.text] });
}
