/** The statements of all files that are the policy, by kind, each with the names known where it stands. */
import type { Statement, StatementKind } from '../../../grammar/ast/index.ts';
import type { BoundPolicy } from '../../2-resolve/modules.ts';
import type { CheckSession, RuleContext } from '../context.ts';
import type { Written } from './order.ts';

type StatementOf<Kind extends StatementKind> = Extract<Statement, { readonly kind: Kind }>;

export class Gathered {
  readonly #byKind = new Map<StatementKind, Written<Statement>[]>();

  constructor(bound: BoundPolicy, session: CheckSession) {
    for (const { module, context } of bound.whole) {
      const here = ruleContext(context, session);
      for (const statement of module.syntax.statements) {
        const list = this.#byKind.get(statement.kind);
        if (list) list.push({ block: statement, context: here });
        else this.#byKind.set(statement.kind, [{ block: statement, context: here }]);
      }
    }
  }

  of<Kind extends StatementKind>(kind: Kind): readonly Written<StatementOf<Kind>>[] {
    return (this.#byKind.get(kind) ?? []) as unknown as readonly Written<StatementOf<Kind>>[];
  }
}

/** A context for rules that stand nowhere yet. */
export function ruleContext(context: BoundPolicy['main']['context'], session: CheckSession): RuleContext {
  return {
    ...context,
    session,
    place: undefined,
    surroundings: { block: '', path: '', owner: undefined, ticket: undefined },
    rows: [],
    groups: [],
  };
}
