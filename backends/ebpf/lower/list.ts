/** A plan's nodes as one list of rules, in the order in which they are asked. */
import { simplify } from '../../../compiler/4-program/atoms.ts';
import type { Atom, AtomTest, Family, ProgramEffect, ProgramRule } from '../../../compiler/4-program/program.ts';
import type { PlanNode, StagePlan } from '../../../compiler/6-plan/plan.ts';
import type { Cell, ZoneTest } from '../../../compiler/model/condition.ts';
import type { Zone } from '../../../compiler/model/index.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { Action, FoundRows, ListedRule } from '../tree.ts';
import {
  conditionOf,
  gateCondition,
  isOfMemory,
  limitCondition,
  memoryEffect,
  tableAtom,
  type TableAtom,
} from './conditions.ts';
import type { Counters } from './counters.ts';
import type { Limiters } from './limiters.ts';
import { rowRules } from './rows.ts';

/** The blocks of a plan, one after another; what `allow`s in one ends all of them. */
export function listOf(stages: readonly StagePlan[], surroundings: Surroundings): ListedRule[] {
  const list = new RuleList(surroundings);
  for (const { stage, body } of stages) list.block(body, stage.zones);
  return list.rules;
}

export interface Surroundings {
  readonly counters: Counters;
  readonly limiters: Limiters;
  /** Of the policy, in their order. */
  readonly zones: readonly Zone[];
  /**
   * The number (from 1) of the zone that every frame comes in by, 0 for none; undefined: it differs; `untold`: rules are for
   * packets of every zone and of none.
   */
  readonly zone: number | 'untold' | undefined;
  /** Whether the blocks are for frames of no zone, too: filters are. */
  readonly everywhere?: boolean;
}

class RuleList {
  readonly rules: ListedRule[] = [];
  readonly #given: Surroundings;
  /** The zones of the block at hand; undefined: all. */
  #zones: readonly Zone[] | undefined;
  /** The rules that leave the innermost group, whose end is not known yet. */
  #leaving: number[] = [];

  constructor(given: Surroundings) {
    this.#given = given;
  }

  /** The rules of a block, for frames that come in by its zones. */
  block(body: PlanNode, zones: readonly Zone[] | undefined): void {
    this.#zones = zones;
    this.#within(body);
  }

