/** `shape`: the class that a packet queues in where it enters or leaves by a shaped zone. Classes are called as people call them. */
import type { Shape, ShapeClass, ShapeItem } from '../model/policy.ts';
import { candidateRows } from './candidate-rows.ts';
import { cellName } from '../model/cells.ts';
import { holds } from './condition.ts';
import type { Journey } from './journey.ts';
import { byteAt } from './packet/bytes.ts';
import { fragmentHeaderAt } from './packet/ipv6.ts';
import type { Packet } from './packet/packet.ts';
import { decodeTransport } from './packet/transport.ts';
import type { Step } from './steps.ts';

export interface Shaped {
  readonly zone: string;
  readonly direction: Shape['direction'];
  /** Names from the outermost class to the one that was chosen; empty where no class matched. */
  readonly classes: readonly string[];
}

/** Behind `mitigate`, a packet waits before anything else is done with it. */
export function queueOnArrival(journey: Journey): void {
  journey.isQueuedOnArrival = true;
}

/** A step that comes before the queues, for packets that end there: frames are balanced as they arrive. */
export function pastQueues(step: Step): Step {
  return (journey) => {
    const end = step(journey);
    if (end !== undefined) journey.isQueuedOnArrival = false;
    return end;
  };
}

/** For the zone the packet came in by, and, where it goes on, the one it leaves by, if they are shaped. */
export function shapedClasses(journey: Journey, goesOn: boolean): Shaped[] {
  const { inZone, outZone, policy } = journey;
  return policy.shapes.flatMap((shape) => {
    const { zone, direction, body } = shape;
    const isMet =
      direction === 'ingress'
        ? journey.isQueuedOnArrival && inZone?.name === zone.name
        : goesOn && outZone?.name === zone.name;
    if (!isMet) return [];
    const seen = direction === 'ingress' ? asItArrived(journey, shape.policed) : journey;
    seen.seesWire = false;
    seen.rows = new Map();
    return [{ zone: zone.name, direction, classes: firstClass(body, seen) ?? [] }];
  });
}

/** The packet as it came in, of which the real hosts are known all the same; a later fragment has no ports. */
function asItArrived(journey: Journey, isPoliced: boolean): Journey {
  const { real } = journey;
  const arrived = isPoliced ? asPolicersSee(journey.arrived) : journey.arrived;
  const { sourcePort, destinationPort } = arrived;
  const hasPorts = sourcePort !== undefined || destinationPort !== undefined;
  return {
    ...journey,
    packet: arrived,
    real: real && !hasPorts ? { ...real, sourcePort, destinationPort } : real,
  };
}

/**
 * The packet as it is told where it is policed, as network cards do it: of a fragment, also of the first and of one that is the whole
 * (RFC 6946), nothing is seen behind what makes it one.
 */
function asPolicersSee(packet: Packet): Packet {
  const { family, bytes } = packet;
  const at = family === 6 ? fragmentHeaderAt(bytes) : undefined;
  if (at === undefined && packet.fragment === undefined) return packet;
  const protocol = at === undefined ? packet.protocol : byteAt(bytes, at);
  const fragment = packet.fragment ?? { offset: 0, more: false, identification: 0 };
  return { ...packet, protocol, fragment, transportAt: undefined, ...decodeTransport(bytes, protocol, undefined) };
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
