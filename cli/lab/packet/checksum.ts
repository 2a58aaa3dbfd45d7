/** The Internet checksum (RFC 1071) over `parts` as if they were one run of bytes; every part but the last has even length. */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let index = 0; index < part.length; index += 2) sum += ((part[index] ?? 0) << 8) | (part[index + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/** The pseudo header that TCP, UDP and ICMPv6 checksums cover (RFC 9293, section 3.1; RFC 8200, section 8.1). */
export function pseudoHeader(
  source: Uint8Array,
  destination: Uint8Array,
  protocol: number,
  length: number,
): Uint8Array {
  const bytes = new Uint8Array(2 * source.length + 8);
  bytes.set(source);
  bytes.set(destination, source.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(2 * source.length, length);
  view.setUint32(2 * source.length + 4, protocol);
  return bytes;
}
