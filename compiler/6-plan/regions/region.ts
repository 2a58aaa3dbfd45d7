/** Sets of packets as products: of one family, with certain values along some axes. */
import type { Family } from '../../4-program/program.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { CARRIERS, domainOf, SOURCE_PORT, TRANSPORT } from './axes.ts';

export interface Region {
  readonly family: Family;
  /** Along an axis that is not named, packets have any value. No set is empty. */
  readonly sides: ReadonlyMap<string, IntervalSet>;
}

/** The packets in both; undefined where there are none. */
export function intersect(a: Region, b: Region): Region | undefined {
  if (a.family !== b.family) return undefined;
  const sides = new Map(a.sides);
  for (const [axis, values] of b.sides) {
    const common = sides.get(axis)?.intersect(values) ?? values;
    if (common.isEmpty()) return undefined;
    sides.set(axis, common);
  }
  return { family: a.family, sides };
}

/** Whether some packet is in both. */
export function meets(a: Region, b: Region): boolean {
  if (a.family !== b.family) return false;
  for (const [axis, values] of b.sides) {
    const own = a.sides.get(axis);
    if (own && !own.intersects(values)) return false;
  }
  return true;
}

/** Whether all packets of the first are in the second. */
export function isWithin(a: Region, b: Region): boolean {
  if (a.family !== b.family) return false;
  for (const [axis, values] of b.sides) {
    if (!(a.sides.get(axis) ?? domainOf(axis, a.family)).isSubsetOf(values)) return false;
  }
  return true;
}

/** The packets of the first that are not in the second, in pieces that no packet is in two of. */
export function subtract(a: Region, b: Region): Region[] {
  if (!meets(a, b)) return [a];
  const pieces: Region[] = [];
  const sides = new Map(a.sides);
  for (const [axis, values] of b.sides) {
    const own = sides.get(axis) ?? domainOf(axis, a.family);
    const outside = own.subtract(values);
    if (outside.isEmpty()) continue;
    pieces.push({ family: a.family, sides: new Map(sides).set(axis, outside) });
    sides.set(axis, own.intersect(values));
  }
  return pieces;
}

/** Whether the first has packets that are not in the second. */
export function hasBeyond(a: Region, b: Region): boolean {
  if (a.family !== b.family) return true;
  for (const [axis, values] of b.sides) {
    const own = a.sides.get(axis) ?? domainOf(axis, a.family);
    if (own.isSubsetOf(values)) continue;
    if (isPossible({ family: a.family, sides: new Map(a.sides).set(axis, own.subtract(values)) })) return true;
  }
  return false;
}

/** Whether there are such packets at all: a packet has the fields of its protocol and family, and both ports or none. */
export function isPossible(region: Region): boolean {
  return !possibleTransports(region).isEmpty();
}

/** What its packets may have along the axis of transports, for all that they have along others. */
export function possibleTransports({ family, sides }: Region): IntervalSet {
  let transports = sides.get(TRANSPORT) ?? domainOf(TRANSPORT, family);
  for (const [axis, carriers] of CARRIERS) {
    const values = sides.get(axis);
    if (!values) continue;
    const domain = domainOf(axis, family);
    const lacks = values.contains(domain.highAt(domain.intervalCount - 1));
    if (!lacks && OF_FAMILY.get(axis) === otherThan(family)) return NO_TRANSPORTS;
    if (!lacks && !transports.isSubsetOf(carriers)) transports = transports.intersect(carriers);
    else if (axis === SOURCE_PORT && lacks && values.isSingleton()) transports = transports.subtract(carriers);
  }
  return transports;
}

/** Fields that packets of one family have. */
const OF_FAMILY: ReadonlyMap<string, Family> = new Map([
  ['icmp4/real', 4],
  ['icmp6/real', 6],
]);

const NO_TRANSPORTS = IntervalSet.empty(domainOf(TRANSPORT, 4).width);

const otherThan = (family: Family): Family => (family === 4 ? 6 : 4);
