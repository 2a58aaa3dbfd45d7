/**
 * Rules of a list on their way into lookups. The list becomes layers: lookups, then the rules of no lookup, and so on again. Each
 * rule, in the order of the list, goes into the first layer that it may move up to past all that is behind it there.
 */
import type { ProgramRule } from '../../4-program/program.ts';
import { Blockers } from '../overlaps/blockers.ts';
import type { ElementList } from './elements.ts';
import type { Group } from './groups.ts';

/** The rules of one group that one lookup carries out. */
export interface PlacedGroup {
  readonly group: Group;
  readonly list: ElementList;
  readonly rules: readonly number[];
}

export interface Layer {
  readonly lookups: readonly PlacedGroup[];
  /** Numbers of rules, in their order. */
  readonly rest: readonly number[];
}

/** More layers would be more lookups for a packet than they save. */
const MOST_LAYERS = 3;
/** Places of one layer: its groups, and its rest. */
const PLACES = 1024;

interface GrowingLayer {
  readonly lookups: Map<number, { group: Group; list: ElementList; rules: number[] }>;
  readonly rest: number[];
}

/** The layers of a list; `listFor` makes a group's table. Rules of `left` join none. */
export function layersOf(
  rules: readonly ProgramRule[],
  groups: readonly Group[],
  left: ReadonlySet<number>,
  listFor: (group: Group) => ElementList,
): readonly Layer[] {
  const layers: GrowingLayer[] = [{ lookups: new Map(), rest: [] }];
  const blockers = new Blockers(rules);
  const homes = new Map<number, number>();
  for (const [at, { members }] of groups.slice(0, PLACES - 1).entries()) {
    for (const number of members.keys()) if (!left.has(number)) homes.set(number, at);
  }

  const joins = (number: number): number | undefined => {
    const at = homes.get(number);
    if (at === undefined) return undefined;
    for (let layer = 0; layer < MOST_LAYERS; layer++) {
      const isNew = layer === layers.length;
      const place = layer * PLACES + at;
      if (!isNew && !blockers.mayMove(number, place)) continue;
      if (isNew) layers.push({ lookups: new Map(), rest: [] });
      return addTo(layers[layer]!, at, number) ? place : undefined;
    }
    return undefined;
  };
  const addTo = ({ lookups }: GrowingLayer, at: number, number: number): boolean => {
    const group = groups[at]!;
    let own = lookups.get(at);
    if (!own) lookups.set(at, (own = { group, list: listFor(group), rules: [] }));
    const isAdded = own.list.add(number, group.members.get(number)!, !group.isPlain);
    if (isAdded) own.rules.push(number);
    return isAdded;
  };
  const stays = (number: number): number => {
    let layer = 0;
    const placeIn = (one: number) => (one + 1) * PLACES - 1;
    while (layer < layers.length - 1 && !blockers.mayMove(number, placeIn(layer))) layer++;
    layers[layer]!.rest.push(number);
    return placeIn(layer);
  };

  for (const number of rules.keys()) blockers.put(number, joins(number) ?? stays(number));
  return layers.map(({ lookups, rest }) => ({
    lookups: [...lookups].toSorted(([a], [b]) => a - b).map(([, placed]) => placed),
    rest,
  }));
}
