/** What rules ask of fields that keys are made of, as boxes: for each part of the key an interval. */
import { isSetTest, type SetTest } from '../../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import { PROTOCOLS_WITH_PORTS } from '../../model/fields.ts';
import type { IntervalSet } from '../../net/interval-set.ts';
import { prefixEntries, toPrefixes } from '../../net/prefixes.ts';
import type { Value } from '../../net/words.ts';
import { blockAddresses, blocksOf } from '../blocks.ts';

/** Parts of keys, in the order in which a packet is read. */
export const PARTS = ['source', 'destination', 'protocol', 'source port', 'destination port'] as const;
export type Part = (typeof PARTS)[number];

/** Both ends included. */
export type Interval = readonly [low: Value, high: Value];

/** An interval for each part of a key, in the order of `PARTS`; of an address, a prefix. */
export type Box = readonly Interval[];

/** A rule's key: its packets are those in one of the boxes that meet what is left of the rule, too. */
export interface KeyBoxes {
  readonly parts: readonly Part[];
  /** Equal for keys that one table can hold: of whole values, the prefix lengths of addresses are the same. */
  readonly shape: string;
  readonly boxes: readonly Box[];
  readonly rest: readonly Atom[];
}

/** More boxes are no few elements of a table. */
const MOST_BOXES = 64;
/** A set of no more addresses is looked up address by address. */
const FEW_ADDRESSES = 4;

/** What one atom asks of the parts that it is about. */
interface Factor {
  readonly parts: readonly Part[];
  /** Of whole addresses, their length; else nothing. */
  readonly shape: string;
  readonly boxes: readonly Box[];
}

/** Whole values, or prefixes of one length for each address; what is neither stays in `rest`. */
export function wholeBoxes(rule: ProgramRule): KeyBoxes | undefined {
  return keyBoxes(rule, wholeFactor);
}

/** Intervals, whatever they are. */
export function intervalBoxes(rule: ProgramRule): KeyBoxes | undefined {
  return keyBoxes(rule, intervalFactor);
}

function keyBoxes({ atoms }: ProgramRule, factorOf: (test: SetTest) => Factor | undefined): KeyBoxes | undefined {
  const factors: Factor[] = [];
  const rest: Atom[] = [];
  for (const atom of atoms) {
    const factor = isKeyAtom(atom) ? factorOf(atom.test) : undefined;
    if (factor) factors.push(factor);
    else rest.push(atom);
  }
  const named = factors.flatMap(({ parts }) => parts);
  const parts = PARTS.filter((part) => named.includes(part));
  // Two atoms of one part: a service beside a protocol.
  if (parts.length < 2 || named.length > parts.length) return undefined;
  const count = factors.reduce((product, { boxes }) => product * boxes.length, 1);
  if (count > MOST_BOXES) return undefined;
  const order = parts.map((part) => named.indexOf(part));
  const boxes = factors
    .reduce<Box[]>((all, factor) => all.flatMap((left) => factor.boxes.map((box) => [...left, ...box])), [[]])
    .map((box) => order.map((at) => box[at]!))
    .filter((box) => isPossible(parts, box));
  const shape = [...parts, ...factors.map((factor) => factor.shape).toSorted()].join(' ');
  return boxes.length === 0 ? undefined : { parts, shape, boxes, rest };
}

function isKeyAtom(atom: Atom): atom is Atom & { readonly test: SetTest } {
  return !atom.negated && isSetTest(atom) && (atom.test.view ?? 'real') === 'real';
}

/** Only packets of some protocols have ports: elsewhere a plane would read something else for them. */
function isPossible(parts: readonly Part[], box: Box): boolean {
  const at = parts.indexOf('protocol');
  if (at < 0 || !parts.some((part) => part.endsWith(' port'))) return true;
  return PROTOCOLS_WITH_PORTS.some((protocol) => protocol === box[at]![0]);
}

function wholeFactor(test: SetTest): Factor | undefined {
  const { field, in: set } = test;
  if (set.intervalCount > MOST_BOXES) return undefined;
  if (test.kind === 'address') {
    const blocks = equalBlocks(set);
    if (!blocks) return undefined;
    return { parts: [test.field], shape: `${field}/${blocks.length}`, boxes: blocks.intervals.map((one) => [one]) };
  }
  const factor = intervalFactor(test);
  if (!factor || set.size() > BigInt(MOST_BOXES)) return undefined;
  const whole = factor.boxes.flatMap((box) => {
    const [low, high] = box.at(-1)!;
    const values = Array.from({ length: Number(high) - Number(low) + 1 }, (_, more) => Number(low) + more);
    return values.map((value): Box => [...box.slice(0, -1), [value, value]]);
  });
  return { ...factor, boxes: whole };
}

/** Addresses as prefixes of one length; undefined where they would be many. */
function equalBlocks(set: IntervalSet): { readonly length: number; readonly intervals: Interval[] } | undefined {
  if (set.size() <= BigInt(FEW_ADDRESSES)) {
    return { length: set.width, intervals: Array.from(set.values(), (value): Interval => [value, value]) };
  }
  const blocks = blocksOf([set]);
  if (blocks && blocks.count <= MOST_BOXES) {
    const size = 2 ** (32 - blocks.length);
    const intervals = blockAddresses(set, blocks.length).map((low): Interval => [low, low + size - 1]);
    return { length: blocks.length, intervals };
  }
  const { lengths } = toPrefixes(set);
  const [length] = lengths;
  if (set.width === 32 || lengths.length > MOST_BOXES || lengths.some((other) => other !== length)) return undefined;
  return { length: length!, intervals: prefixIntervals(set) };
}

function intervalFactor(test: SetTest): Factor | undefined {
  const { field, in: set } = test;
  if (set.intervalCount > MOST_BOXES) return undefined;
  switch (field) {
    case 'source':
    case 'destination': {
      const intervals = prefixIntervals(set);
      return intervals.length > MOST_BOXES
        ? undefined
        : { parts: [field], shape: '', boxes: intervals.map((one) => [one]) };
    }
    case 'protocol': {
      // Each by itself: no table has intervals of them.
      if (set.size() > BigInt(MOST_BOXES)) return undefined;
      const protocols = Array.from(set.values(), (value): Box => [[value, value]]);
      return { parts: ['protocol'], shape: '', boxes: protocols };
    }
    case 'source port':
    case 'destination port':
      return { parts: [field], shape: '', boxes: Array.from(set.numberIntervals(), (one): Box => [one]) };
    case 'service':
      return {
        parts: ['protocol', 'destination port'],
        shape: '',
        boxes: Array.from(set.numberIntervals()).flatMap(servicesByProtocol),
      };
    default:
      return undefined;
  }
}

/** The intervals of prefixes that together are the set. */
function prefixIntervals(set: IntervalSet): Interval[] {
  return Array.from(prefixEntries(toPrefixes(set)), ([address, length]): Interval => {
    if (typeof address === 'number') return [address, address + 2 ** (32 - length) - 1];
    return [address, address + (1n << BigInt(128 - length)) - 1n];
  });
}

const PORTS = 2 ** 16;

/** Services (protocol × 2^16 + port) as pairs of a protocol and its ports. */
function servicesByProtocol([low, high]: readonly [number, number]): Box[] {
  const boxes: Box[] = [];
  for (let protocol = Math.floor(low / PORTS); protocol <= Math.floor(high / PORTS); protocol++) {
    const first = Math.max(low - protocol * PORTS, 0);
    const last = Math.min(high - protocol * PORTS, PORTS - 1);
    boxes.push([
      [protocol, protocol],
      [first, last],
    ]);
  }
  return boxes;
}
