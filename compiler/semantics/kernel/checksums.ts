/** Whether a transport checksum is right, as connection tracking asks of packets that arrive. */
import { uint16At } from '../packet/bytes.ts';
import { behindAuthentication } from '../packet/decode.ts';
import { onesComplementSum, pseudoHeaderSum } from '../packet/checksum.ts';
import { GRE, ICMP, ICMPV6, SCTP, TCP, UDP, UDP_LITE, type Packet } from '../packet/packet.ts';

const ESP = 50;
const AH = 51;

/** True as well for protocols that keep no checksum, or none that is looked at. */
export function hasRightChecksum(packet: Packet): boolean {
  const { protocol, transportAt, source, destination, bytes, family } = packet;
  if (transportAt === undefined || protocol === undefined || source === undefined || destination === undefined) {
    return true;
  }
  const pseudo = (length: number): number => pseudoHeaderSum(family, source, destination, protocol, length);
  const length = bytes.length - transportAt;
  switch (protocol) {
    case TCP:
      return onesComplementSum(bytes, transportAt, bytes.length, pseudo(length)) === 0xffff;
    case UDP:
      // Zero: the sender made none (RFC 768; for IPv6 RFC 6936).
      if (uint16At(bytes, transportAt + 6) === 0) return true;
      return onesComplementSum(bytes, transportAt, bytes.length, pseudo(length)) === 0xffff;
    case UDP_LITE: {
      const coverage = uint16At(bytes, transportAt + 4) ?? 0;
      const end = coverage === 0 ? bytes.length : transportAt + coverage;
      return onesComplementSum(bytes, transportAt, end, pseudo(length)) === 0xffff;
    }
    case ICMP:
      return family === 6 || onesComplementSum(bytes, transportAt) === 0xffff;
    case ICMPV6:
      return family === 4 || onesComplementSum(bytes, transportAt, bytes.length, pseudo(length)) === 0xffff;
    default:
      return true;
  }
}

/** Protocols whose packets are not one checksummed whole. */
const UNCHECKED = new Set([GRE, AH, ESP, SCTP, UDP_LITE]);

/**
 * Whether a rule may answer the packet with an ICMP error: the kernel first sums up the bytes behind the IP header, of
 * whatever protocol (nf_reject_verify_csum, nf_ip_checksum).
 */
export function hasOnesComplementChecksum(packet: Packet): boolean {
  const { protocol, transportAt, source, destination, bytes, family } = behindAuthentication(packet);
  if (protocol === undefined || transportAt === undefined || source === undefined || destination === undefined) {
    return false;
  }
  if (family === 6 && transportAt >= bytes.length) return false;
  if (UNCHECKED.has(protocol)) return true;
  if (protocol === UDP && uint16At(bytes, transportAt + 6) === 0) return true;
  const covered = family === 6 || protocol === TCP || protocol === UDP;
  const pseudo = covered ? pseudoHeaderSum(family, source, destination, protocol, bytes.length - transportAt) : 0;
  const sum = onesComplementSum(bytes, transportAt, bytes.length, pseudo);
  return sum === 0xffff || sum === 0;
}
