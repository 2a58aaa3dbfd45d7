/**
 * Looks for a packet that comes to an entry: from some packet of the entry, on and on out of the entries before it that would keep
 * it, along one axis at a time. What it finds is certain, and it mostly finds something at once; where it does not, it has
 * not shown that there is nothing.
 */
import type { Family } from '../../4-program/program.ts';
import { CARRIERS, domainOf, TRANSPORT } from '../../6-plan/regions/axes.ts';
import type { BoxTree } from '../../6-plan/overlaps/box-tree.ts';
import { PORT, SERVICE } from '../../6-plan/overlaps/sides.ts';
import { meets, type Region } from '../../6-plan/regions/region.ts';
import type { IntervalSet } from '../../net/interval-set.ts';
import type { Value } from '../../net/words.ts';
import { absentOf, CARRIED, isOfOther, wholeOf } from './carried-fields.ts';
import { leavesAround, type Entries } from './entries.ts';
import type { EntryRegions } from './entry-regions.ts';
import { Draws, FIRST, type Choices } from './random.ts';

/** A packet: a value along each axis that some entry asks. */
export type Point = Map<string, Value>;

/** What the walk came to: a packet; `covered`: one entry before has all of the entry's packets; undefined: neither was found. */
export type WalkResult = { readonly point: Point } | 'covered' | undefined;

const MOST_STEPS = 96;
const STARTS = 3;

export class PacketWalk {
  readonly #entries: Entries;
  readonly #regions: EntryRegions;
  readonly #tree: BoxTree;
  /** The boxes' sides, in their order. */
  readonly #fields: readonly string[];
  /** Of each, its axis in a family. */
  readonly #axes: Readonly<Record<Family, readonly (string | undefined)[]>>;
  /** The axes of a family's packets that hang on no transport, in the order of the sides. */
  readonly #free: Readonly<Record<Family, ReadonlySet<string>>>;
  readonly #coordinates: Float64Array;

  constructor(entries: Entries, regions: EntryRegions, tree: BoxTree, fields: ReadonlyMap<string, number>) {
    this.#entries = entries;
    this.#regions = regions;
    this.#tree = tree;
    this.#fields = [...fields.keys()];
    this.#axes = { 4: this.#fields.map((field) => axisOf(field, 4)), 6: this.#fields.map((field) => axisOf(field, 6)) };
    this.#free = { 4: freeAxes(this.#axes[4]), 6: freeAxes(this.#axes[6]) };
    this.#coordinates = new Float64Array(this.#fields.length);
  }

  /**
   * A packet of the family that meets the entry, and none before it that would have kept it. `within`: only packets of this part
   * of the entry's; `covered` then is said of the part. `draw`: another number leads to another packet.
   */
  find(
    entry: number,
    family: Family,
    { within, draw = 0 }: { readonly within?: Region; readonly draw?: number } = {},
  ): WalkResult {
    const own = this.#regions.of(entry, family);
    if (!own?.isFree && !own?.isExact) return undefined;
    const region = within ?? own.region;
    const draws = new Draws(entry * 2 + family + draw * 0x9e37);
    for (let start = 0; start < STARTS; start++) {
      const result = this.#walk(entry, region, draws);
      if (result !== 'lost') return result;
    }
    return undefined;
  }

