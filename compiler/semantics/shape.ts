/** `shape`: the class that a packet queues in where it enters or leaves by a shaped zone. Classes are called as people call them. */
import type { Shape, ShapeClass, ShapeItem, Zone } from '../model/policy.ts';
import { candidateRows } from './candidate-rows.ts';
import { cellName } from '../model/cells.ts';
import { holds } from './condition.ts';
import type { Journey } from './journey.ts';

export interface Shaped {
  readonly zone: string;
  readonly direction: Shape['direction'];
  /** Names from the outermost class to the one that was chosen; empty where no class matched. */
  readonly classes: readonly string[];
}

/** For the zone the packet came in by and the one it leaves by, if they are shaped. It shows the real hosts. */
export function shapedClasses(journey: Journey): Shaped[] {
  journey.seesWire = false;
  return journey.policy.shapes
    .filter((shape) => isPassed(shape, journey.inZone, journey.outZone))
    .map((shape) => {
      journey.rows = new Map();
      return { zone: shape.zone.name, direction: shape.direction, classes: firstClass(shape.body, journey) ?? [] };
    });
}

function isPassed({ zone, direction }: Shape, inZone: Zone | undefined, outZone: Zone | undefined): boolean {
  return (direction === 'ingress' ? inZone : outZone)?.name === zone.name;
}

/** The first class that matches, and within it the first nested one. */
function firstClass(items: readonly ShapeItem[], journey: Journey): string[] | undefined {
  const outer = journey.rows;
  for (const item of items) {
    if (item.kind === 'class') {
      if (holds(item.condition, journey)) return [nameOf(item, journey), ...(firstClass(item.nested, journey) ?? [])];
      continue;
    }
    for (const row of candidateRows(item, journey)) {
      journey.rows = new Map(outer).set(item.row, row);
      const found = firstClass(item.body, journey);
      if (found !== undefined) return found;
    }
    journey.rows = outer;
  }
  return undefined;
}

function nameOf({ name }: ShapeClass, journey: Journey): string {
  return typeof name === 'string' ? name : (cellName(name, journey.rows) ?? '');
}
