/**
 * When all uses of a group in a block are for the very same rules: then these are read once, and the plan carries them out
 * once, however many uses there are. Groups that use groups would otherwise multiply.
 */
import type { Clause, Group, Rule, RuleItem } from '../../../grammar/ast/index.ts';
import type { Scope } from '../../2-resolve/scope.ts';
import type { RuleItem as CheckedItem } from '../../model/policy.ts';
import type { RuleContext } from '../context.ts';

/** What is known of groups that were used. */
export interface SharedBodies {
  /** The checked rules of a group, by what they depend on. */
  readonly rules: Map<Group, Map<string, readonly CheckedItem[]>>;
  readonly keepsState: Map<Group, boolean>;
}

/**
 * What the rules of a group depend on besides the group itself; undefined: each use has rules of its own. These depend on
 * arguments or on the row around the use, or something in them belongs to one use.
 */
export function keyOfBody(group: Group, scope: Scope, context: RuleContext): string | undefined {
  const { place, surroundings, rows, session } = context;
  if (group.parameters.length > 0 || rows.length > 0) return undefined;
  if (keepsState(group, scope, session.sharedBodies.keepsState)) return undefined;
  const { block, owner, ticket } = surroundings;
  return JSON.stringify([block, place, owner, ticket]);
}

/** Whether each use has a state of its own: a limit's buckets, lots that are drawn, words of a plane that may keep one. */
function keepsState(group: Group, scope: Scope, known: Map<Group, boolean>): boolean {
  const found = known.get(group);
  if (found !== undefined) return found;
  // A group that uses itself is reported where its rules are put in place.
  known.set(group, false);
  const result = group.body.some((item) => doesItem(item, scope, known));
  known.set(group, result);
  return result;
}

function doesItem(item: RuleItem, scope: Scope, known: Map<Group, boolean>): boolean {
  switch (item.kind) {
    case 'rule':
      return doesRule(item);
    case 'each':
      return item.body.some((inner) => doesItem(inner, scope, known));
    case 'group-use': {
      const meaning = scope.find(item.group.text)?.meaning;
      return meaning?.kind === 'group' && keepsState(meaning.statement, meaning.scope, known);
    }
    default:
      return false;
  }
}

function doesRule({ action, clauses, attached }: Rule): boolean {
  return (
    action.kind === 'opaque' ||
    clauses.some(doesClause) ||
    attached.some((one) => one.effect.kind === 'opaque' || one.clauses.some(doesClause))
  );
}

function doesClause(clause: Clause): boolean {
  switch (clause.kind) {
    case 'rate':
      // Limits that name a bucket are one limit wherever they stand.
      return clause.bucket === undefined;
    case 'connections':
    case 'sample':
    case 'opaque':
      return true;
    case 'not':
      return doesClause(clause.clause);
    default:
      return false;
  }
}
