/**
 * Sets as entries of a ternary table: exactly the set, and no more entries than the named algorithms need (README of backends/p4).
 * The numbers are of the usual seed; other numbers are a change of the encoding, to be looked at.
 */
import { expect, it } from 'vitest';
import { irredundantEntries } from '../../backends/p4/encode/irredundant.ts';
import { toTernary } from '../../backends/p4/encode/ternary.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { prefixEntries, toPrefixes } from '../../compiler/net/prefixes.ts';
import { randomFrom, type Random } from '../builders/classbench/packets.ts';
import { differenceOf } from '../oracles/ternary-meaning.ts';
import { seed } from '../sampling.ts';

const USUAL_SEED = 20_180_501;
const EACH = 250;

interface Counts {
  sets: number;
  /** The fewest prefixes. */
  prefixes: number;
  /** Minato's irredundant sum of products. */
  irredundant: number;
  ours: number;
}

const KINDS: readonly {
  readonly what: string;
  readonly draw: (random: Random) => IntervalSet;
  readonly counts: Counts;
}[] = [
  {
    what: 'ranges of ports',
    draw: (random) => IntervalSet.fromIntervals(16, [portRange(random)]),
    counts: { sets: EACH, prefixes: 2124, irredundant: 2213, ours: 2048 },
  },
  {
    what: 'ranges of ports, several in a set',
    draw: (random) =>
      IntervalSet.fromIntervals(
        16,
        several(2 + random(7), () => portRange(random)),
      ),
    counts: { sets: EACH, prefixes: 5436, irredundant: 5641, ours: 5063 },
  },
  {
    what: 'IPv4 prefixes, several in a set',
    draw: (random) => IntervalSet.fromIntervals(32, prefixes(random)),
    counts: { sets: EACH, prefixes: 1340, irredundant: 1330, ours: 1330 },
  },
  {
    what: 'all IPv4 addresses but those of some prefixes',
    draw: (random) => IntervalSet.fromIntervals(32, prefixes(random)).complement(),
    counts: { sets: EACH, prefixes: 17_113, irredundant: 12_927, ours: 12_922 },
  },
];

it.each(KINDS)('$what: exactly the set, by no more entries than others need', ({ what, draw, counts }) => {
  const random = randomFrom(seed);
  const seen: Counts = { sets: 0, prefixes: 0, irredundant: 0, ours: 0 };
  while (seen.sets < EACH) {
    const set = draw(random);
    const entries = toTernary(set);
    expect(differenceOf(set, entries), what).toBe(undefined);
    const byDiagram = irredundantEntries(set);
    expect(differenceOf(set, byDiagram), what).toBe(undefined);
    const byPrefix = [...prefixEntries(toPrefixes(set))].length;
    expect(entries.length).toBeLessThanOrEqual(Math.min(byPrefix, byDiagram.length));
    seen.sets++;
    seen.prefixes += byPrefix;
    seen.irredundant += byDiagram.length;
    seen.ours += entries.length;
  }
  if (seed === USUAL_SEED) expect(seen).toEqual(counts);
});

/** Anywhere, from 1024 on, or few beside each other. */
function portRange(random: Random): readonly [number, number] {
  const low = random(4) === 0 ? 1024 : random(65_536);
  const most = random(2) === 0 ? 65_535 : Math.min(65_535, low + random(200));
  return [low, low + random(most - low + 1)];
}

/** Near each other in one half of all cases, so that some lie side by side or within others. */
function prefixes(random: Random): readonly (readonly [number, number])[] {
  const near = random(2) === 0;
  return several(1 + random(12), () => {
    const length = near ? 24 + random(9) : 8 + random(25);
    const size = 2 ** (32 - length);
    const address = near ? 0xc000_0200 + random(0x400) : random(2 ** 16) * 2 ** 16 + random(2 ** 16);
    const low = address - (address % size);
    return [low, low + size - 1];
  });
}

function several<Value>(count: number, make: () => Value): readonly Value[] {
  return Array.from({ length: count }, make);
}
