/**
 * Packets that meet again and again: few hosts, few ports, few sequence numbers, so that by chance they open, answer,
 * close, clash and contradict each other. Everything connection tracking knows is met, and much that it refuses.
 */
import { TCP_FLAGS } from '../../../compiler/model/fields.ts';
import { icmpPacket, ipPacket, tcpPacket, udpPacket, type IpFields } from '../../../compiler/semantics/packet/build.ts';
import { decodePacket } from '../../../compiler/semantics/packet/decode.ts';
import type { Packet } from '../../../compiler/semantics/packet/packet.ts';
import { address } from '../../builders/policy.ts';
import type { Draw } from '../conformance/draw.ts';
import { ROUTER } from '../../../cli/lab/observation.ts';

/** Where a packet enters, and the packet. */
export interface Sent {
  readonly in: string;
  readonly bytes: Uint8Array;
}

const HOSTS: Readonly<Record<string, readonly string[]>> = {
  lan0: ['10.0.0.5', '10.0.0.6', '10.1.2.3', '2001:db8:a::5', '2001:db8:a::6'],
  uplink0: ['203.0.113.9', '198.51.100.7', '2001:db8:ffff::9', '2001:db8:b::7'],
  dmz0: ['192.0.2.80', '192.0.2.81', '2001:db8:d::80'],
};
const ROUTER_ADDRESSES = [
  '198.51.100.1',
  '10.0.0.1',
  '192.0.2.200',
  '2001:db8:b::1',
  '2001:db8:a::1',
  '198.51.100.50',
  '2001:db8:b::50',
];
const ODD_ADDRESSES = [
  '0.0.0.0',
  '127.0.0.1',
  '224.0.0.1',
  '239.1.2.3',
  '255.255.255.255',
  '10.0.0.255',
  '10.0.0.0',
  '240.0.0.1',
  '0.1.2.3',
  '::',
  '::1',
  'ff02::1',
  'ff0e::5',
  'fe80::9',
  '2001:db8:b::',
  '::ffff:10.0.0.5',
  'fec0::1',
  '64:ff9b::1',
];
const PORTS = [22, 53, 80, 443, 1000, 40000, 40001];
const FLAGS: readonly (readonly [number, number])[] = [
  [10, TCP_FLAGS.syn],
  [8, TCP_FLAGS.syn | TCP_FLAGS.ack],
  [14, TCP_FLAGS.ack],
  [5, TCP_FLAGS.fin | TCP_FLAGS.ack],
  [3, TCP_FLAGS.rst],
  [3, TCP_FLAGS.rst | TCP_FLAGS.ack],
  [2, TCP_FLAGS.psh | TCP_FLAGS.ack],
  [1, TCP_FLAGS.syn | TCP_FLAGS.ece | TCP_FLAGS.cwr],
];

/** Type and code. */
const ERRORS_4 = [
  [3, 3],
  [11, 0],
  [3, 4],
  [5, 1],
  [12, 0],
];
const ERRORS_6 = [
  [1, 4],
  [3, 0],
  [2, 0],
  [4, 0],
];

const [tcp, udp] = [6, 17];

/** Of the narrow link, which also bounds what this host sends by itself; the others take everything that is made here. */
const DMZ_MTU = 1280;

/** Whether the link that the packet comes by can carry it: what answers a whole packet from elsewhere may be larger. */
function fits(sent: Sent): boolean {
  return (sent.in !== 'dmz0' && sent.in !== ROUTER) || sent.bytes.length <= DMZ_MTU;
}

export class Traffic {
  readonly #draw: Draw;
  /** What left the router or reached it, and where: answers are made to it. */
  readonly #seen: { readonly at: string; readonly packet: Packet }[] = [];

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  note(at: string, packet: Packet): void {
    this.#seen.push({ at, packet });
    if (this.#seen.length > 40) this.#seen.shift();
  }

  /** One packet, or the fragments of one. */
  next(): Sent[] {
    const draw = this.#draw;
    const answered = this.#seen.length > 0 && draw.chance(55) ? this.#answer() : undefined;
    const sent = answered !== undefined && fits(answered) ? answered : this.#opener();
    return sent.in !== ROUTER && draw.chance(4) ? this.#fragments(sent) : [sent];
  }

  /** In order or not, whole or not. */
  #fragments(sent: Sent): Sent[] {
    const draw = this.#draw;
    const packet = decodePacket(sent.bytes);
    if (packet.source === undefined || packet.destination === undefined || packet.fragment !== undefined) return [sent];
    const start = packet.family === 4 ? 20 : 40;
    const protocol = packet.bytes[packet.family === 4 ? 9 : 6] ?? 0;
    const content = packet.bytes.subarray(start);
    const step = draw.pick([8, 16, 24, 40]);
    const ip: IpFields = {
      family: packet.family,
      source: packet.source,
      destination: packet.destination,
      ttl: packet.ttl ?? 64,
      identification: draw.integer(1, 65535),
    };
    const count = Math.ceil(content.length / step);
    if (!packet.wellFormed || count < 2 || count > 20) return [sent];
    const pieces = Array.from({ length: count }, (_, k) => {
      const offset = k * step;
      const part = content.subarray(offset, offset + step);
      const bytes = ipPacket({ ...ip, fragment: { offset, more: k + 1 < count } }, protocol, part).bytes;
      return { in: sent.in, bytes };
    });
    if (draw.chance(20)) pieces.reverse();
    if (draw.chance(20)) pieces.splice(draw.integer(0, pieces.length - 1), 1);
    if (draw.chance(10)) pieces.splice(1, 0, ...pieces.slice(0, 1));
    return pieces;
  }

