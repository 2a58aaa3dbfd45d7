import { describe, expect, it } from 'vitest';
import { TCP_FLAGS } from '../../../compiler/model/fields.ts';
import { decodePacket } from '../../../compiler/semantics/packet/decode.ts';
import { icmpPacket, ipPacket, tcpPacket } from '../../../compiler/semantics/packet/build.ts';
import type { Packet } from '../../../compiler/semantics/packet/packet.ts';
import { areValidFlags } from '../../../compiler/semantics/kernel/tcp-states.ts';
import { Router, ZONES, ends, errorAbout, fromInside, fromUplink, ping, tcp, udp } from '../../builders/packets.ts';
import { filter, policy } from '../../builders/policy.ts';

const open = policy(ZONES, filter('forward', {}));
const pickup = policy(ZONES, filter('forward', { pickup: true }));

type Flags = readonly (keyof typeof TCP_FLAGS)[];

/** A connection through the router: what each end sends, and what tracking makes of it. */
class Connection {
  readonly router: Router;

  constructor(subject = open) {
    this.router = new Router(subject);
  }

  client(
    flags: Flags,
    sequence: number,
    acknowledgement = 0,
    more: { readonly window?: number; readonly payload?: Uint8Array; readonly options?: Uint8Array } = {},
  ): string {
    return this.#send(
      fromInside(tcp('10.0.0.9:40000', '198.51.100.7:80', { tcpFlags: flags, sequence, acknowledgement, ...more })),
    );
  }

  server(
    flags: Flags,
    sequence: number,
    acknowledgement = 0,
    more: { readonly window?: number; readonly payload?: Uint8Array } = {},
  ): string {
    return this.#send(
      fromUplink(tcp('198.51.100.7:80', '10.0.0.9:40000', { tcpFlags: flags, sequence, acknowledgement, ...more })),
    );
  }

  get state(): string | undefined {
    return this.router.state.flows.entries()[0]?.[1].tcp?.state;
  }

  handshake(): this {
    expect(this.client(['syn'], 1000)).toBe('flow');
    expect(this.server(['syn', 'ack'], 5000, 1001)).toBe('flow');
    expect(this.client(['ack'], 1001, 5001)).toBe('flow');
    return this;
  }

  #send(arrival: ReturnType<typeof fromInside>): string {
    return this.router.take(arrival).tracking;
  }
}

describe('flags of TCP', () => {
  it('are valid in nine combinations, whatever PSH, ECE and CWR say', () => {
    const { fin, syn, rst, psh, ack, urg, ece, cwr } = TCP_FLAGS;
    const valid = new Set([syn, syn | urg, syn | ack, rst, rst | ack, fin | ack, fin | ack | urg, ack, ack | urg]);
    for (let flags = 0; flags < 256; flags++) {
      expect(areValidFlags(flags)).toBe(valid.has(flags & ~(psh | ece | cwr)));
    }
  });
});

