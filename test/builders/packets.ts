/** A small network for tests of the reference, and packets in it. */
import { TCP_FLAGS } from '../../compiler/model/fields.ts';
import type { Policy } from '../../compiler/model/policy.ts';
import type { Environment, Interface } from '../../compiler/semantics/environment.ts';
import { evaluate, type Arrival, type Outcome } from '../../compiler/semantics/evaluate.ts';
import type { Fate } from '../../compiler/semantics/fate.ts';
import {
  icmpPacket,
  tcpPacket,
  udpPacket,
  type IpFields,
  type TcpFields,
} from '../../compiler/semantics/packet/build.ts';
import { frameOf } from '../../compiler/semantics/packet/frame.ts';
import type { Packet } from '../../compiler/semantics/packet/packet.ts';
import { EMPTY_STATE, type State } from '../../compiler/semantics/state.ts';
import { formatIpv4, formatIpv6 } from '../../compiler/net/address.ts';
import { address, zone } from './policy.ts';

export const uplink = zone('uplink', 'eth0');
export const inside = zone('inside', 'eth1');
export const ZONES = [uplink, inside];

function at(name: string, ...own: readonly string[]): Interface {
  const addresses = own.map((text) => {
    const [host, length] = text.split('/');
    return { ...address(host ?? ''), length: Number(length) };
  });
  return { name, mtu: 1500, addresses };
}

/** A router: 203.0.113.2 and 2001:db8::2 on eth0 (uplink), 10.0.0.1 and 2001:db8:1::1 on eth1 (inside). */
export const ENVIRONMENT: Environment = {
  interfaces: [
    { ...at('lo', '127.0.0.1/8', '::1/128'), mtu: 65536, loopback: true },
    at('eth0', '203.0.113.2/24', '2001:db8::2/64', 'fe80::2/64'),
    at('eth1', '10.0.0.1/8', '2001:db8:1::1/64', 'fe80::1/64'),
  ],
  routes: [
    { family: 4, network: 0n, length: 0, kind: 'unicast', out: 'eth0', via: address('203.0.113.1').value },
    { family: 6, network: 0n, length: 0, kind: 'unicast', out: 'eth0', via: address('2001:db8::1').value },
  ],
  sockets: [
    { name: 'sshd', protocol: 6, port: 22 },
    { name: 'resolver', protocol: 17, port: 53 },
  ],
};

export function ends(source: string, destination: string): IpFields {
  const [a, b] = [address(source), address(destination)];
  return { family: a.family, source: a.value, destination: b.value };
}

function endpoint(text: string): { readonly host: string; readonly port: number } {
  const brackets = /^\[(.*)\]:(\d+)$/.exec(text);
  if (brackets) return { host: brackets[1] ?? '', port: Number(brackets[2]) };
  const [host, port] = text.split(':');
  return { host: host ?? '', port: Number(port) };
}

type More<Fields> = Partial<Omit<Fields, 'sourcePort' | 'destinationPort'>> & Partial<IpFields>;

/** `tcp('10.0.0.9:40000', '198.51.100.7:80')`: a SYN unless flags are given. */
export function tcp(
  source: string,
  destination: string,
  more: More<TcpFields> & { readonly tcpFlags?: readonly (keyof typeof TCP_FLAGS)[] } = {},
): Packet {
  const [a, b] = [endpoint(source), endpoint(destination)];
  const flags = (more.tcpFlags ?? ['syn']).reduce((bits, flag) => bits | TCP_FLAGS[flag], 0);
  return tcpPacket(
    { ...ends(a.host, b.host), ...more },
    { ...more, sourcePort: a.port, destinationPort: b.port, flags },
  );
}

export function udp(source: string, destination: string, more: More<{ readonly payload?: Uint8Array }> = {}): Packet {
  const [a, b] = [endpoint(source), endpoint(destination)];
  return udpPacket({ ...ends(a.host, b.host), ...more }, { ...more, sourcePort: a.port, destinationPort: b.port });
}

/** An echo request (or, with another type, whatever that is) with an identifier. */
export function ping(
  source: string,
  destination: string,
  more: { readonly identifier?: number; readonly type?: number } & Partial<IpFields> = {},
): Packet {
  const ip = { ...ends(source, destination), ...more };
  const type = more.type ?? (ip.family === 4 ? 8 : 128);
  return icmpPacket(ip, { type, code: 0, rest: (more.identifier ?? 7) * 65536 + 1 });
}

export function on(name: string, packet: Packet): Arrival {
  return { kind: 'received', in: name, frame: frameOf(packet) };
}

export function fromInside(packet: Packet): Arrival {
  return on('eth1', packet);
}

export function fromUplink(packet: Packet): Arrival {
  return on('eth0', packet);
}

export function sentByHost(packet: Packet): Arrival {
  return { kind: 'sent', packet };
}

/** A router at work: packets go through one after another, each meeting the state that the ones before it left. */
export class Router {
  readonly policy: Policy;
  readonly environment: Environment;
  state: State = EMPTY_STATE;
  now = Date.UTC(2026, 0, 1, 12);

  constructor(policy: Policy, environment: Environment = ENVIRONMENT) {
    this.policy = policy;
    this.environment = environment;
  }

  /** All that may happen; the state stays as it is. */
  outcomes(arrival: Arrival): readonly Outcome[] {
    return evaluate(this.policy, this.environment, this.state, this.now, arrival).outcomes;
  }

  /** The first thing that may happen, which then has happened. */
  take(arrival: Arrival): Outcome {
    const outcome = this.outcomes(arrival)[0]!;
    this.state = outcome.state;
    return outcome;
  }

  /** What becomes of it, in a few words. */
  fate(arrival: Arrival): string {
    return describe(this.take(arrival).fate);
  }

  wait(milliseconds: number): void {
    this.now += milliseconds;
  }
}

export function addressText(packet: Packet, side: 'source' | 'destination'): string {
  const value = packet[side] ?? 0n;
  return packet.family === 4 ? formatIpv4(Number(value)) : formatIpv6(value);
}

/** `10.0.0.9:40000 > 198.51.100.7:80` */
export function endsText(packet: Packet): string {
  const end = (side: 'source' | 'destination', port: number | undefined): string => {
    const text = addressText(packet, side);
    if (port === undefined) return text;
    return packet.family === 4 ? `${text}:${port}` : `[${text}]:${port}`;
  };
  return `${end('source', packet.sourcePort)} > ${end('destination', packet.destinationPort)}`;
}

export function describe(fate: Fate): string {
  switch (fate.kind) {
    case 'forwarded':
      return `out ${fate.leaving.out} ${fate.leaving.packets.map(endsText).join(', ')}`;
    case 'delivered':
      return `to ${fate.socket ?? 'this host'} ${endsText(fate.packet)}`;
    case 'rejected': {
      const how = typeof fate.with === 'string' ? fate.with : `icmp ${fate.with.type}/${fate.with.code}`;
      return `rejected with ${how}${fate.answer ? ` out ${fate.answer.out} ${fate.answer.packets.map(endsText).join(', ')}` : ''}`;
    }
    case 'gone':
      return `gone: ${fate.by} ${fate.why}`;
    default:
      return fate.kind;
  }
}

/** "Port unreachable" about a packet. */
export function errorAbout(packet: Packet, source: string, destination: string): Packet {
  const ip = ends(source, destination);
  const [type, code] = ip.family === 4 ? [3, 3] : [1, 4];
  return icmpPacket(ip, { type, code, payload: packet.bytes });
}
