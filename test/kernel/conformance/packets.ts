/** Packets by wish: what the wish leaves open is drawn, mostly as a network would have it. */
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import { ROUTER } from '../../../cli/lab/observation.ts';
import {
  encodePacket,
  noBytes,
  tcpFlagNames,
  type Network as IpHeader,
  type TcpFlag,
  type Transport,
} from '../../../cli/lab/packet.ts';
import type { Draw } from './draw.ts';
import { widthOf, type BlockKind, type Edges } from './edges.ts';
import { interfaceTowards, isBroadcast, ownAddresses, prefixesBehind, type Network } from './network.ts';
import { ipv4Options, ipv6Extensions } from './header-options.ts';
import type { Wish } from './wish.ts';

/** A packet before it is bytes, so that it can be made odd first. */
export interface Drawn {
  readonly at: string;
  readonly network: IpHeader;
  readonly transport: Transport;
}

/** Hosts here and there, that no policy needs to name. */
const SOME_HOSTS = {
  4: [0x0a000005n, 0x0a010203n, 0x0a800009n, 0x0a810203n, 0xc0000250n, 0xcb007109n, 0x08080808n, 0xc6336403n],
  6: [
    0x20010db8_000a0000_00000000_00000005n,
    0x20010db8_0a010000_00000000_00000003n,
    0x20010db8_000c0000_00000000_00000009n,
    0x20010db8_0c010000_00000000_00000003n,
    0x20010db8_000d0000_00000000_00000080n,
    0x20010db8_ffff0000_00000000_00000009n,
    0x26204700_00000000_00000000_00001111n,
  ],
} as const;

/** Addresses that IP itself treats in a way of its own. */
const SPECIAL_ADDRESSES = {
  4: [0xffffffffn, 0xe0000001n, 0x7f000001n, 0n, 0xf0000001n, 0x0a0000ffn, 0x0a000000n, 0xa9fe0101n],
  6: [
    0xff020000_00000000_00000000_00000001n,
    1n,
    0n,
    0xffff_0a000001n,
    0xfec00000_00000000_00000000_00000001n,
    0x20010db8_000a0000_00000000_00000000n,
  ],
} as const;

export class PacketMaker {
  readonly #network: Network;
  readonly #edges: Edges;
  readonly #draw: Draw;

  constructor(network: Network, edges: Edges, draw: Draw) {
    this.#network = network;
    this.#edges = edges;
    this.#draw = draw;
  }