  #add(node: PlanNode): void {
    switch (node.kind) {
      case 'sequence':
        for (const step of node.steps) this.#add(step);
        return;
      case 'rules':
        for (const rule of node.rules) this.#rule(rule);
        return;
      case 'scope':
        this.#within(node.body);
        return;
      case 'lookup':
        for (const { rule, row, found } of rowRules(node)) this.#rule(rule, row, found);
        return;
      default:
        throw new Error(`a plan for XDP holds lists, and this one a ${node.kind}`);
    }
  }

  /** What `leave`s inside goes on behind it. */
  #within(body: PlanNode): void {
    const outer = this.#leaving;
    this.#leaving = [];
    this.#add(body);
    const action: Action = { kind: 'skip', to: this.rules.length };
    for (const at of this.#leaving) this.rules[at] = { ...this.rules[at]!, action };
    this.#leaving = outer;
  }

  #rule(rule: ProgramRule, row?: number, found?: FoundRows): void {
    const always = rule.effects.filter(isUnconditional);
    for (const effect of rule.effects) {
      if (!isUnconditional(effect)) this.#effectUnder(rule, effect, row);
    }
    const number = this.rules.length;
    this.#push(rule, rule.atoms, { effects: always, action: this.#actionOf(rule, row, found), row });
    const leaves = rule.decision?.kind === 'verdict' && rule.decision.verdict.kind === 'leave';
    if (leaves && this.rules.length > number) this.#leaving.push(number);
  }

  /** An effect with clauses of its own is a rule of its own, before the rule that it hangs on; see `refusalsOf`. */
  #effectUnder(rule: ProgramRule, effect: ProgramEffect, row: number | undefined): void {
    for (const when of effect.when) {
      const both = simplify([...rule.atoms, ...when]);
      if (both) this.#push({ ...rule, gates: effect.gates }, both, { effects: [effect], action: { kind: 'on' }, row });
    }
  }

  #push(
    { origin, family, gates }: ProgramRule,
    atoms: readonly Atom[],
    does: { readonly effects: readonly ProgramEffect[]; readonly action: Action; readonly row: number | undefined },
  ): void {
    const zones = this.#zoneAtoms(atoms);
    if (!zones) return;
    const others = atoms.filter(({ test }) => test.kind !== 'zone');
    const found = [...(family === undefined ? [] : familyAtoms(family, atoms)), ...others].map((atom) => ({
      atom,
      inTable: tableAtom(atom),
    }));
    const asked = found.flatMap(({ atom, inTable }) =>
      inTable ? [] : [conditionOf(atom, this.#given.limiters, origin)],
    );
    this.rules.push({
      origin,
      atoms: [...zones, ...found.flatMap(({ inTable }) => inTable ?? [])],
      conditions: [
        ...asked,
        ...gates.map((gate) => gateCondition(gate, this.#given.limiters, origin, does.row)),
        ...does.effects.flatMap(({ effect }) =>
          isOfMemory(effect) ? [memoryEffect(effect, this.#given.limiters, origin)] : [],
        ),
      ],
      counts: does.effects.flatMap(({ effect }) => (isOfMemory(effect) ? [] : [this.#given.counters.numberOf(effect)])),
      action: does.action,
    });
  }

  #actionOf({ decision, origin }: ProgramRule, row: number | undefined, found: FoundRows | undefined): Action {
    if (decision?.kind === 'class') return classAction(decision.class, found);
    if (decision?.kind !== 'socket') return actionOf(decision);
    const { socket, limit } = decision;
    if (!limit) return { kind: 'socket', socket };
    return { kind: 'socket', socket, limit: limitCondition(limit, this.#given.limiters, origin, row) };
  }

  /** What a rule asks of the zone; undefined where no frame meets it. */
  #zoneAtoms(atoms: readonly Atom[]): readonly TableAtom[] | undefined {
    const { zone, zones } = this.#given;
    if (zone === 'untold') return [];
    const asked: ZoneAtom[] = atoms.flatMap(({ test, negated }) => (test.kind === 'zone' ? [{ test, negated }] : []));
    const all = this.#given.everywhere === true ? asked : [this.#blockAtom(), ...asked];
    if (zone === undefined) return all;
    const name = zones[zone - 1]?.name;
    const isMet = all.every(({ test, negated }) => test.zones.some((one) => one.name === name) !== negated);
    return isMet ? [] : undefined;
  }

  #blockAtom(): ZoneAtom {
    return { negated: false, test: { kind: 'zone', field: 'in', zones: this.#zones ?? this.#given.zones } };
  }
}

interface ZoneAtom {
  readonly negated: boolean;
  readonly test: ZoneTest;
}

/** That a packet is of the family, where no other test says so already. */
function familyAtoms(family: Family, atoms: readonly Atom[]): Atom[] {
  if (atoms.some(({ test, negated }) => !negated && impliesFamily(test))) return [];
  return [{ negated: false, test: { kind: 'number', field: 'family', in: IntervalSet.of(8, family) } }];
}

function impliesFamily(test: AtomTest): boolean {
  return test.kind === 'address' || (test.kind === 'number' && (test.field === 'icmp4' || test.field === 'icmp6'));
}

function isUnconditional({ when, gates }: ProgramEffect): boolean {
  return gates.length === 0 && when.some((atoms) => atoms.length === 0);
}

function classAction(chosen: number | Cell, found: FoundRows | undefined): Action {
  if (typeof chosen === 'number') return { kind: 'class', number: chosen };
  if (!found) throw new Error('a program has been given a class of no row');
  return { kind: 'class of row', found, class: chosen };
}

function actionOf(decision: Exclude<ProgramRule['decision'], { readonly kind: 'socket' | 'class' }>): Action {
  if (decision === undefined) return { kind: 'on' };
  const verdict = decision.kind === 'verdict' ? decision.verdict.kind : decision.kind;
  switch (verdict) {
    case 'allow':
      return { kind: 'pass' };
    case 'drop':
      return { kind: 'drop' };
    // The end of its group is not known yet.
    case 'leave':
      return { kind: 'on' };
    default:
      throw new Error(`XDP has been given the verdict ${verdict}, which it refuses`);
  }
}
