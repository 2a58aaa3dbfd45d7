/** The packet that an ICMP error carries. */
import { writeUint16 } from './bytes.ts';
import { checksumOf, pseudoHeaderSum } from './checksum.ts';
import { behindAuthentication, decodePacket } from './decode.ts';
import { ICMPV6, type Packet } from './packet.ts';
import { translate, type Translated } from './rewrite.ts';

const REDIRECT_6 = 137;
/** In a redirect of IPv6 the carried packet stands behind two addresses and an option's header (RFC 4861, section 4.5). */
const REDIRECT_SKIPS = 40;

function embeddedAt(error: Packet): number | undefined {
  if (error.payloadAt === undefined) return undefined;
  const skipped = error.family === 6 && error.icmp?.type === REDIRECT_6 ? REDIRECT_SKIPS : 0;
  return error.payloadAt + skipped;
}

/** The carried packet, as far as the error carries it. */
export function embeddedPacket(error: Packet): Packet | undefined {
  const at = embeddedAt(error);
  return at === undefined || at >= error.bytes.length
    ? undefined
    : behindAuthentication(decodePacket(error.bytes.subarray(at), error.family));
}

/** The error with its carried packet changed, and the ICMP checksum made anew. */
export function translateEmbedded(error: Packet, changes: Translated): Packet {
  const at = embeddedAt(error);
  const embedded = embeddedPacket(error);
  if (at === undefined || embedded === undefined || error.transportAt === undefined) return error;
  const bytes = error.bytes.slice();
  bytes.set(translate(embedded, changes).bytes, at);
  const checksumAt = error.transportAt + 2;
  writeUint16(bytes, checksumAt, 0);
  const length = bytes.length - error.transportAt;
  const pseudo =
    error.family === 6 ? pseudoHeaderSum(6, error.source ?? 0n, error.destination ?? 0n, ICMPV6, length) : 0;
  writeUint16(bytes, checksumAt, checksumOf(bytes, error.transportAt, bytes.length, pseudo));
  return decodePacket(bytes, error.family);
}
