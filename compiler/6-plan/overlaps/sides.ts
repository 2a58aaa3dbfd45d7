/**
 * Rules as boxes: of each field that some of them test, the lowest and the highest value that a packet of the rule may have.
 * Boxes that do not meet are rules that no packet meets both of; boxes that meet may still be such rules.
 */
import { isSetTest } from '../../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import type { Zone } from '../../model/policy.ts';
import { isWrittenByRules } from '../commute.ts';

export interface Sides {
  /** How many fields there are. */
  readonly count: number;
  /** Of each rule, `count` lowest values; -Infinity where it does not test the field. */
  readonly lows: Float64Array;
  /** … and `count` highest values. */
  readonly highs: Float64Array;
}

const PORT_BITS = 16;

/** The boxes of the rules. */
export function sidesOf(rules: readonly ProgramRule[]): Sides {
  const zones = new Map<Zone, number>();
  const bounds = rules.map((rule) => boundsOf(rule, zones));
  const fields = new Map(
    [...new Set(bounds.flatMap((list) => list.map(({ field }) => field)))].map((field, at) => [field, at]),
  );
  const count = fields.size;
  const lows = new Float64Array(rules.length * count).fill(-Infinity);
  const highs = new Float64Array(rules.length * count).fill(Infinity);
  for (const [number, list] of bounds.entries()) {
    for (const { field, low, high } of list) {
      const at = number * count + fields.get(field)!;
      lows[at] = Math.max(lows[at]!, low);
      highs[at] = Math.min(highs[at]!, high);
    }
  }
  return { count, lows, highs };
}

interface Bound {
  readonly field: string;
  readonly low: number;
  readonly high: number;
}

function boundsOf({ family, atoms }: ProgramRule, zones: Map<Zone, number>): Bound[] {
  const bounds = atoms.flatMap((atom) => boundsOfAtom(atom, zones));
  if (family !== undefined) bounds.push({ field: 'family', low: family, high: family });
  return bounds;
}

function boundsOfAtom(atom: Atom, zones: Map<Zone, number>): Bound[] {
  const { test, negated } = atom;
  if (negated) return [];
  if (test.kind === 'zone') {
    const numbers = test.zones.map((zone) => numberOf(zone, zones));
    return [{ field: test.field, low: Math.min(...numbers), high: Math.max(...numbers) }];
  }
  if (!isSetTest(atom) || isWrittenByRules(test) || atom.test.in.isEmpty()) return [];
  const { in: set, field, view = 'real' } = atom.test;
  // Rounding of values of more than 53 bits keeps their order, so bounds only get wider.
  const [low, high] = [Number(set.lowAt(0)), Number(set.highAt(set.intervalCount - 1))];
  const own = { field: `${field}/${view}`, low, high };
  if (field !== 'service') return [own];
  return [own, { field: `protocol/${view}`, low: low >>> PORT_BITS, high: high >>> PORT_BITS }];
}

/** Zones are numbered as they come. */
function numberOf(zone: Zone, zones: Map<Zone, number>): number {
  let number = zones.get(zone);
  if (number === undefined) zones.set(zone, (number = zones.size));
  return number;
}