  /** A packet that fulfils the wish as far as that can be, on the way that packets of the block take. */
  make(wish: Wish, block: BlockKind): Drawn {
    const draw = this.#draw;
    const family = wish.family ?? (draw.chance(60) ? 4 : 6);
    const isOwn = wish.in === undefined && draw.chance(block === 'output' ? 85 : block === 'any' ? 12 : 4);
    const at = isOwn ? ROUTER : undefined;
    const wanted = wish.source ?? this.#source(family, wish, isOwn);
    const source = this.#possibleSource(family, wanted, isOwn);
    const destination = wish.destination ?? this.#destination(family, wish, isOwn ? 'output' : block);
    const towards = interfaceTowards(this.#network, family, source);
    const usual = towards === undefined || draw.chance(7) ? this.#anyInterface() : towards;
    const network = this.#header(family, source, destination, wish, isOwn);
    // From one link's address to another link nothing is sent but what neighbors say to each other.
    const transport = this.#transport(family, isLinkLocal(family, source) ? { protocol: 58, ...wish } : wish, network);
    return { at: at ?? wish.in ?? usual, network, transport };
  }

  /** The router sends with its own addresses; others do not with its IPv6 addresses. */
  #possibleSource(family: 4 | 6, wanted: bigint, isOwn: boolean): bigint {
    const own = ownAddresses(this.#network, family);
    if (isOwn) return own.includes(wanted) ? wanted : this.#draw.pick(own);
    // An answer to a broadcast address is sent twice, once to the router itself.
    if (family === 4 && isBroadcast(this.#network, wanted)) return SOME_HOSTS[4][0];
    return isOwnIpv6(this.#network, family, wanted) ? SOME_HOSTS[6][0] : wanted;
  }

  #anyInterface(): string {
    return this.#draw.pick(this.#network.interfaces).name;
  }

  #source(family: 4 | 6, wish: Wish, isOwn: boolean): bigint {
    const draw = this.#draw;
    if (isOwn) return draw.pick(ownAddresses(this.#network, family));
    if (draw.chance(2)) return draw.pick(SPECIAL_ADDRESSES[family]);
    if (family === 4 && draw.chance(2)) return draw.pick(ownAddresses(this.#network, family));
    if (wish.in !== undefined && draw.chance(70)) return this.#hostBehind(family, wish.in);
    return this.#anyHost(family);
  }

  #destination(family: 4 | 6, wish: Wish, block: BlockKind): bigint {
    const draw = this.#draw;
    // Where the router sends its own multicasts is not the policy's affair.
    if (block !== 'output' && draw.chance(2)) return draw.pick(SPECIAL_ADDRESSES[family]);
    if (draw.chance(block === 'input' ? 85 : block === 'any' ? 15 : 4)) {
      return draw.pick(ownAddresses(this.#network, family));
    }
    if (wish.out !== undefined && draw.chance(85)) return this.#hostBehind(family, wish.out);
    return this.#anyHost(family);
  }

  #anyHost(family: 4 | 6): bigint {
    const known = this.#edges.addresses[family].filter((address) => !isLinkLocal(family, address));
    return known.length > 0 && this.#draw.chance(60) ? this.#draw.pick(known) : this.#draw.pick(SOME_HOSTS[family]);
  }

  /** A host that an interface leads to: one that is known, where there is one, else any. */
  #hostBehind(family: 4 | 6, name: string): bigint {
    const candidates = [...SOME_HOSTS[family], ...this.#edges.addresses[family]].filter(
      (address) => interfaceTowards(this.#network, family, address) === name,
    );
    const prefixes = prefixesBehind(this.#network, family, name).filter(({ length }) => length > 0);
    const prefix = prefixes.length > 0 ? this.#draw.pick(prefixes) : undefined;
    if (prefix === undefined || (candidates.length > 0 && this.#draw.chance(70))) {
      return candidates.length > 0 ? this.#draw.pick(candidates) : this.#draw.pick(SOME_HOSTS[family]);
    }
    const hostBits = widthOf(family) - BigInt(prefix.length);
    return ((prefix.value >> hostBits) << hostBits) | BigInt(this.#draw.integer(2, hostBits > 16n ? 0xffff : 200));
  }

  #header(family: 4 | 6, source: bigint, destination: bigint, wish: Wish, isOwn: boolean): IpHeader {
    const draw = this.#draw;
    const dscp = wish.dscp ?? (draw.chance(12) ? draw.integer(0, 63) : 0);
    const ecn = draw.chance(5) ? draw.integer(1, 3) : 0;
    const ttl = wish.ttl ?? draw.weighted([88, 64], [3, 1], [2, 2], [2, 255], [1, 0], [2, 128]);
    if (family === 4) {
      return {
        version: 4,
        source: formatIpv4(Number(source)),
        destination: formatIpv4(Number(destination)),
        dscp,
        ecn,
        ttl,
        identification: draw.integer(1, 0xffff),
        dontFragment: draw.chance(60),
        options: !isOwn && draw.chance(3) ? ipv4Options(draw) : noBytes,
      };
    }
    return {
      version: 6,
      source: formatIpv6(source),
      destination: formatIpv6(destination),
      dscp,
      ecn,
      hopLimit: ttl,
      flowLabel: draw.chance(20) ? draw.integer(0, 0xfffff) : 0,
      extensions: !isOwn && draw.chance(5) ? ipv6Extensions(draw) : [],
    };
  }

  #transport(family: 4 | 6, wish: Wish, network: IpHeader): Transport {
    const protocol = wish.protocol ?? this.#protocol(family, wish);
    const payload = this.#payload(wish, network, protocol);
    switch (protocol) {
      case 6:
        return this.#tcp(wish, payload);
      case 17:
        return { protocol: 'udp', ...this.#ports(wish), payload };
      case 1:
      case 58:
        return protocol === (family === 4 ? 1 : 58) ? this.#icmp(family, wish, payload) : { protocol, payload };
      case 47:
        return this.#draw.chance(75)
          ? {
              protocol: 'gre',
              type: 0x0800,
              ...(this.#draw.chance(50) ? { key: this.#draw.integer(0, 9) } : {}),
              payload,
            }
          : { protocol, payload: pointToPoint(this.#draw) };
      case 51:
        return { protocol, payload: authenticated(payload) };
      case 33:
      case 132:
      case 136:
        return { protocol, payload: this.#otherPorts(protocol, wish, payload) };
      default:
        return { protocol, payload };
    }
  }

  #protocol(family: 4 | 6, wish: Wish): number {
    const draw = this.#draw;
    if (wish.tcpFlags !== undefined) return 6;
    if (wish.icmp !== undefined) return family === 4 ? 1 : 58;
    const hasPorts = wish.sourcePort !== undefined || wish.destinationPort !== undefined;
    if (hasPorts) return draw.weighted([48, 6], [45, 17], [2, 33], [2, 132], [3, 136]);
    const icmp = family === 4 ? 1 : 58;
    return draw.weighted(
      [45, 6],
      [27, 17],
      [14, icmp],
      [3, 47],
      [2, 50],
      [1, 51],
      [1, 4],
      [1, 33],
      [2, 136],
      [1, 2],
      [1, 89],
      [1, 253],
    );
  }

  #ports(wish: Wish): { sourcePort: number; destinationPort: number } {
    const draw = this.#draw;
    const known = this.#edges.ports;
    const port = (): number =>
      known.length > 0 && draw.chance(55)
        ? draw.pick(known)
        : draw.weighted([5, 22], [5, 53], [5, 80], [3, 443], [1, 0], [1, 65535]);
    return {
      sourcePort:
        wish.sourcePort ??
        draw.weighted([10, 40_000], [10, draw.integer(1024, 65535)], [4, port()], [2, 1023], [2, 500]),
      destinationPort: wish.destinationPort ?? port(),
    };
  }

  #tcp(wish: Wish, payload: Uint8Array): Transport {
    const draw = this.#draw;
    const flags =
      wish.tcpFlags === undefined ? this.#flags() : tcpFlagNames.filter((_, bit) => ((wish.tcpFlags ?? 0) >> bit) & 1);
    const isSyn = flags.includes('syn');
    return {
      protocol: 'tcp',
      ...this.#ports(wish),
      flags,
      sequence: draw.chance(90) ? draw.integer(1, 0x7fff_ffff) : draw.pick([0, 0xffff_ffff, 0x8000_0000]),
      acknowledgement: flags.includes('ack') || draw.chance(5) ? draw.integer(1, 0x7fff_ffff) : 0,
      window: draw.weighted([80, 65535], [10, 1000], [5, 0], [5, 1]),
      ...(isSyn && draw.chance(60)
        ? { mss: draw.weighted([3, 1460], [1, 9000], [1, 536], [1, 1200], [1, draw.integer(0, 65535)]) }
        : {}),
      ...(isSyn && draw.chance(30)
        ? {
            options: draw.pick([Uint8Array.of(4, 2, 3, 3, 7), Uint8Array.of(1, 3, 3, 14)]),
          }
        : {}),
      payload,
    };
  }

  #flags(): readonly TcpFlag[] {
    const draw = this.#draw;
    return draw.weighted<readonly TcpFlag[]>(
      [60, ['syn']],
      [5, ['syn', 'ack']],
      [8, ['ack']],
      [4, ['ack', 'psh']],
      [4, ['fin', 'ack']],
      [4, ['rst']],
      [3, ['rst', 'ack']],
      [2, []],
      [2, ['fin']],
      [2, ['syn', 'fin']],
      [2, ['fin', 'psh', 'urg']],
      [2, ['syn', 'ece', 'cwr']],
      [1, ['syn', 'urg']],
      [1, ['syn', 'rst']],
      [1, ['syn', 'psh']],
      [2, tcpFlagNames.filter(() => draw.chance(50))],
    );
  }

  #icmp(family: 4 | 6, wish: Wish, payload: Uint8Array): Transport {
    const draw = this.#draw;
    const types =
      family === 4
        ? draw.weighted<[number, number]>(
            [50, [8, 0]],
            [6, [0, 0]],
            [5, [13, 0]],
            [3, [17, 0]],
            [3, [15, 0]],
            [5, [3, draw.integer(0, 15)]],
            [3, [11, 0]],
            [2, [5, 1]],
            [2, [12, 0]],
            [2, [10, 0]],
            [2, [4, 0]],
            [2, [draw.integer(0, 255), draw.integer(0, 3)]],
            [1, [8, 1]],
          )
        : draw.weighted<[number, number]>(
            [50, [128, 0]],
            [6, [129, 0]],
            [4, [139, 0]],
            [5, [1, draw.integer(0, 7)]],
            [3, [2, 0]],
            [3, [3, 0]],
            [3, [4, draw.integer(0, 2)]],
            [3, [135, 0]],
            [2, [136, 0]],
            [2, [133, 0]],
            [2, [134, 0]],
            [1, [137, 0]],
            [2, [130, 0]],
            [1, [131, 0]],
            [2, [143, 0]],
            [3, [draw.integer(0, 255), draw.integer(0, 3)]],
            [1, [128, 1]],
          );
    const [type, code] = wish.icmp === undefined ? types : [wish.icmp.type, wish.icmp.code];
    return {
      protocol: family === 4 ? 'icmp' : 'icmpv6',
      type,
      code,
      rest: draw.integer(1, 9) * 65_536 + draw.integer(0, 3),
      payload,
    };
  }

  /** Protocols whose header starts with ports, and that the lab has no header for. */
  #otherPorts(protocol: number, wish: Wish, payload: Uint8Array): Uint8Array {
    const { sourcePort, destinationPort } = this.#ports(wish);
    const bytes = new Uint8Array(16 + payload.length);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, sourcePort);
    view.setUint16(2, destinationPort);
    if (protocol === 132) bytes.set([1, 0, 0, 4], 12);
    // A checksum coverage of 0: the whole packet (RFC 3828). The checksum itself is made wrong by this, as it may be.
    if (protocol === 33) bytes[4] = 4;
    bytes.set(payload, 16);
    return bytes;
  }

  #payload(wish: Wish, network: IpHeader, protocol: number): Uint8Array {
    const draw = this.#draw;
    const headers = headerLength(network, protocol) + TRAILER;
    const wanted =
      wish.length === undefined
        ? draw.weighted(
            [55, 0],
            [20, draw.integer(0, 64)],
            [8, draw.integer(64, 1200)],
            [3, 1472 - TRAILER],
            [2, draw.integer(1200, 3000)],
          )
        : Math.min(9000, Math.max(0, wish.length - headers));
    if (wish.payload === undefined) return new Uint8Array(wanted);
    const { at, bytes } = wish.payload;
    const filled = new Uint8Array(Math.max(wanted, at + bytes.length));
    filled.set(bytes, at);
    return filled;
  }
}

/**
 * Whether it is an IPv6 address of the router's own, "any router there" included. Linux takes such a source from outside
 * for one of its own packets, and what it answers goes to itself.
 */
function isOwnIpv6(network: Network, family: 4 | 6, address: bigint): boolean {
  if (family === 4) return false;
  const networks = network.interfaces.flatMap(({ name }) => prefixesBehind(network, 6, name));
  const isAnycast = networks.some(
    ({ value, length }) => address === (value >> BigInt(128 - length)) << BigInt(128 - length),
  );
  return isAnycast || ownAddresses(network, 6).includes(address);
}

function isLinkLocal(family: 4 | 6, address: bigint): boolean {
  return family === 6 && address >> 118n === 0x3fan;
}

/** The id that a packet ends in. */
const TRAILER = 8;

function headerLength(network: IpHeader, protocol: number): number {
  const bare = encodePacket(network, { protocol });
  const transport = protocol === 6 ? 20 : protocol === 17 || protocol === 1 || protocol === 58 ? 8 : 0;
  return bare.length + transport;
}

/** An authentication header (RFC 4302) with a protocol behind it that nobody knows. */
function authenticated(payload: Uint8Array): Uint8Array {
  return Uint8Array.from([253, 4, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1, ...new Uint8Array(12), ...payload]);
}

/** Enhanced GRE of PPTP (RFC 2637), by call. */
function pointToPoint(draw: Draw): Uint8Array {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x2001);
  view.setUint16(2, draw.chance(85) ? 0x880b : 0x0800);
  view.setUint16(6, draw.integer(1, 3));
  return bytes;
}
