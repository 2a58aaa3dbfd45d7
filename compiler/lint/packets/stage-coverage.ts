/**
 * Which entries of a stage a packet comes to, over all packets. Most are settled by the first packet that is tried; what is left
 * is asked of decision diagrams.
 */
import type { Family, Stage } from '../../4-program/program.ts';
import { BoxTree } from '../../6-plan/overlaps/box-tree.ts';
import { sidesMeet } from '../../6-plan/overlaps/sides.ts';
import { domainOf, TRANSPORT } from '../../6-plan/regions/axes.ts';
import { intersect, isPossible, isWithin, meets } from '../../6-plan/regions/region.ts';
import { familiesOf } from '../../6-plan/regions/rule-regions.ts';
import type { Zone } from '../../model/policy.ts';
import { ALL, NOTHING, type Assignment, type Diagram } from '../../proof/diagrams.ts';
import { CoverQuestions, type CoverDiagrams } from './cover-question.ts';
import { entriesOf, keyOf, leavesAround, ruleOf, type Entries } from './entries.ts';
import { boxesOf, type EntryBoxes } from './entry-boxes.ts';
import { EntryRegions } from './entry-regions.ts';
import { PacketWalk, type Point } from './packet-walk.ts';

/** `none`: no packet is for it at all. `unknown`: the diagrams would have been too large. */
export type Reach = 'reached' | 'unreached' | 'none' | 'unknown';

/** So many packets of an entry are looked at before diagrams are asked. */
const MOST_DRAWN = 4;

export class StageCoverage {
  readonly entries: Entries;
  readonly zones: readonly Zone[];
  readonly regions: EntryRegions;
  readonly walk: PacketWalk;
  readonly #tree: BoxTree;
  readonly #questions: CoverQuestions;
  readonly #axes: Readonly<Record<Family, readonly string[]>>;
  readonly #boxes: EntryBoxes;
  readonly #reach: Reach[];
  /** The packets that were found first. */
  readonly #points: Readonly<Record<Family, Map<number, Point>>> = { 4: new Map(), 6: new Map() };
  readonly #enclosing: Readonly<Record<Family, Map<number, number | undefined>>> = { 4: new Map(), 6: new Map() };
  /** How many entries each rule of the policy has. */
  readonly #places = new Map<string, number>();