describe('a TCP connection', () => {
  it('is opened, used and closed', () => {
    const connection = new Connection().handshake();
    expect(connection.state).toBe('established');
    expect(connection.client(['psh', 'ack'], 1001, 5001, { payload: new Uint8Array(100) })).toBe('flow');
    expect(connection.server(['ack'], 5001, 1101)).toBe('flow');
    expect(connection.server(['fin', 'ack'], 5001, 1101)).toBe('flow');
    expect(connection.state).toBe('fin wait');
    expect(connection.client(['ack'], 1101, 5002)).toBe('flow');
    expect(connection.state).toBe('close wait');
    expect(connection.client(['fin', 'ack'], 1101, 5002)).toBe('flow');
    expect(connection.state).toBe('last ack');
    expect(connection.server(['ack'], 5002, 1102)).toBe('flow');
    expect(connection.state).toBe('time wait');
  });

  it('begins with a SYN', () => {
    for (const flags of [['ack'], ['syn', 'ack'], ['fin', 'ack'], ['rst'], ['rst', 'ack']] as const) {
      expect(new Connection().client(flags, 1, 1)).toBe('invalid');
    }
    expect(new Connection().client(['syn'], 1)).toBe('flow');
    expect(new Connection().client(['syn', 'ece', 'cwr'], 1)).toBe('flow');
  });

  it('may be picked up by an acknowledgement, if the policy says so', () => {
    expect(new Connection(pickup).client(['ack'], 77, 99)).toBe('flow');
    expect(new Connection(pickup).client(['fin', 'ack'], 77, 99)).toBe('invalid');
    expect(new Connection(pickup).client(['syn', 'ack'], 77, 99)).toBe('invalid');
  });

  it('needs an answer before its opener goes on', () => {
    const connection = new Connection();
    connection.client(['syn'], 1000);
    expect(connection.client(['ack'], 1001, 5001)).toBe('invalid');
    expect(connection.client(['ack'], 1001, 0)).toBe('invalid');
    expect(connection.client(['syn', 'ack'], 1000, 1)).toBe('invalid');
    expect(connection.client(['syn'], 1000)).toBe('flow');
  });

  it('is not opened by the other end', () => {
    const connection = new Connection().handshake();
    expect(connection.server(['syn'], 9000)).toBe('invalid');
  });

  it('lets a late SYN pass, for the server to answer', () => {
    const connection = new Connection().handshake();
    expect(connection.client(['syn'], 9000)).toBe('flow');
    expect(connection.state).toBe('established');
    // The server's answer shows that both ends are in step, and tracking follows.
    expect(connection.server(['syn', 'ack'], 7000, 9001)).toBe('flow');
    expect(connection.state).toBe('syn received');
    expect(connection.client(['ack'], 9001, 7001)).toBe('flow');
    expect(connection.state).toBe('established');
  });

  it('may be opened by both ends at once', () => {
    const connection = new Connection();
    expect(connection.client(['syn'], 1000)).toBe('flow');
    expect(connection.server(['syn'], 5000)).toBe('flow');
    expect(connection.state).toBe('both syn sent');
    expect(connection.client(['syn', 'ack'], 1000, 5001)).toBe('flow');
    expect(connection.server(['ack'], 5001, 1001)).toBe('flow');
    expect(connection.state).toBe('established');
  });

  it('keeps to its windows', () => {
    const connection = new Connection();
    connection.client(['syn'], 1000, 0, { window: 1000 });
    connection.server(['syn', 'ack'], 5000, 1001, { window: 1000 });
    connection.client(['ack'], 1001, 5001, { window: 1000 });
    expect(connection.client(['ack'], 1001, 5001, { payload: new Uint8Array(1000) })).toBe('flow');
    // Far behind the window: sent by nobody who is part of this.
    expect(connection.client(['ack'], 5_000, 5001)).toBe('invalid');
    // What was never sent cannot be acknowledged.
    expect(connection.server(['ack'], 5001, 9000)).toBe('invalid');
    // Long ago: belongs, and says nothing new.
    expect(connection.server(['ack'], 5001, 2001)).toBe('flow');
  });

  it('scales windows if both ends offer it', () => {
    const scale = (shift: number) => Uint8Array.of(3, 3, shift, 0);
    const connection = new Connection();
    connection.client(['syn'], 1000, 0, { window: 1000, options: scale(7) });
    connection.router.take(
      fromUplink(
        tcpPacket(ends('198.51.100.7', '10.0.0.9'), {
          sourcePort: 80,
          destinationPort: 40000,
          flags: 18,
          sequence: 5000,
          acknowledgement: 1001,
          window: 1000,
          options: scale(2),
        }),
      ),
    );
    connection.client(['ack'], 1001, 5001, { window: 100 });
    // 100 · 2^7 = 12,800 bytes may come at once.
    expect(connection.server(['ack'], 5001 + 12_000, 1001)).toBe('flow');
    expect(connection.server(['ack'], 5001 + 30_000, 1001)).toBe('invalid');
  });

  it('ends with a reset that stands where it should, and with no other', () => {
    const exact = new Connection().handshake();
    exact.server(['ack'], 5001, 1001);
    expect(exact.server(['rst'], 5001)).toBe('flow');
    expect(exact.state).toBe('closed');
    const blind = new Connection().handshake();
    blind.server(['ack'], 5001, 1001);
    expect(blind.server(['rst'], 4000)).toBe('invalid');
    expect(blind.state).toBe('established');
    expect(blind.server(['rst'], 5101)).toBe('flow');
    expect(blind.state).toBe('established');
  });

  it('never began if a reset is the first answer', () => {
    const connection = new Connection();
    connection.client(['syn'], 1000);
    expect(connection.server(['rst', 'ack'], 0, 1001)).toBe('flow');
    expect(connection.router.state.flows.size).toBe(0);
  });

  it('may be opened again after its end', () => {
    const connection = new Connection().handshake();
    connection.client(['fin', 'ack'], 1001, 5001);
    connection.server(['fin', 'ack'], 5001, 1002);
    connection.client(['ack'], 1002, 5002);
    expect(connection.state).toBe('time wait');
    expect(connection.client(['syn'], 900_000)).toBe('flow');
    expect(connection.state).toBe('syn sent');
  });

  it('is forgotten after its time', () => {
    const connection = new Connection();
    connection.client(['syn'], 1000);
    connection.router.wait(118_999);
    expect(connection.server(['syn', 'ack'], 5000, 1001)).toBe('flow');
    const silent = new Connection();
    silent.client(['syn'], 1000);
    silent.router.wait(121_001);
    expect(silent.server(['syn', 'ack'], 5000, 1001)).toBe('invalid');
  });

  it("may or may not be forgotten within a second of that, by the kernel's own clock", () => {
    const connection = new Connection();
    connection.client(['syn'], 1000);
    connection.router.wait(120_000);
    const answer = tcp('198.51.100.7:80', '10.0.0.9:40000', {
      tcpFlags: ['syn', 'ack'],
      sequence: 5000,
      acknowledgement: 1001,
    });
    const tracked = connection.router.outcomes(fromUplink(answer)).map(({ tracking }) => tracking);
    expect(tracked.toSorted()).toEqual(['flow', 'invalid']);
  });

  it('is not kept alive by SYNs that nobody answers', () => {
    const connection = new Connection();
    connection.client(['syn'], 1000);
    connection.router.wait(100_000);
    connection.client(['syn'], 1000);
    connection.router.wait(21_001);
    expect(connection.server(['syn', 'ack'], 5000, 1001)).toBe('invalid');
  });

  it('is soon forgotten after a reset, even after one that is not believed', () => {
    const connection = new Connection().handshake();
    connection.server(['ack'], 5001, 1001);
    expect(connection.server(['rst'], 5101)).toBe('flow');
    expect(connection.state).toBe('established');
    connection.router.wait(11_001);
    expect(connection.client(['ack'], 1001, 5001)).toBe('invalid');
  });

  it('takes note of a FIN or a reset outside its windows', () => {
    const fin = ['fin', 'ack'] as const;
    const connection = new Connection().handshake();
    expect(connection.server(fin, 5001 + 9_000_000, 1001)).toBe('invalid');
    expect(connection.state).toBe('established');
    // Both ends went away out of step: it is forgotten within five minutes.
    expect(connection.client(fin, 1001 + 9_000_000, 5001)).toBe('invalid');
    connection.router.wait(301_001);
    expect(connection.server(['ack'], 5001, 1001)).toBe('invalid');
    const halfway = new Connection().handshake();
    halfway.client(['ack'], 1001, 5001);
    halfway.server(['ack'], 5001, 1001);
    halfway.server(fin, 5001 + 9_000_000, 1001);
    halfway.router.wait(301_001);
    expect(halfway.client(['ack'], 1001, 5001)).toBe('flow');
  });

  it('is forgotten after five minutes where data was not acknowledged, or is sent again and again', () => {
    const unheard = new Connection().handshake();
    unheard.client(['ack'], 1001, 5001, { payload: new Uint8Array(10) });
    unheard.router.wait(301_001);
    expect(unheard.server(['ack'], 5001, 1011)).toBe('invalid');
    const heard = new Connection().handshake();
    heard.client(['ack'], 1001, 5001, { payload: new Uint8Array(10) });
    heard.server(['ack'], 5001, 1011);
    heard.router.wait(301_001);
    expect(heard.server(['ack'], 5001, 1011)).toBe('flow');
    // The first, and three times more.
    heard.server(['ack'], 5001, 1011);
    heard.server(['ack'], 5001, 1011);
    heard.router.wait(301_001);
    expect(heard.client(['ack'], 1011, 5001)).toBe('invalid');
  });

  it('is forgotten after five minutes while a window is shut', () => {
    const connection = new Connection().handshake();
    connection.server(['ack'], 5001, 1001, { window: 0 });
    connection.router.wait(301_001);
    expect(connection.client(['ack'], 1001, 5001)).toBe('invalid');
  });

  it('forgets that both ends opened it when a late SYN passes', () => {
    const connection = new Connection();
    connection.client(['syn'], 1000);
    connection.server(['syn'], 5000);
    connection.client(['syn', 'ack'], 1000, 5001);
    expect(connection.state).toBe('syn received');
    expect(connection.client(['syn'], 1000)).toBe('flow');
    connection.server(['ack'], 5001, 1001);
    expect(connection.state).toBe('syn received');
  });
});

