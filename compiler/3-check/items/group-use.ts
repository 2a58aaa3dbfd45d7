/** `use web_server(public_web, https)`: the group's rules at this place. */
import type { Group, GroupUse, Value } from '../../../grammar/ast/index.ts';
import { bindOrReport } from '../../2-resolve/bind.ts';
import { evaluate, report } from '../../2-resolve/context.ts';
import { lookUpKind } from '../../2-resolve/names.ts';
import { GROUP_CYCLE } from '../../2-resolve/problems.ts';
import { Scope, type Meaning } from '../../2-resolve/scope.ts';
import type { RuleItem, Scope as ScopeItem, Walk } from '../../model/policy.ts';
import type { RuleContext } from '../context.ts';
import type { Place } from '../place.ts';
import { oneLine, originOf, surroundingsOf } from '../origin.ts';
import { sidesOf } from './group-sides.ts';
import { groupSize } from './group-size.ts';
import { keyOfBody } from './shared-body.ts';
import { ARGUMENTS, TOO_MANY_RULES } from '../problems.ts';

/** Group uses may stand for so many rules, each with its conditions. */
export const RULE_BUDGET = 250_000;

export function checkGroupUse(use: GroupUse, name: string, context: RuleContext): ScopeItem | undefined {
  const meaning = lookUpKind(use.group, 'group', context);
  if (!meaning) return undefined;
  const group = meaning.statement;
  context.session.usedGroups.add(group);
  const scope = bindArguments(group, use, meaning.scope, context);
  if (!scope || isRecursive(group, use, context)) return undefined;
  if (!isWithinBudget(group, meaning.scope, use, context)) return undefined;
  const { place } = context;
  const isOfNat = place?.kind === 'dnat' || place?.kind === 'snat';
  const sides = isOfNat ? sidesOf(group, meaning.scope, context.session.groupSides) : undefined;
  const inner: RuleContext = {
    ...context,
    place: place && sides ? inGroup(place, [...sides]) : place,
    scope,
    via: [...context.via, use.span],
    groups: [...context.groups, group.name.text],
    surroundings: surroundingsOf(use, name, context.surroundings),
  };
  const body = bodyOf(group, meaning.scope, inner);
  return { kind: 'scope', origin: originOf(use, name, oneLine(use.span), context), group: group.name.text, body };
}

/**
 * The group's rules; those of an earlier use where they are the same. Their names are then those of the group in the block,
 * whichever use comes first.
 */
function bodyOf(group: Group, scope: Scope, context: RuleContext): readonly RuleItem[] {
  const { session, surroundings } = context;
  const key = keyOfBody(group, scope, context);
  if (key === undefined) return session.checkItems(group.body, context);
  const { rules } = session.sharedBodies;
  let bodies = rules.get(group);
  if (!bodies) rules.set(group, (bodies = new Map()));
  const known = bodies.get(key);
  if (known) return known;
  const path = `${surroundings.block}/${group.name.text}`;
  const body = session.checkItems(group.body, { ...context, surroundings: { ...surroundings, path } });
  bodies.set(key, body);
  return body;
}

/**
 * In `nat`, what is no translation itself stands with those that it goes past: their only kind, where there is one. A group
 * without any is on the walk of the list that uses it.
 */
function inGroup(place: Place, [side, ...others]: readonly Walk[]): Place {
  if (side === undefined) return place;
  return others.length === 0 ? { ...place, kind: side, walk: side } : { ...place, walk: undefined };
}

/** A group sees its own file's names and its parameters, nothing of the place where it is used. */
function bindArguments(group: Group, use: GroupUse, scope: Scope, context: RuleContext): Scope | undefined {
  const { parameters } = group;
  const meanings = use.arguments.map((argument) => meaningOf(argument, context));
  if (meanings.length !== parameters.length) {
    const wanted =
      parameters.length === 0 ? 'none' : `${parameters.length} (${parameters.map((p) => p.text).join(', ')})`;
    const count = `${meanings.length} argument${meanings.length === 1 ? '' : 's'}`;
    report(context, ARGUMENTS, use.span, `\`${group.name.text}\` is given ${count} and wants ${wanted}`, {
      labels: [{ span: group.name.span, text: 'the group is declared here' }],
    });
    return undefined;
  }
  const inner = new Scope(scope);
  let bound = true;
  for (const [at, parameter] of parameters.entries()) {
    const meaning = meanings[at];
    const binding = meaning && { name: parameter.text, span: parameter.span, meaning };
    if (!binding || !bindOrReport(inner, binding, context)) bound = false;
  }
  return bound ? inner : undefined;
}

/** A bare name hands on what it stands for, so that zones, memories and rows can be arguments too. */
function meaningOf(argument: Value, context: RuleContext): Meaning {
  if (argument.kind === 'reference') {
    const binding = context.scope.find(argument.name.text);
    const kind = binding?.meaning.kind;
    if (binding && kind !== 'let' && kind !== 'service') return binding.meaning;
  }
  return { kind: 'value', value: evaluate(argument, context) };
}

function isRecursive(group: Group, use: GroupUse, context: RuleContext): boolean {
  const { groups } = context;
  const first = groups.indexOf(group.name.text);
  if (first < 0) return false;
  const circle = [...groups.slice(first), group.name.text].map((each) => `\`${each}\``).join(' → ');
  report(context, GROUP_CYCLE, use.span, `a group that uses itself: ${circle}`, {
    labels: [{ span: group.name.span, text: 'the group is declared here' }],
    hint: 'Take one of these uses out of the circle.',
  });
  return true;
}

/** Asked where a group is used from outside, before its rules are put in place. */
function isWithinBudget(group: Group, scope: Scope, use: GroupUse, context: RuleContext): boolean {
  const { session, groups, place } = context;
  // A group that stands nowhere is checked as if it were its own use.
  if (groups.length > (place ? 0 : 1)) return true;
  if (session.ruleBudget < 0) return false;
  session.ruleBudget -= groupSize(group, scope, session.groupSizes);
  if (session.ruleBudget >= 0) return true;
  report(context, TOO_MANY_RULES, use.span, `groups stand for more than ${RULE_BUDGET} rules`, {
    labels: [{ span: group.name.span, text: 'the group is declared here' }],
    hint: 'What differs from use to use can be a table: `each row in table` holds any number of rows in one rule.',
  });
  return false;
}
