/** What is at hand wherever a rule is checked. */
import type { RuleItem as RuleItemSyntax } from '../../grammar/ast/index.ts';
import type { Span } from '../../grammar/source.ts';
import type { ValueContext } from '../2-resolve/context.ts';
import type { CalendarDate } from '../inputs.ts';
import type { Condition, Gate, RowVariable } from '../model/condition.ts';
import type { RuleItem } from '../model/policy.ts';
import type { GroupSides } from './items/group-sides.ts';
import type { GroupSizes } from './items/group-size.ts';
import type { SharedBodies } from './items/shared-body.ts';
import type { Place } from './place.ts';

/** Names and people that a rule gets from what it stands in. */
export interface Surroundings {
  /** The beginning of every name in the block: `filter forward`. */
  readonly block: string;
  /** The beginning of every name here: `filter forward/web_server`. */
  readonly path: string;
  readonly owner: string | undefined;
  readonly ticket: string | undefined;
}

/** What the whole check shares. */
export interface CheckSession {
  readonly today: CalendarDate | undefined;
  /** Reads a list of rules; handed in because rules hold lists of rules. */
  readonly checkItems: (items: readonly RuleItemSyntax[], context: RuleContext) => readonly RuleItem[];
  /** Groups that stand somewhere: those that do not are checked by themselves. */
  readonly usedGroups: Set<unknown>;
  /** The beginnings of names that blocks have taken. */
  readonly blockNames: Set<string>;
  /** The first limit of each name that limits share. */
  readonly sharedLimits: Map<string, Gate>;
  readonly groupSizes: GroupSizes;
  readonly sharedBodies: SharedBodies;
  readonly groupSides: GroupSides;
  /** How many rules group uses may still stand for. */
  ruleBudget: number;
}

export interface RuleContext extends ValueContext {
  readonly session: CheckSession;
  /** Where the rule stands; undefined in a group that nothing uses, which could stand anywhere. */
  readonly place: Place | undefined;
  readonly surroundings: Surroundings;
  /** The variables of the `each`s around, outermost first. */
  readonly rows: readonly RowVariable[];
  /** Names of the groups whose use this stands in, outermost first. */
  readonly groups: readonly string[];
}

/** A condition that must hold where a clause was negated, kept to see which family its sets speak of. */
export interface Negation {
  readonly of: Condition;
  readonly span: Span;
}

/** What is at hand while the clauses of one rule, or of one effect, are read. */
export interface ClauseContext extends RuleContext {
  /** Names the limiters: the rule's own name, and the effect's behind it. */
  readonly name: string;
  /** What a limiter answers for a new key when its table is full, unless the rule says. */
  readonly whenFull: 'match' | 'miss';
  /** An expired clause of an `allow` takes it out of the policy; of anything else it is an error. */
  readonly mayExpire: boolean;
  readonly negations: Negation[];
  /** How many limiters of this rule or effect were named so far. */
  readonly limiters: { count: number };
}

/** What a clause comes to. */
export type ClauseResult =
  | { readonly kind: 'condition'; readonly condition: Condition }
  | { readonly kind: 'gate'; readonly gate: Gate }
  /** The rule is over: its day has passed. */
  | { readonly kind: 'expired' };

export function condition(test: Condition): ClauseResult {
  return { kind: 'condition', condition: test };
}

/** Holds of every packet. */
export const ALWAYS: Condition = { kind: 'all', of: [] };

/** Holds of no packet: an empty set that the policy allows to be empty. */
export const NEVER: Condition = { kind: 'any', of: [] };

export function all(of: readonly Condition[]): Condition {
  const [only] = of;
  return only && of.length === 1 ? only : { kind: 'all', of };
}

export function any(of: readonly Condition[]): Condition {
  const [only] = of;
  return only && of.length === 1 ? only : { kind: 'any', of };
}