describe('invalid packets', () => {
  const tracking = (packet: Packet) => new Router(open).take(fromInside(packet)).tracking;
  const spoiled = (packet: Packet, at: number) => {
    const bytes = packet.bytes.slice();
    bytes[at] = bytes[at]! ^ 0x55;
    return decodePacket(bytes);
  };

  it('have wrong checksums', () => {
    expect(tracking(spoiled(tcp('10.0.0.9:1', '198.51.100.7:2'), 36))).toBe('invalid');
    expect(tracking(spoiled(udp('10.0.0.9:1', '198.51.100.7:2'), 26))).toBe('invalid');
    expect(tracking(spoiled(ping('10.0.0.9', '198.51.100.7'), 22))).toBe('invalid');
    expect(tracking(spoiled(ping('2001:db8:1::9', '2001:db8:f::7'), 42))).toBe('invalid');
  });

  it('are cut off or lie about their length', () => {
    expect(tracking(ipPacket(ends('10.0.0.9', '198.51.100.7'), 6, new Uint8Array(12)))).toBe('invalid');
    expect(tracking(ipPacket(ends('10.0.0.9', '198.51.100.7'), 17, Uint8Array.of(0, 1, 0, 2, 0, 20, 0, 0)))).toBe(
      'invalid',
    );
    expect(tracking(ipPacket(ends('10.0.0.9', '198.51.100.7'), 17, Uint8Array.of(0, 1, 0, 2, 0, 8, 0, 0)))).toBe(
      'flow',
    );
    expect(tracking(ipPacket(ends('10.0.0.9', '198.51.100.7'), 1, new Uint8Array(4)))).toBe('invalid');
  });

  it('are ICMP messages that belong to nothing', () => {
    for (const type of [0, 14, 16, 18, 6, 9, 10, 19, 30]) {
      expect(tracking(ping('10.0.0.9', '198.51.100.7', { type }))).toBe('invalid');
    }
    for (const type of [8, 13, 15, 17]) expect(tracking(ping('10.0.0.9', '198.51.100.7', { type }))).toBe('flow');
    for (const type of [129, 140, 100, 137, 144, 200]) {
      expect(tracking(ping('2001:db8:1::9', '2001:db8:f::7', { type }))).toBe('invalid');
    }
    for (const type of [128, 139]) expect(tracking(ping('2001:db8:1::9', '2001:db8:f::7', { type }))).toBe('flow');
  });
});

