/** What becomes of packets, in words. */
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import type { Fate } from '../fate.ts';
import type { Packet } from '../packet/packet.ts';

/** Behind "the packet is": `dropped`, `allowed out of eth0`. */
export function fateInWords(fate: Fate): string {
  switch (fate.kind) {
    case 'forwarded':
      return `allowed out of ${fate.leaving.out}`;
    case 'delivered':
      return fate.socket === undefined ? 'allowed to this host' : `allowed to the socket ${fate.socket}`;
    case 'held':
      return 'held until the rest of its fragments come';
    case 'encapsulated':
      return `sent to a backend by ${fate.by}`;
    case 'answered by synproxy':
      return 'answered by synproxy';
    case 'rejected': {
      const how = fate.with === 'tcp-reset' ? 'a TCP reset' : `ICMP ${fate.with.type}/${fate.with.code}`;
      return fate.by === 'host' ? `refused by the host itself, with ${how}` : `rejected with ${how}`;
    }
    case 'gone':
      return fate.by === 'policy' ? 'dropped' : `thrown away by the host itself: ${fate.why}`;
    case 'not judged':
      return 'not judged by any block';
    default:
      return fate satisfies never;
  }
}

/** `10.1.2.3:40000 -> 203.0.113.9:443` */
export function endsText(packet: Packet): string {
  return `${endText(packet, packet.source, packet.sourcePort)} -> ${endText(packet, packet.destination, packet.destinationPort)}`;
}

function endText({ family }: Packet, address: bigint | undefined, port: number | undefined): string {
  const text = family === 4 ? formatIpv4(Number(address ?? 0n)) : formatIpv6(address ?? 0n);
  if (port === undefined) return text;
  return family === 4 ? `${text}:${port}` : `[${text}]:${port}`;
}
