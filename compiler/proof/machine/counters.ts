/** Counters by what they count: their names in a plane need not be those of the policy, letter by letter. */
import { NOTHING, type Diagram } from '../diagrams.ts';
import { OF_ROWS } from './meaning.ts';

const COUNTER = 'counter ';

type Effects = ReadonlyMap<string, Diagram>;

interface Tools {
  /** What a diagram says of the packets that can be. */
  readonly among: (diagram: Diagram) => Diagram;
  /** Two things as one. */
  readonly joined: (first: Diagram, second: Diagram) => Diagram;
}

/** What is wanted of a thing, and what was found. */
interface Pair {
  readonly one: Diagram;
  readonly other: Diagram;
}

/**
 * Things of both sides in pairs. Counters of one name belong together; of the others, those that count the same. Counters of
 * rows stand in sets whose names say nothing: what is left of them is compared as one.
 */
export function matchedEffects(wanted: Effects, found: Effects, tools: Tools): ReadonlyMap<string, Pair> {
  const pairs = new Map<string, Pair>();
  const left = new Map(found);
  const pair = (thing: string, one: Diagram, name: string) => {
    pairs.set(thing, { one, other: left.get(name) ?? NOTHING });
    left.delete(name);
  };
  const open: [string, Diagram][] = [];
  for (const [thing, one] of wanted) {
    if (isCounter(thing) && !found.has(thing)) open.push([thing, one]);
    else pair(thing, one, thing);
  }
  const unmatched = open.filter(([thing, one]) => {
    const alike = [...left].find(
      ([name, other]) => sameKind(thing, name) && !wanted.has(name) && tools.among(one) === tools.among(other),
    );
    if (alike) pair(thing, one, alike[0]);
    return !alike;
  });
  const ofRows = ([thing]: readonly [string, Diagram]) => thing.startsWith(OF_ROWS);
  const together = (list: readonly (readonly [string, Diagram])[]) =>
    list.filter(ofRows).reduce((all, [, what]) => tools.joined(all, what), NOTHING);
  pairs.set('counters of rows', { one: together(unmatched), other: together([...left]) });
  for (const [thing, one] of unmatched) if (!ofRows([thing, one])) pairs.set(thing, { one, other: NOTHING });
  for (const [thing, other] of left) if (!ofRows([thing, other])) pairs.set(thing, { one: NOTHING, other });
  return pairs;
}

function isCounter(thing: string): boolean {
  return thing.startsWith(COUNTER) || thing.startsWith(OF_ROWS);
}

function sameKind(one: string, other: string): boolean {
  return [COUNTER, OF_ROWS].some((kind) => one.startsWith(kind) && other.startsWith(kind));
}