  constructor(stage: Stage, zones: readonly Zone[]) {
    this.entries = entriesOf(stage);
    this.zones = zones;
    const numbers = new Map(zones.map(({ name }, index) => [name, index + 1]));
    this.regions = new EntryRegions(this.entries, numbers);
    this.#boxes = boxesOf(this.entries, numbers);
    this.#tree = new BoxTree(this.#boxes.sides, this.entries.count);
    this.walk = new PacketWalk(this.entries, this.regions, this.#tree, this.#boxes.fields);
    for (let entry = 0; entry < this.entries.count; entry++) {
      const key = keyOf(ruleOf(this.entries, entry).origin);
      this.#places.set(key, (this.#places.get(key) ?? 0) + 1);
    }
    this.#questions = new CoverQuestions(this.entries, this.regions, zones);
    this.#axes = { 4: this.regions.axesOf(4), 6: this.regions.axesOf(6) };
    this.#reach = Array.from({ length: this.entries.count }, (_, entry) => this.#reachOf(entry));
  }

  /** Some packets of the family that come to the entry, as far as they are found soon. */
  *pointsAt(entry: number, family: Family): Generator<Point> {
    const known = this.#points[family].get(entry);
    if (known) yield known;
    for (let draw = 1; draw <= MOST_DRAWN; draw++) {
      const walked = this.walk.find(entry, family, { draw });
      if (walked === undefined || walked === 'covered') return;
      yield walked.point;
    }
  }

  reachOf(entry: number): Reach {
    return this.#reach[entry]!;
  }

  /** The first entry before this one that alone keeps all of its packets of a family, as far as regions tell. */
  enclosing(entry: number, family: Family): number | undefined {
    const known = this.#enclosing[family];
    if (!known.has(entry)) known.set(entry, this.#findEnclosing(entry, family));
    return known.get(entry);
  }

  #findEnclosing(entry: number, family: Family): number | undefined {
    const own = this.regions.of(entry, family);
    if (!own?.isFree && !own?.isExact) return undefined;
    return this.#tree.firstEnclosing(entry, (other) => {
      if (this.entries.keepsFrom[other]! < entry) return false;
      const theirs = this.regions.of(other, family);
      return theirs !== undefined && this.#isCertain(other, entry, family) && isWithin(own.region, theirs.region);
    });
  }

  /** Whether the packets of a keeper's region are all kept from an entry. */
  #isCertain(keeper: number, entry: number, family: Family): boolean {
    const isExact = this.regions.of(keeper, family)?.isExact ?? false;
    return isExact && leavesAround(this.entries, keeper, entry).length === 0;
  }

  /** Whether two entries may have packets of a family in common, as far as regions tell. */
  mayShare(one: number, other: number, family: Family): boolean {
    const [own, theirs] = [this.regions.of(one, family), this.regions.of(other, family)];
    return own !== undefined && theirs !== undefined && meets(own.region, theirs.region);
  }

  /** Whether an entry is for all packets of another, as far as regions tell. */
  hasAllOf(one: number, other: number, family: Family): boolean {
    const [own, theirs] = [this.regions.of(one, family), this.regions.of(other, family)];
    return own !== undefined && own.isExact && theirs !== undefined && isWithin(theirs.region, own.region);
  }

  /** Whether a keeper has packets in common with an entry; undefined: regions do not tell. */
  keepsSome(keeper: number, entry: number, family: Family): boolean | undefined {
    const [own, theirs] = [this.regions.of(entry, family), this.regions.of(keeper, family)];
    if (!own || !theirs || !meets(own.region, theirs.region)) return false;
    if (!own.isExact || !this.#isCertain(keeper, entry, family)) return undefined;
    return isPossible(intersect(own.region, theirs.region)!);
  }

  /** Asks `isFound` of entries before this one that keep packets from it, and whose boxes meet its own, until it says yes. */
  someKeeper(entry: number, isFound: (other: number) => boolean): boolean {
    const { keepsFrom } = this.entries;
    return this.#tree.some(
      entry,
      (node) => this.#tree.firstBelow(node) < entry,
      (other) => other < entry && keepsFrom[other]! >= entry && isFound(other),
    );
  }

  /** Entries behind this one whose boxes meet its own, ascending; undefined: they are more than `most`. */
  laterThan(entry: number, most: number): Uint32Array | undefined {
    const found: number[] = [];
    const areMore = this.#tree.some(
      entry,
      (node) => this.#tree.lastBelow(node) > entry,
      (other) => {
        if (other > entry) found.push(other);
        return found.length > most;
      },
    );
    return areMore ? undefined : Uint32Array.from(found).toSorted();
  }

  /** Asks of diagrams; undefined: they would be too large in each order of the fields. */
  ask<Result>(run: (diagrams: CoverDiagrams) => Result): Result | undefined {
    return this.#questions.ask(run);
  }

  #reachOf(entry: number): Reach {
    const families = familiesOf(ruleOf(this.entries, entry));
    const hasKeeper = this.someKeeper(entry, () => true);
    if (!hasKeeper && this.#isPlainBox(entry)) return 'reached';
    let answer: Reach = 'none';
    for (const family of families) {
      const one = this.#reachIn(entry, family);
      if (one === 'reached') return one;
      if (one === 'unknown' || answer === 'none') answer = one;
    }
    return answer;
  }

  /** Whether the entry's box has packets in it that meet the entry for certain. */
  #isPlainBox(entry: number): boolean {
    return sidesMeet(this.#boxes.sides, entry, entry) && this.entries.rowAt[entry]! >= 0;
  }

  #reachIn(entry: number, family: Family): Reach {
    if (!this.regions.of(entry, family)) return 'none';
    if (this.enclosing(entry, family) !== undefined) return 'unreached';
    const walked = this.walk.find(entry, family);
    if (walked === 'covered') return 'unreached';
    if (walked) {
      // Of rows there may be a great many.
      if (this.entries.rowAt[entry]! < 0) this.#points[family].set(entry, walked.point);
      return 'reached';
    }
    const found = this.coverOf(entry, family);
    if (found === 'unknown' || found === 'none') return found;
    return found === 'reached' ? found : 'unreached';
  }

  /**
   * Entries that keep all of an entry's packets of a family from it: packet after packet that is left finds the next of them.
   */
  coverOf(entry: number, family: Family): readonly number[] | 'reached' | 'none' | 'unknown' {
    const cover = this.ask((question) => {
      const { diagrams } = question;
      let left = question.packetsOf(entry, family);
      if (left === NOTHING) return 'none';
      const keepers: number[] = [];
      while (left !== NOTHING) {
        const packet = question.packetIn(left);
        const keeper = this.#bestKeeper(question, packet, entry, family);
        if (keeper === undefined) return 'reached';
        keepers.push(keeper);
        left = diagrams.unless(question.keptBy(keeper, entry, left), left);
      }
      return keepers.toSorted((a, b) => a - b);
    });
    return cover ?? 'unknown';
  }

  /** Of the entries that keep a packet from one, that which says least else. */
  #bestKeeper(
    question: CoverDiagrams,
    packet: Assignment,
    entry: number,
    family: Family,
    beside: number = entry,
    isGone: (entry: number) => boolean = () => false,
  ): number | undefined {
    const point = question.pointOf(packet, this.#axes[family]);
    let best: { readonly keeper: number; readonly sides: number } | undefined;
    this.walk.keeperOf(point, family, entry, (keeper) => {
      if (isGone(keeper)) return false;
      const sides = this.#sidesBeyond(keeper, beside, family);
      if (best && best.sides <= sides) return false;
      if (this.#keeps(question, keeper, packet, entry, family)) best = { keeper, sides };
      // None says less.
      return best?.sides === 0;
    });
    return best?.keeper;
  }

  /** A packet of an entry that no packet reaches, and the first entry that keeps it from there. */
  exampleOf(
    question: CoverDiagrams,
    entry: number,
    family: Family,
  ): { readonly packet: Assignment; readonly keeper: number } | undefined {
    const packet = this.#lowestOf(question, entry, family) ?? question.packetIn(question.packetsOf(entry, family));
    const point = question.pointOf(packet, this.#axes[family]);
    const keeper = this.walk.firstKeeperOf(point, family, entry, (other) =>
      this.#keeps(question, other, packet, entry, family),
    );
    return keeper === undefined ? undefined : { packet, keeper };
  }

  /** The packet that has the lowest values along the axes that the entry asks, and nothing along others. */
  #lowestOf(question: CoverDiagrams, entry: number, family: Family): Assignment | undefined {
    const own = this.regions.of(entry, family);
    const lowest = own?.isExact ? this.walk.lowestIn(own.region) : undefined;
    if (!lowest) return undefined;
    const asked = [...lowest].filter(([axis]) => axis === TRANSPORT || own!.region.sides.has(axis));
    return question.packetAt(new Map(asked), family);
  }

  /** Whether a keeper that the packet may meet keeps it from an entry for certain. */
  #keeps(question: CoverDiagrams, keeper: number, packet: Assignment, entry: number, family: Family): boolean {
    if (this.#isCertain(keeper, entry, family)) return true;
    return question.diagrams.valueAt(question.keptBy(keeper, entry, ALL), packet) !== 0;
  }

  /** Whether the entry's rule is asked at several places, or became several rules. */
  isSeveral(entry: number): boolean {
    return this.#places.get(keyOf(ruleOf(this.entries, entry).origin)) !== 1;
  }

  /** Whether some of an entry's packets come to it, when entries for which `isGone` holds are not there. */
  someComesTo(
    question: CoverDiagrams,
    packets: Diagram,
    entry: number,
    family: Family,
    isGone: (entry: number) => boolean,
  ): boolean {
    let left = packets;
    while (left !== NOTHING) {
      const keeper = this.#bestKeeper(question, question.packetIn(left), entry, family, entry, isGone);
      if (keeper === undefined) return true;
      left = question.diagrams.unless(question.keptBy(keeper, entry, left), left);
    }
    return false;
  }

  /** The first entry that decides about a packet for certain; undefined: none does. */
  firstAt(point: Point, family: Family): number | undefined {
    let first: number | undefined;
    this.walk.keeperOf(point, family, this.entries.count, (keeper) => {
      const isExact = this.regions.of(keeper, family)?.isExact;
      if (isExact && keeper < (first ?? Infinity)) first = keeper;
      return false;
    });
    return first;
  }

  /** Whether packets of an entry come to another before it, and are kept there; false where regions do not say which are theirs. */
  takes(keeper: number, entry: number, family: Family): boolean {
    const [own, theirs] = [this.regions.of(entry, family), this.regions.of(keeper, family)];
    const common = own?.isExact && theirs?.isExact && intersect(own.region, theirs.region);
    if (!common || !isPossible(common)) return false;
    const walked = this.walk.find(keeper, family, { within: common });
    if (walked) return walked !== 'covered';
    const isMet = this.ask((question) => {
      const packets = question.among(entry, question.packetsOf(keeper, family));
      return this.someComesTo(question, packets, keeper, family, () => false);
    });
    return isMet ?? false;
  }

  /** A packet that comes to an entry, and that another is for, too, as far as one is found soon. */
  pointIn(entry: number, other: number, family: Family): Point | undefined {
    const [own, theirs] = [this.regions.of(entry, family), this.regions.of(other, family)];
    const common = own && theirs?.isExact && intersect(own.region, theirs.region);
    if (!common || !isPossible(common)) return undefined;
    const walked = this.walk.find(entry, family, { within: common });
    return walked === 'covered' ? undefined : walked?.point;
  }

  /** Along how many axes an entry has fewer values than another. */
  #sidesBeyond(keeper: number, entry: number, family: Family): number {
    const own = this.regions.of(entry, family)!.region;
    const theirs = this.regions.of(keeper, family)!.region;
    let sides = 0;
    for (const [axis, values] of theirs.sides) {
      if (!(own.sides.get(axis) ?? domainOf(axis, family)).isSubsetOf(values)) sides++;
    }
    return sides;
  }
}
