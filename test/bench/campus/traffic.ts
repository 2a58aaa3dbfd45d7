/** Flows of a campus as frames: random devices to random hosts, so that no key is ever hot. */
import { ipv4 } from '../../kernel/harness/crafting.ts';
import type { Lab } from '../../../cli/lab/lab.ts';
import { encodePacket } from '../../../cli/lab/packet.ts';
import type { Campus } from './data.ts';

export interface Flow {
  readonly device: string;
  /** The address that the world sees where the campus translates. */
  readonly public: string;
  readonly host: string;
  readonly port: number;
}

/** A small generator with a fixed start (Numerical Recipes' constants), so that every run sends the same packets. */
function* randomNumbers(seed: number): Generator<number, never> {
  let state = seed >>> 0;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state >>> 8;
  }
}

/** `count` flows, no two with the same host and port, so that no translation has to change a port. */
export function randomFlows(campus: Campus, count: number, seed: number): Flow[] {
  const random = randomNumbers(seed);
  return Array.from({ length: count }, (_, index) => {
    const device = campus.devices[random.next().value % campus.devices.length]!;
    const host = `${203 - (index >> 16)}.${(index >> 8) & 255}.${index & 255}.${1 + (random.next().value % 254)}`;
    return {
      device: device.address,
      public: campus.publicOf.get(device.member)!,
      host,
      port: 1024 + (random.next().value % 60000),
    };
  });
}

/** What the device sends. */
export function outward(lab: Lab, flows: readonly Flow[]): Uint8Array[] {
  return flows.map((flow, id) => {
    const datagram = {
      protocol: 'udp',
      sourcePort: flow.port,
      destinationPort: 443,
      payload: new Uint8Array(18),
    } as const;
    return lab.frame(id, 'lan0', encodePacket(ipv4(flow.device, flow.host), datagram)).bytes;
  });
}

/** What the host answers, to `to` of the flow. */
export function inward(lab: Lab, flows: readonly Flow[], to: (flow: Flow) => string): Uint8Array[] {
  return flows.map((flow, id) => {
    const datagram = {
      protocol: 'udp',
      sourcePort: 443,
      destinationPort: flow.port,
      payload: new Uint8Array(18),
    } as const;
    return lab.frame(id, 'uplink0', encodePacket(ipv4(flow.host, to(flow)), datagram)).bytes;
  });
}