describe('other protocols', () => {
  const tracking = (packet: Packet) => new Router(open).take(fromInside(packet)).tracking;

  it('of neighbour discovery and multicast listeners are not tracked', () => {
    for (const type of [130, 131, 132, 133, 134, 135, 136, 143]) {
      expect(tracking(ping('2001:db8:1::9', '2001:db8:f::7', { type }))).toBe('untracked');
    }
  });

  it('are tracked by their addresses', () => {
    const router = new Router(open);
    for (const protocol of [47, 50, 99]) {
      expect(
        router.take(fromInside(ipPacket(ends('10.0.0.9', '198.51.100.7'), protocol, new Uint8Array(8)))).tracking,
      ).toBe('flow');
      const [outcome] = router.outcomes(
        fromUplink(ipPacket(ends('198.51.100.7', '10.0.0.9'), protocol, new Uint8Array(8))),
      );
      expect(outcome?.spoke.at(-1)?.did).toBe('allow with its flow');
    }
  });

  it('of SCTP may be valid or not', () => {
    const init = ipPacket(ends('10.0.0.9', '198.51.100.7'), 132, new Uint8Array(32));
    expect(
      new Router(open)
        .outcomes(fromInside(init))
        .map((outcome) => outcome.tracking)
        .toSorted(),
    ).toEqual(['flow', 'invalid']);
  });

  it('speaking of a flow are related to it, if they go to its end', () => {
    const router = new Router(open);
    const sent = udp('10.0.0.9:40000', '198.51.100.7:53');
    router.take(fromInside(sent));
    expect(router.take(fromUplink(errorAbout(sent, '198.51.100.1', '10.0.0.9'))).tracking).toBe('related');
    expect(router.take(fromUplink(errorAbout(sent, '198.51.100.1', '10.0.0.8'))).tracking).toBe('invalid');
    expect(
      router.take(fromUplink(errorAbout(udp('10.0.0.9:40001', '198.51.100.7:53'), '198.51.100.1', '10.0.0.9')))
        .tracking,
    ).toBe('invalid');
    const short = icmpPacket(ends('198.51.100.1', '10.0.0.9'), {
      type: 3,
      code: 3,
      payload: sent.bytes.subarray(0, 23),
    });
    expect(router.take(fromUplink(short)).tracking).toBe('invalid');
  });

  it('of ICMP queries are flows by their identifier', () => {
    const router = new Router(open);
    router.take(fromInside(ping('10.0.0.9', '198.51.100.7', { identifier: 7 })));
    expect(router.take(fromUplink(ping('198.51.100.7', '10.0.0.9', { type: 0, identifier: 7 }))).tracking).toBe('flow');
    expect(router.take(fromUplink(ping('198.51.100.7', '10.0.0.9', { type: 0, identifier: 8 }))).tracking).toBe(
      'invalid',
    );
  });
});