  /** An entry before `end` that may keep the packet from it, and that `isWanted`; undefined: there is none. */
  keeperOf(
    point: Point,
    family: Family,
    end: number,
    isWanted: (keeper: number) => boolean = () => true,
  ): number | undefined {
    this.#place(point, family);
    const { keepsFrom, count } = this.#entries;
    const last = Math.min(end, count - 1);
    return this.#tree.findAt(this.#coordinates, end, (other) => {
      if (keepsFrom[other]! < last) return false;
      return this.#mayMeet(other, family, point) && !this.#mayBeLedPast(other, end, family, point) && isWanted(other);
    });
  }

  /** The first entry before another that may keep the packet from it, and that `isWanted`; undefined: there is none. */
  firstKeeperOf(point: Point, family: Family, end: number, isWanted: (keeper: number) => boolean): number | undefined {
    this.#place(point, family);
    const { keepsFrom } = this.#entries;
    const isKeeper = (other: number) =>
      keepsFrom[other]! >= end &&
      this.#mayMeet(other, family, point) &&
      !this.#mayBeLedPast(other, end, family, point) &&
      isWanted(other);
    return this.#tree.firstAt(this.#coordinates, { from: 0, end }, isKeeper);
  }

  /** The first entry behind another that may meet the packet, and is not gone; undefined: there is none. */
  nextAt(point: Point, family: Family, entry: number, isGone: (entry: number) => boolean): number | undefined {
    this.#place(point, family);
    const isNext = (other: number) => !isGone(other) && this.#mayMeet(other, family, point);
    return this.#tree.firstAt(this.#coordinates, { from: entry + 1, end: this.#entries.count }, isNext);
  }

  /** The packet of a region that has the lowest values; undefined: it is not so easily told. */
  lowestIn(region: Region): Point | undefined {
    return this.#startIn(region, FIRST);
  }

  /** Whether some entry that `isWanted` may have packets in common with a region. */
  someMeeting(region: Region, isWanted: (entry: number) => boolean): boolean {
    const point: Point = new Map();
    for (const [axis, values] of region.sides) if (values.isSingleton()) point.set(axis, values.lowAt(0));
    this.#place(point, region.family);
    const isFound = (entry: number) => {
      const theirs = this.#regions.of(entry, region.family);
      return theirs !== undefined && meets(region, theirs.region) && isWanted(entry);
    };
    return this.#tree.findAt(this.#coordinates, this.#entries.count, isFound) !== undefined;
  }

  #mayMeet(entry: number, family: Family, point: Point): boolean {
    const theirs = this.#regions.of(entry, family);
    return theirs !== undefined && has(theirs.region, point);
  }

  /** Whether a packet may go past a keeper by a `leave` before it, and come to the entry all the same. */
  #mayBeLedPast(keeper: number, entry: number, family: Family, point: Point): boolean {
    return leavesAround(this.#entries, keeper, entry).some((leave) => this.#mayMeet(leave.entry, family, point));
  }

  #walk(entry: number, region: Region, draws: Choices): WalkResult | 'lost' {
    const point = this.#startIn(region, draws);
    if (!point) return 'lost';
    for (let step = 0; step < MOST_STEPS; step++) {
      const keeper = this.keeperOf(point, region.family, entry);
      if (keeper === undefined) return has(region, point) ? { point } : 'lost';
      const theirs = this.#regions.of(keeper, region.family)!;
      const way = wayOut(region, theirs.region, draws);
      const isCertain = theirs.isExact && leavesAround(this.#entries, keeper, entry).length === 0;
      if (!way) return isCertain ? 'covered' : undefined;
      const [axis, left] = way;
      if (!this.#move(point, axis, left, region, draws)) return 'lost';
    }
    return 'lost';
  }

  #startIn(region: Region, draws: Choices): Point | undefined {
    const point: Point = new Map();
    const free = this.#free[region.family];
    for (const axis of free) point.set(axis, valueIn(region.sides.get(axis) ?? domainOf(axis, region.family), draws));
    for (const [axis, values] of region.sides) {
      if (!free.has(axis) && isFree(axis)) point.set(axis, valueIn(values, draws));
    }
    const transports = region.sides.get(TRANSPORT) ?? domainOf(TRANSPORT, region.family);
    return this.#setTransport(point, transports, region, draws) ? point : undefined;
  }

  /** Gives the packet another value along an axis, and what has to go with it. */
  #move(point: Point, axis: string, values: IntervalSet, region: Region, draws: Choices): boolean {
    if (axis === TRANSPORT) return this.#setTransport(point, values, region, draws);
    const carriers = CARRIERS.get(axis);
    const value = valueIn(values, draws);
    if (carriers) {
      const isThere = value !== absentOf(axis, region);
      if (isThere !== carriers.contains(point.get(TRANSPORT)!)) {
        const own = region.sides.get(TRANSPORT) ?? domainOf(TRANSPORT, region.family);
        const fitting = isThere ? own.intersect(carriers) : own.subtract(carriers);
        if (!this.#setTransport(point, fitting, region, draws)) return false;
      }
    }
    point.set(axis, value);
    return true;
  }

  /** A transport of a whole packet among these, and for each field that some transports have a value, or none. */
  #setTransport(point: Point, transports: IntervalSet, { family, sides }: Region, draws: Choices): boolean {
    let fitting = wholeOf(transports);
    for (const { axis, absent, isForeign, having, lacking } of CARRIED[family]) {
      const own = sides.get(axis);
      if (!own || isForeign) continue;
      if (!own.contains(absent)) fitting = having(fitting);
      else if (own.isSingleton()) fitting = lacking(fitting);
    }
    if (fitting.isEmpty()) return false;
    const transport = valueIn(fitting, draws);
    point.set(TRANSPORT, transport);
    for (const { axis, carriers, domain, absent, values, isForeign } of CARRIED[family]) {
      const own = sides.get(axis) ?? domain;
      if (isForeign || !carriers.contains(transport)) {
        if (!own.contains(absent)) return false;
        point.set(axis, absent);
        continue;
      }
      const former = point.get(axis);
      if (former !== undefined && former !== absent && own.contains(former)) continue;
      const present = own === domain ? values : own.intersect(values);
      if (present.isEmpty()) return false;
      point.set(axis, valueIn(present, draws));
    }
    return true;
  }

  /** The packet's place among the boxes. */
  #place(point: Point, family: Family): void {
    const transport = Number(point.get(TRANSPORT) ?? Number.NaN);
    const hasPort = (transport & 0x1_0000) !== 0;
    const service = Number.isNaN(transport)
      ? transport
      : (transport >>> 17) * 65_536 + (hasPort ? transport & 0xffff : 0);
    const port = hasPort ? transport & 0xffff : Number.NaN;
    const transported = { family, service, port };
    const axes = this.#axes[family];
    for (let side = 0; side < axes.length; side++) {
      this.#coordinates[side] = coordinate(this.#fields[side]!, axes[side], point, transported);
    }
  }
}