  #opener(): Sent {
    const draw = this.#draw;
    const at = draw.chance(8) ? ROUTER : draw.pick(Object.keys(HOSTS));
    const others = Object.keys(HOSTS).filter((name) => name !== at);
    const family = draw.chance(60) ? 4 : 6;
    const ofFamily = (texts: readonly string[]) => texts.map(address).filter((one) => one.family === family);
    const source =
      at !== ROUTER && draw.chance(5)
        ? draw.pick(ofFamily(ODD_ADDRESSES))
        : draw.pick(ofFamily(at === ROUTER ? ROUTER_ADDRESSES.slice(0, 5) : (HOSTS[at] ?? [])));
    const destinations =
      at === ROUTER
        ? draw.pick([...Object.values(HOSTS), ROUTER_ADDRESSES])
        : draw.weighted(
            [12, HOSTS[draw.pick(others)] ?? []],
            [5, ROUTER_ADDRESSES],
            [1, ODD_ADDRESSES],
            [1, HOSTS[at] ?? ROUTER_ADDRESSES],
          );
    const destination = draw.pick(ofFamily(destinations));
    const ip: IpFields = {
      family,
      source: source.value,
      destination: destination.value,
      ttl: draw.chance(3) ? draw.integer(0, 2) : 64,
      dscp: draw.chance(10) ? draw.integer(0, 63) : 0,
      dontFragment: draw.chance(50),
    };
    const { bytes } = this.#content(ip, at === 'dmz0' || at === ROUTER ? 1000 : 1300);
    return { in: at, bytes: this.#damaged(bytes, at) };
  }

