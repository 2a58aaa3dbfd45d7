/**
 * What a packet is to take by a plane's prices: the steps of the plan that it meets, one by one. What `explain` tells as expected is
 * the mean of this over the packets that rules are for.
 */
import { isSetTest } from '../../compiler/4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../compiler/4-program/program.ts';
import type { Lookup, PlanNode, Switch } from '../../compiler/6-plan/plan.ts';
import { lookupPrice, switchPrice } from '../../compiler/cost/cost.ts';
import type { Prices } from '../../compiler/cost/prices.ts';
import { columnOf } from '../../compiler/model/table.ts';
import { atomHolds, walkPlan, type AbstractPacket } from '../oracles/plan-walk.ts';

/** Of what reaching any of many things takes, what reaching the next of a list does (compiler/cost/cost.ts). */
const NEXT_OF_LIST = 0.2;

type End = 'goes on' | 'ends';

/** Nanoseconds, for a plan of filters: lookups in tables, switches, lists, searches side by side. */
export function priceOfPacket(root: PlanNode, packet: AbstractPacket, prices: Prices): number {
  let price = 0;
  const atoms = (all: readonly Atom[]): boolean => {
    for (const [at, atom] of all.entries()) {
      const isLookup = isSetTest(atom) && atom.test.in.intervalCount > 1;
      price += (at === 0 ? 0 : prices.match) + (isLookup ? prices.hash(1, 1) : 0);
      if (!atomHolds(atom, packet)) return false;
    }
    return true;
  };
  const list = (rules: readonly ProgramRule[], copies: number): End => {
    for (const rule of rules) {
      price += prices.rule + NEXT_OF_LIST * prices.reach(copies * rules.length);
      if (rule.family !== undefined && rule.family !== packet.family) continue;
      if (atoms(rule.atoms) && rule.decision) return 'ends';
    }
    return 'goes on';
  };
  const guarded = ({ guard, family }: Switch | Lookup): boolean => {
    if (family !== undefined && family !== packet.family) return false;
    if (guard.length > 0) price += prices.rule;
    return atoms(guard);
  };
  const node = (one: PlanNode, copies: number): End => {
    switch (one.kind) {
      case 'sequence':
        return one.steps.some((step) => node(step, copies) === 'ends') ? 'ends' : 'goes on';
      case 'rules':
      case 'candidates':
        return list(one.rules, copies);
      case 'scope':
        return node(one.body, copies);
      case 'ranked': {
        for (const search of one.searches) {
          price += prices.chain(1) + prices.rule + prices.match;
          node(search, copies);
        }
        price += 4 * (prices.rule + prices.match);
        return walkPlan(one, packet).decision === undefined ? 'goes on' : 'ends';
      }
      case 'switch': {
        if (!guarded(one)) return 'goes on';
        const { field, cases } = one;
        const value = field.kind === 'address' ? packet[field.field] : numberOf(packet, field.field);
        price += switchPrice(one, prices, copies) - prices.chain(copies * cases.length);
        const found = value === undefined ? undefined : cases.find(({ values }) => values.contains(value));
        if (!found) return node(one.otherwise, copies);
        price += prices.chain(copies * cases.length);
        return node(found.body, copies * cases.length);
      }
      case 'lookup': {
        if (!guarded(one)) return 'goes on';
        const rows = one.classes.reduce((sum, { rows: some }) => sum + some.length, 0);
        price += lookupPrice(prices, one, rows, copies);
        const found = one.classes.find(({ rows: some }) => some.some((row) => holdsRow(one, row, packet)));
        if (!found) return 'goes on';
        price += prices.chain(copies * one.classes.length) + found.rules.length * prices.rule;
        return walkPlan(one, packet).decision === undefined ? 'goes on' : 'ends';
      }
    }
  };
  node(root, 1);
  return price;
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
