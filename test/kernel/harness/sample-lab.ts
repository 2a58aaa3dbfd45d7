/** The router on which the harness tests itself: an inside, an uplink with the default route, and a narrow link. */
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { ipv4, ipv6 } from './crafting.ts';
import { Lab } from '../../../cli/lab/lab.ts';
import type { InjectedFrame, Observation } from '../../../cli/lab/observation.ts';
import { formatObservation } from '../../../cli/lab/observation.ts';
import type { Network, Transport } from '../../../cli/lab/packet.ts';
import { encodePacket } from '../../../cli/lab/packet.ts';

export const outward4 = ipv4('10.0.0.5', '203.0.113.9');
export const outward6 = ipv6('2001:db8:a::5', '2001:db8:ffff::9');

export interface SampleLab {
  readonly lab: Lab;
  /** A packet that arrives at this interface and ends in its id. */
  frame(id: number, name: string, network: Network, transport: Transport): InjectedFrame;
  send(...frames: InjectedFrame[]): Promise<Observation[]>;
  /** `send`, each observation as a line. */
  fates(...frames: InjectedFrame[]): Promise<string[]>;
}

/** Call within a `describe`: one lab for its tests, flushed after each, which must leave no strays. */
export function useSampleLab(): SampleLab {
  let lab: Lab;
  beforeAll(async () => {
    lab = await Lab.create({
      interfaces: [
        { name: 'lan0', addresses: ['10.0.0.1/24', '2001:db8:a::1/64'], routes: ['10.1.0.0/16'] },
        { name: 'uplink0', addresses: ['198.51.100.1/24', '2001:db8:b::1/64'], routes: ['0.0.0.0/0', '::/0'] },
        { name: 'narrow0', addresses: ['10.9.0.1/24', '2001:db8:9::1/64'], mtu: 1280 },
      ],
      localAddresses: ['192.0.2.53/32'],
    });
  });
  afterEach(async () => {
    expect(lab.strays.splice(0).map(({ bytes }) => Buffer.from(bytes).toString('hex'))).toEqual([]);
    await lab.flush();
  });
  afterAll(() => lab.destroy());

  const send = async (...frames: InjectedFrame[]) => (await lab.send([frames])).flat();
  return {
    get lab() {
      return lab;
    },
    frame: (id, name, network, transport) => lab.frame(id, name, encodePacket(network, transport, id)),
    send,
    fates: async (...frames) => (await send(...frames)).map(formatObservation),
  };
}

/** A rule set with one chain of both families on a hook, that accepts by default. */
export function chain(hook: string, ...rules: string[]): string {
  return `table inet t { chain ${hook} { type filter hook ${hook} priority 0; policy accept\n${rules.join('\n')}\n}\n}`;
}
