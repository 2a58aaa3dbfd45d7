/** Whether regions have all packets of another between them. */
import { IntervalSet } from '../../net/interval-set.ts';
import type { Value } from '../../net/words.ts';
import { CARRIERS, domainOf, SOURCE_PORT, TRANSPORT } from './axes.ts';
import { isPossible, meets, subtract, type Region } from './region.ts';

/** More comparisons of regions than this are not made for one answer. */
const MOST_COMPARED = 4096;

/** Whether every packet of the region is in one of the covers: no, where that takes too long to tell. */
export function isCovered(region: Region, covers: readonly Region[]): boolean {
  return new Covering().isCovered(region, covers);
}

class Covering {
  #compared = 0;

  /** Mostly one packet tells: if its corner is in no cover, the region is not covered. Else what is left of it is asked. */
  isCovered(region: Region, covers: readonly Region[]): boolean {
    if (!isPossible(region)) return true;
    this.#compared += covers.length;
    if (this.#compared > MOST_COMPARED) return false;
    const met = covers.filter((cover) => meets(region, cover));
    const corner = cornerOf(region);
    const holding = met.find((one) => has(one, corner));
    const cover = holding ?? (isPossible(onlyAt(corner, region)) ? undefined : met[0]);
    return cover !== undefined && subtract(region, cover).every((left) => this.isCovered(left, met));
  }
}

/** A packet's value along each axis that is named; along the others it has the lowest. */
type Corner = ReadonlyMap<string, Value>;

/** The packet of the region with the lowest values. There may be no such packet. */
function cornerOf({ family, sides }: Region): Corner {
  const corner = new Map<string, Value>();
  for (const [axis, values] of sides) corner.set(axis, values.lowAt(0));
  const transport = corner.get(TRANSPORT) ?? 0;
  for (const [axis, carriers] of CARRIERS) {
    const domain = domainOf(axis, family);
    const isThere = axis === SOURCE_PORT && carriers.contains(transport);
    if (!corner.has(axis) && !isThere) corner.set(axis, domain.highAt(domain.intervalCount - 1));
  }
  return corner;
}

function has({ family, sides }: Region, corner: Corner): boolean {
  for (const [axis, values] of sides) {
    if (!values.contains(corner.get(axis) ?? domainOf(axis, family).lowAt(0))) return false;
  }
  return true;
}

/** The region of the corner alone, along the sides of the region that it is of. */
function onlyAt(corner: Corner, { family, sides }: Region): Region {
  const axes = [...sides].map(([axis, { width }]) => [axis, IntervalSet.of(width, corner.get(axis)!)] as const);
  return { family, sides: new Map(axes) };
}
