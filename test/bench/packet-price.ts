/**
 * What a packet is to take by a plane's prices: the steps of the plan that it meets, one by one. What `explain` tells as expected is
 * the mean of this over the packets that rules are for.
 */
import { isSetTest } from '../../compiler/4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../compiler/4-program/program.ts';
import type { Candidates, Lookup, PlanNode, Ranked, Switch } from '../../compiler/6-plan/plan.ts';
import { firstRank } from '../../compiler/6-plan/rank-codes.ts';
import { lookupPrice, switchPrice } from '../../compiler/cost/cost.ts';
import type { Prices } from '../../compiler/cost/prices.ts';
import { columnOf } from '../../compiler/model/table.ts';
import { atomHolds, walkPlan, type AbstractPacket } from '../oracles/plan-walk.ts';

/** Of what reaching any of many things takes, what reaching the next of a list does (compiler/cost/cost.ts). */
const NEXT_OF_LIST = 0.2;

/** Whether a packet goes on with the next step; a search of several ends with a candidate that it found. */
type End = 'goes on' | 'ends' | 'found';

/** Nanoseconds, for a plan of filters: lookups in tables, switches, lists, searches side by side. */
export function priceOfPacket(root: PlanNode, packet: AbstractPacket, prices: Prices): number {
  const walk = new PricedWalk(packet, prices);
  walk.node(root, 1);
  return walk.price;
}

class PricedWalk {
  price = 0;
  readonly #packet: AbstractPacket;
  readonly #prices: Prices;
  /** The lowest rank of a candidate so far. */
  #best = Infinity;

  constructor(packet: AbstractPacket, prices: Prices) {
    this.#packet = packet;
    this.#prices = prices;
  }

  /** `copies`: how many nodes stand where this one does, in other cases of the lookups above. */
  node(node: PlanNode, copies: number): End {
    switch (node.kind) {
      case 'sequence':
        return firstEnd(node.steps, (step) => this.node(step, copies));
      case 'rules':
        return firstEnd(node.rules, (rule) => this.#rule(rule, copies * node.rules.length));
      case 'candidates':
        return this.#candidates(node, copies);
      case 'scope':
        return this.node(node.body, copies);
      case 'ranked':
        return this.#ranked(node, copies);
      case 'switch':
        return this.#switch(node, copies);
      case 'lookup':
        return this.#lookup(node, copies);
    }
  }

  #rule({ family, atoms, decision }: ProgramRule, neighbours: number): End {
    this.price += this.#prices.rule + NEXT_OF_LIST * this.#prices.reach(neighbours);
    if (family !== undefined && family !== this.#packet.family) return 'goes on';
    return this.#atoms(atoms) && decision ? 'ends' : 'goes on';
  }

  #atoms(all: readonly Atom[]): boolean {
    const { match, hash } = this.#prices;
    return all.every((atom, at) => {
      const isLookup = isSetTest(atom) && atom.test.in.intervalCount > 1;
      this.price += (at === 0 ? 0 : match) + (isLookup ? hash(1, 1) : 0);
      return atomHolds(atom, this.#packet);
    });
  }

  /** The first that matches is compared with the best so far, and kept. */
  #candidates({ rules, ranks }: Candidates, copies: number): End {
    const at = rules.findIndex((rule) => this.#rule(rule, copies * rules.length) === 'ends');
    if (at < 0) return 'goes on';
    this.price += 2 * this.#prices.match;
    this.#best = Math.min(this.#best, ranks[at]!);
    return 'found';
  }

  /** Each search but those that could find nothing better than what is found already; behind them the best is carried out. */
  #ranked({ searches }: Ranked, copies: number): End {
    const { rule, match, chain } = this.#prices;
    this.#best = Infinity;
    this.price += chain(1) + rule + match;
    for (const search of searches) {
      this.price += rule;
      if ((firstRank(search) ?? 0) >= this.#best) continue;
      if (this.node(search, copies) === 'ends') return 'ends';
    }
    this.price += 3 * (rule + match);
    return this.#best === Infinity ? 'goes on' : 'ends';
  }

  #switch(node: Switch, copies: number): End {
    if (!this.#isGuarded(node)) return 'goes on';
    const { field, cases } = node;
    const value = field.kind === 'address' ? this.#packet[field.field] : numberOf(this.#packet, field.field);
    const entering = this.#prices.chain(copies * cases.length);
    this.price += switchPrice(node, this.#prices, copies) - entering;
    const found = value === undefined ? undefined : cases.find(({ values }) => values.contains(value));
    if (!found) return this.node(node.otherwise, copies);
    this.price += entering;
    return this.node(found.body, copies * cases.length);
  }

  #lookup(node: Lookup, copies: number): End {
    if (!this.#isGuarded(node)) return 'goes on';
    const { classes } = node;
    const rows = classes.reduce((sum, { rows: some }) => sum + some.length, 0);
    this.price += lookupPrice(this.#prices, node, rows, copies);
    const found = classes.find(({ rows: some }) => some.some((row) => holdsRow(node, row, this.#packet)));
    if (!found) return 'goes on';
    this.price += this.#prices.chain(copies * classes.length) + found.rules.length * this.#prices.rule;
    return walkPlan(node, this.#packet).decision === undefined ? 'goes on' : 'ends';
  }

  #isGuarded({ guard, family }: Switch | Lookup): boolean {
    if (family !== undefined && family !== this.#packet.family) return false;
    if (guard.length > 0) this.price += this.#prices.rule;
    return this.#atoms(guard);
  }
}

function firstEnd<T>(all: readonly T[], walk: (one: T) => End): End {
  for (const one of all) {
    const end = walk(one);
    if (end !== 'goes on') return end;
  }
  return 'goes on';
}

function numberOf(packet: AbstractPacket, field: string): number | undefined {
  if (field !== 'service') return packet.numbers[field];
  const { protocol } = packet.numbers;
  const port = packet.numbers['destination port'];
  return protocol === undefined || port === undefined ? undefined : protocol * 65_536 + port;
}

/** Whether the packet has the values of a row's key. */
function holdsRow(lookup: Lookup, row: number, packet: AbstractPacket): boolean {
  return lookup.key.every(({ field, column }) => {
    const value = field === 'source' || field === 'destination' ? packet[field] : numberOf(packet, field);
    const { data } = columnOf(lookup.row.table, column)!;
    if (value === undefined) return false;
    switch (data.store) {
      case 'integer':
        return BigInt(data.values[row]!) === BigInt(value);
      case 'range':
        return data.low[row]! <= value && value <= data.high[row]!;
      case 'prefix4': {
        const shift = BigInt(32 - data.lengths[row]!);
        return BigInt(data.addresses[row]!) >> shift === BigInt(value) >> shift;
      }
      default:
        return false;
    }
  });
}