  #content(ip: IpFields, large: number): Packet {
    const draw = this.#draw;
    const [sourcePort, destinationPort] = [draw.pick(PORTS), draw.pick(PORTS)];
    const payload = new Uint8Array(draw.weighted([6, 0], [4, 8], [1, large]));
    switch (draw.weighted([14, 'tcp'], [8, 'udp'], [6, 'icmp'], [2, 'other'])) {
      case 'tcp':
        return tcpPacket(ip, {
          sourcePort,
          destinationPort,
          flags: draw.chance(10) ? draw.integer(0, 255) : draw.weighted(...FLAGS),
          sequence: draw.pick([0, 100, 101, 109, 500, 0x7fffffff, 0xfffffffe, 70_000]),
          acknowledgement: draw.pick([0, 100, 101, 501, 509, 0xffffffff]),
          window: draw.pick([0, 1, 1000, 65535]),
          options: Uint8Array.from(
            draw.weighted<number[]>(
              [6, []],
              [2, [2, 4, 5, 180]],
              [1, [3, 3, 7, 1]],
              [1, [4, 2, 1, 1]],
              [1, [1, 2, 4, 5, 180, 0, 0, 0]],
            ),
          ),
          payload,
        });
      case 'udp':
        return udpPacket(ip, { sourcePort, destinationPort, payload });
      case 'icmp':
        return icmpPacket(ip, {
          type:
            ip.family === 4
              ? draw.weighted([8, 8], [4, 0], [1, 13], [1, 14], [2, draw.integer(0, 40)])
              : draw.weighted([8, 128], [4, 129], [1, 139], [4, draw.integer(130, 160)], [1, draw.integer(0, 255)]),
          code: draw.chance(90) ? 0 : draw.integer(0, 15),
          rest: draw.pick([1, 2, 3]) * 65536 + 1,
          payload,
        });
      default:
        return ipPacket(
          ip,
          draw.pick([47, 50, 2, 99, 33, 136, 4, 41, 51, 1, 58]),
          Uint8Array.from({ length: draw.pick([0, 3, 8, 24, 40]) }, () => draw.integer(0, 255)),
        );
    }
  }

  /** To the sender of something seen, from where it went: an answer, an error, or the same once more. */
  #answer(): Sent {
    const draw = this.#draw;
    const { at, packet } = draw.pick(this.#seen);
    const ip: IpFields = { family: packet.family, source: packet.destination ?? 0n, destination: packet.source ?? 0n };
    // What this host may send from nobody, to nobody and to groups is a matter of its sockets.
    if (at === ROUTER && ODD_ADDRESSES.some((text) => [ip.source, ip.destination].includes(address(text).value))) {
      return this.#opener();
    }
    if (draw.chance(12)) return this.#error(at, packet, ip);
    const ports = { sourcePort: packet.destinationPort ?? 0, destinationPort: packet.sourcePort ?? 0 };
    if (packet.protocol === tcp && packet.tcp !== undefined) {
      return { in: at, bytes: this.#damaged(this.#segment(packet, ip, ports).bytes, at) };
    }
    if (packet.protocol === udp) {
      return { in: at, bytes: udpPacket(ip, { ...ports, payload: new Uint8Array(4) }).bytes };
    }
    if (packet.icmp !== undefined) {
      const types: Readonly<Record<number, number>> = { 8: 0, 13: 14, 15: 16, 17: 18, 128: 129, 139: 140 };
      return {
        in: at,
        bytes: icmpPacket(ip, {
          type: types[packet.icmp.type] ?? 8,
          code: packet.icmp.code,
          rest: (packet.icmp.identifier ?? 0) * 65536 + 1,
        }).bytes,
      };
    }
    const content = packet.bytes.subarray(packet.transportAt ?? packet.bytes.length);
    return { in: at, bytes: ipPacket(ip, packet.protocol ?? 99, content).bytes };
  }

  /** Something went wrong with a packet, says its receiver or someone on the way. */
  #error(at: string, packet: Packet, ip: IpFields): Sent {
    const draw = this.#draw;
    const router = address(packet.family === 4 ? '203.0.113.77' : '2001:db8:ffff::77').value;
    const [type = 3, code = 3] = draw.pick(packet.family === 4 ? ERRORS_4 : ERRORS_6);
    const most = draw.weighted([6, packet.bytes.length], [3, (packet.transportAt ?? 40) + 8], [1, 30]);
    const source = draw.chance(50) ? ip.source : router;
    const error = icmpPacket({ ...ip, source }, { type, code, payload: packet.bytes.subarray(0, most) });
    return { in: at, bytes: this.#damaged(error.bytes, at) };
  }

  /** The next segment of the other end, most of the time with the numbers it should have. */
  #segment(packet: Packet, ip: IpFields, ports: { sourcePort: number; destinationPort: number }): Packet {
    const draw = this.#draw;
    const { sequence, acknowledgement } = packet.tcp ?? { sequence: 0, acknowledgement: 0 };
    const seenFlags = packet.tcpFlags ?? 0;
    const counted = (seenFlags & TCP_FLAGS.syn ? 1 : 0) + (seenFlags & TCP_FLAGS.fin ? 1 : 0);
    const data = packet.payloadAt === undefined ? 0 : packet.bytes.length - packet.payloadAt;
    const answersSyn = (seenFlags & TCP_FLAGS.ack) === 0;
    const off = draw.chance(15) ? draw.pick([1, -1, 1000, 66_000, 0x7fffffff, -66_000]) : 0;
    return tcpPacket(ip, {
      ...ports,
      flags: answersSyn && draw.chance(80) ? TCP_FLAGS.syn | TCP_FLAGS.ack : draw.weighted(...FLAGS),
      sequence: ((answersSyn ? 500 : acknowledgement) + off) >>> 0,
      acknowledgement: (sequence + counted + data) >>> 0,
      window: draw.pick([0, 1000, 65535]),
      options: Uint8Array.from(
        draw.weighted<number[]>(
          [8, []],
          [2, [3, 3, 7, 1]],
          [1, [4, 2, 1, 1]],
          [1, [1, 1, 5, 10, 0, 0, 1, 0, 0, 0, 2, 0]],
        ),
      ),
      payload: new Uint8Array(draw.pick([0, 0, 8, 100])),
    });
  }

  /** Now and then something is wrong with a packet. */
  #damaged(bytes: Uint8Array, at: string): Uint8Array {
    const draw = this.#draw;
    if (at === ROUTER || !draw.chance(4)) return bytes;
    const damaged = bytes.slice(0, draw.chance(50) ? bytes.length : draw.integer(1, bytes.length));
    const place = draw.integer(0, damaged.length - 1);
    damaged[place] = (damaged[place] ?? 0) ^ (1 << draw.integer(0, 7));
    return damaged;
  }
}
