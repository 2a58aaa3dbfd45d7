/**
 * Rules as boxes: of each field that some of them test, the lowest and the highest value that a packet of the rule may have.
 * Boxes that do not meet are rules that no packet meets both of; boxes that meet may still be such rules.
 */
import { fieldKey, isSetTest, withBehind } from '../../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import { isWrittenByRules } from '../commute.ts';

export interface Sides {
  /** How many fields there are. */
  readonly count: number;
  /** Of each rule, `count` lowest values; -Infinity where it does not test the field. */
  readonly lows: Float64Array;
  /** … and `count` highest values. */
  readonly highs: Float64Array;
  /** … and how many values these are; of a rule that does not test the field, how many there are; 0: not to be counted. */
  readonly sizes: Float64Array;
}

const PORT_BITS = 16;

/** The boxes of the rules. */
export function sidesOf(rules: readonly ProgramRule[]): Sides {
  const zones = new Map<string, number>();
  const bounds = rules.map((rule) => boundsOf(rule, zones));
  const fields = new Map<string, { readonly side: number; readonly width: number }>();
  for (const list of bounds) {
    for (const { field, width } of list) if (!fields.has(field)) fields.set(field, { side: fields.size, width });
  }
  // Ports and services are not independent of each other.
  const isDouble = fields.has(SERVICE) && fields.has(PORT);
  const count = fields.size;
  const lows = new Float64Array(rules.length * count).fill(-Infinity);
  const highs = new Float64Array(rules.length * count).fill(Infinity);
  const sizes = new Float64Array(rules.length * count);
  for (const [field, { side, width }] of fields) {
    const isCounted = width > 0 && !(isDouble && (field === SERVICE || field === PORT));
    for (let at = side; at < sizes.length; at += count) sizes[at] = isCounted ? 2 ** width : 0;
  }
  for (const [number, list] of bounds.entries()) {
    for (const { field, low, high, size } of list) {
      const at = number * count + fields.get(field)!.side;
      lows[at] = Math.max(lows[at]!, low);
      highs[at] = Math.min(highs[at]!, high);
      sizes[at] = Math.min(sizes[at]!, size);
    }
  }
  return { count, lows, highs, sizes };
}

/** Whether the boxes of two rules meet. */
export function sidesMeet({ count, lows, highs }: Sides, a: number, b: number): boolean {
  return boxesMeet(lows, highs, a * count, lows, highs, b * count, count);
}

/** Whether two boxes of `count` sides meet, each from a place in columns of its own. */
export function boxesMeet(
  lows: Float64Array,
  highs: Float64Array,
  from: number,
  otherLows: Float64Array,
  otherHighs: Float64Array,
  otherFrom: number,
  count: number,
): boolean {
  for (let side = 0; side < count; side++) {
    if (lows[from + side]! > otherHighs[otherFrom + side]!) return false;
    if (otherLows[otherFrom + side]! > highs[from + side]!) return false;
  }
  return true;
}

/** Whether a box has all of another in it. */
export function boxEncloses(
  lows: Float64Array,
  highs: Float64Array,
  from: number,
  innerLows: Float64Array,
  innerHighs: Float64Array,
  innerFrom: number,
  count: number,
): boolean {
  for (let side = 0; side < count; side++) {
    if (lows[from + side]! > innerLows[innerFrom + side]!) return false;
    if (highs[from + side]! < innerHighs[innerFrom + side]!) return false;
  }
  return true;
}

/** Whether a box has a point in it; a coordinate that is not a number is in every box. */
export function boxHasPoint(lows: Float64Array, highs: Float64Array, from: number, point: Float64Array): boolean {
  for (let side = 0; side < point.length; side++) {
    if (lows[from + side]! > point[side]! || highs[from + side]! < point[side]!) return false;
  }
  return true;
}

/** What a rule asks of a field, at most. */
export interface Bound {
  readonly field: string;
  /** Bits of the field; 0: its values are not to be counted. */
  readonly width: number;
  readonly low: number;
  readonly high: number;
  readonly size: number;
}

export const SERVICE = 'service/real';
export const PORT = 'destination port/real';

/** The bounds of a rule, those of cells left out. `zones`: their numbers; one that has none yet gets the next. */
export function boundsOf({ family, atoms }: ProgramRule, zones: Map<string, number>): Bound[] {
  const bounds = atoms.flatMap((atom) => boundsOfAtom(atom, zones));
  if (family !== undefined) bounds.push({ field: 'family', width: 0, low: family, high: family, size: 1 });
  return bounds;
}

function boundsOfAtom(atom: Atom, zones: Map<string, number>): Bound[] {
  const { test, negated } = atom;
  if (negated) return [];
  if (test.kind === 'zone') {
    const numbers = test.zones.map(({ name }) => numberOf(name, zones));
    return [
      { field: test.field, width: 0, low: Math.min(...numbers), high: Math.max(...numbers), size: numbers.length },
    ];
  }
  if (!isSetTest(atom) || isWrittenByRules(test) || atom.test.in.isEmpty()) return [];
  const { in: set, field, view = 'real' } = atom.test;
  // Rounding of values of more than 53 bits keeps their order, so bounds only get wider.
  const [low, high] = [Number(set.lowAt(0)), Number(set.highAt(set.intervalCount - 1))];
  const size = set.intervalCount === 1 && set.width <= 32 ? high - low + 1 : Number(set.size());
  // A protocol is all of its services: the two tests are along one side.
  if (field === 'protocol' && view === 'real') {
    const services = 2 ** PORT_BITS;
    const top = (high + 1) * services - 1;
    return [{ field: SERVICE, width: 24, low: low * services, high: top, size: size * services }];
  }
  const key = fieldKey(atom.test);
  const side = test.kind === 'address' ? withBehind(key, `${test.family}`) : key;
  return [{ field: side, width: set.width, low, high, size }];
}

/** Zones are numbered as they come. */
function numberOf(name: string, zones: Map<string, number>): number {
  let number = zones.get(name);
  if (number === undefined) zones.set(name, (number = zones.size));
  return number;
}
