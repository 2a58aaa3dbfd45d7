/**
 * Sets of services: protocols with destination ports, whole protocols, ICMP types.
 *
 * A whole protocol (`udp`) holds packets that have no ports too, as later fragments, so it is more than all its ports.
 */
import { PROTOCOLS_WITH_PORTS } from '../model/fields.ts';
import { IntervalSet } from '../net/interval-set.ts';

export interface ServiceParts {
  /** Protocol × 65536 + destination port. */
  readonly service: IntervalSet;
  /** Protocols with whatever they carry. */
  readonly protocol: IntervalSet;
  /** type × 256 + code */
  readonly icmp4: IntervalSet;
  readonly icmp6: IntervalSet;
}

export const ICMP4 = 1;
export const ICMP6 = 58;

const NO_PARTS: ServiceParts = {
  service: IntervalSet.empty(24),
  protocol: IntervalSet.empty(8),
  icmp4: IntervalSet.empty(16),
  icmp6: IntervalSet.empty(16),
};

export class ServiceSet implements ServiceParts {
  readonly service: IntervalSet;
  readonly protocol: IntervalSet;
  readonly icmp4: IntervalSet;
  readonly icmp6: IntervalSet;

  private constructor(parts: ServiceParts) {
    this.service = parts.service;
    this.protocol = parts.protocol;
    this.icmp4 = parts.icmp4;
    this.icmp6 = parts.icmp6;
  }

  static of(parts: Partial<ServiceParts>): ServiceSet {
    return new ServiceSet({ ...NO_PARTS, ...parts });
  }

  static unionOf(sets: readonly ServiceSet[]): ServiceSet {
    return new ServiceSet({
      service: IntervalSet.unionOf(24, partsOf(sets, 'service')),
      protocol: IntervalSet.unionOf(8, partsOf(sets, 'protocol')),
      icmp4: IntervalSet.unionOf(16, partsOf(sets, 'icmp4')),
      icmp6: IntervalSet.unionOf(16, partsOf(sets, 'icmp6')),
    });
  }

  isEmpty(): boolean {
    return this.service.isEmpty() && this.protocol.isEmpty() && this.icmp4.isEmpty() && this.icmp6.isEmpty();
  }

  /** The services in both: a part of a protocol is in the whole of it. */
  intersect(other: ServiceSet): ServiceSet {
    const [a, b] = [this.#spread(), other.#spread()];
    const both = new ServiceSet({
      service: a.service.intersect(b.service),
      protocol: a.protocol.intersect(b.protocol),
      icmp4: a.icmp4.intersect(b.icmp4),
      icmp6: a.icmp6.intersect(b.icmp6),
    });
    return both.#withoutRepetition();
  }

  /** What is in this set and not in the other; undefined where a whole protocol would lose a part, which is no set of these. */
  subtract(other: ServiceSet): ServiceSet | undefined {
    const wholes = this.protocol.subtract(other.protocol);
    if (wholes.intersects(other.#protocolsInPart())) return undefined;
    const b = other.#spread();
    return new ServiceSet({
      service: this.service.subtract(b.service),
      protocol: wholes,
      icmp4: this.icmp4.subtract(b.icmp4),
      icmp6: this.icmp6.subtract(b.icmp6),
    });
  }

  /** The protocols of which there are only some ports or types in the set. */
  #protocolsInPart(): IntervalSet {
    const some: [number, number][] = [];
    for (const [low, high] of this.service.numberIntervals()) some.push([low >>> 16, high >>> 16]);
    if (!this.icmp4.isEmpty()) some.push([ICMP4, ICMP4]);
    if (!this.icmp6.isEmpty()) some.push([ICMP6, ICMP6]);
    return IntervalSet.fromIntervals(8, some);
  }

  /** The same packets, with the ports and types of whole protocols listed as parts too. */
  #spread(): ServiceParts {
    const ports: [number, number][] = [];
    for (const protocol of PROTOCOLS_WITH_PORTS) {
      if (this.protocol.contains(protocol)) ports.push([protocol * 65536, protocol * 65536 + 65535]);
    }
    return {
      service: this.service.union(IntervalSet.fromIntervals(24, ports)),
      protocol: this.protocol,
      icmp4: this.protocol.contains(ICMP4) ? IntervalSet.full(16) : this.icmp4,
      icmp6: this.protocol.contains(ICMP6) ? IntervalSet.full(16) : this.icmp6,
    };
  }

  /** Without the parts of protocols that are there as a whole. */
  #withoutRepetition(): ServiceSet {
    const ports: [number, number][] = [];
    for (const [low, high] of this.protocol.numberIntervals()) ports.push([low * 65536, high * 65536 + 65535]);
    return new ServiceSet({
      service: this.service.subtract(IntervalSet.fromIntervals(24, ports)),
      protocol: this.protocol,
      icmp4: this.protocol.contains(ICMP4) ? NO_PARTS.icmp4 : this.icmp4,
      icmp6: this.protocol.contains(ICMP6) ? NO_PARTS.icmp6 : this.icmp6,
    });
  }
}

/** No service at all. (A static field of the class is emitted wrongly by TypeScript 6.0.3.) */
export const NO_SERVICES: ServiceSet = ServiceSet.of({});

function partsOf(sets: readonly ServiceSet[], part: keyof ServiceParts): IntervalSet[] {
  return sets.map((set) => set[part]);
}