/** An axis along which packets of the first region are not in the second, and their values there; undefined: there is none. */
function wayOut(region: Region, other: Region, draws: Choices): readonly [axis: string, left: IntervalSet] | undefined {
  const { family } = region;
  const sides = [...other.sides];
  const first = draws.below(Math.max(1, sides.length));
  for (let turn = 0; turn < sides.length; turn++) {
    const [axis, values] = sides[(first + turn) % sides.length]!;
    const left = (region.sides.get(axis) ?? domainOf(axis, family)).subtract(values);
    if (left.isEmpty() || (isOfOther(axis, family) && !left.contains(absentOf(axis, region)))) continue;
    return [axis, left];
  }
  return undefined;
}

/** Not a number: it may be any, or there is none. */
interface Transport {
  readonly family: Family;
  readonly service: number;
  readonly port: number;
}

function coordinate(field: string, axis: string | undefined, point: Point, transport: Transport): number {
  if (field === 'family') return transport.family;
  if (field === SERVICE) return transport.service;
  if (field === PORT) return transport.port;
  const value = axis === undefined ? undefined : point.get(axis);
  return value === undefined ? Number.NaN : Number(value);
}

/** The axis of a box's side; undefined: it is of the transport, of the other family, or none. */
function axisOf(field: string, family: Family): string | undefined {
  if (field === 'family' || field === SERVICE || field === PORT) return undefined;
  const [name, view, ofFamily] = field.split('/');
  if (ofFamily === undefined) return field;
  return Number(ofFamily) === family ? `${name}/${view}` : undefined;
}

/** Whether the packet is in the region; along an axis that it has no value along, it has the lowest. */
function has({ family, sides }: Region, point: Point): boolean {
  for (const [axis, values] of sides) {
    if (!values.contains(point.get(axis) ?? domainOf(axis, family).lowAt(0))) return false;
  }
  return true;
}

/** Whether packets may have any value along the axis, whatever their transport is. */
function isFree(axis: string): boolean {
  return axis !== TRANSPORT && !CARRIERS.has(axis);
}

function freeAxes(axes: readonly (string | undefined)[]): ReadonlySet<string> {
  return new Set(axes.filter((axis) => axis !== undefined).filter(isFree));
}

/** One of the values: an end of an interval half of the time, for there packets lie that few others have. */
function valueIn(values: IntervalSet, draws: Choices): Value {
  const index = draws.below(values.intervalCount);
  const [low, high] = [values.lowAt(index), values.highAt(index)];
  const way = draws.below(4);
  if (way === 0) return low;
  if (way === 1) return high;
  if (typeof low === 'number') return low + draws.below(Number(high) - low + 1);
  return low + draws.belowBig(BigInt(high) - low + 1n);
}
