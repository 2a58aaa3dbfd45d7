/** A list of rules with lookups for some of them. */
import type { ProgramRule } from '../../4-program/program.ts';
import { sequence } from '../passes/pass.ts';
import type { Lookup, PlanNode } from '../plan.ts';
import { IntervalElements, WholeElements, type ElementList } from './elements.ts';
import type { Group } from './groups.ts';
import { layersOf, type Layer } from './layers.ts';
import { lookupOf } from './lookup.ts';

export interface Way {
  readonly node: PlanNode;
  readonly lookups: readonly Lookup[];
  /** How much of the list is in lookups: a part of 1. */
  readonly part: number;
}

/** What the keys of lookups are made of. */
export type Elements = 'whole' | 'intervals';

/** Fewer rules are read more easily as they stand. */
export const FEWEST_RULES = 8;

/**
 * The list with lookups for these groups, as far as rules may get into them; undefined where none do. `name` is what their
 * tables are called.
 */
export function withLookups(
  rules: readonly ProgramRule[],
  groups: readonly Group[],
  elements: Elements,
  name: string,
): Way | undefined {
  const listFor = ({ parts }: Group): ElementList =>
    elements === 'whole' ? new WholeElements() : new IntervalElements(parts);
  const left = new Set<number>();
  for (;;) {
    const before = left.size;
    const layers = layersOf(rules, groups, left, listFor);
    const steps = layers.flatMap((layer) => stepsOf(layer, rules, name, left));
    // What some of the lookups would have held is now among the other rules, and may stand in the way.
    if (left.size > before) continue;
    const lookups = steps.filter((step) => step.kind === 'lookup');
    if (lookups.length === 0) return undefined;
    const rest = layers.reduce((sum, layer) => sum + layer.rest.length, 0);
    return { node: sequence(steps), lookups, part: 1 - rest / rules.length };
  }
}

/** A layer as steps. The rules of a lookup that is not worth it are added to `left`. */
function stepsOf({ lookups, rest }: Layer, rules: readonly ProgramRule[], name: string, left: Set<number>): PlanNode[] {
  const steps: PlanNode[] = [];
  for (const placed of lookups) {
    const lookup = placed.rules.length < FEWEST_RULES ? undefined : lookupOf(placed, rules, name);
    if (lookup) steps.push(lookup);
    else for (const number of placed.rules) left.add(number);
  }
  return [...steps, { kind: 'rules', rules: rest.map((number) => rules[number]!) }];
}
