/** The Internet checksum (RFC 1071), its incremental update (RFC 1624) and the pseudo headers it covers. */
import { uint16At, writeBigint, writeUint16, writeUint32 } from './bytes.ts';

/** The ones' complement sum of the 16-bit words; an odd last byte counts as the upper half of one. Not yet inverted. */
export function onesComplementSum(bytes: Uint8Array, from = 0, to = bytes.length, initial = 0): number {
  let sum = initial;
  let at = from;
  for (; at + 1 < to; at += 2) sum += (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
  if (at < to) sum += (bytes[at] ?? 0) * 256;
  return fold(sum);
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 65536) + Math.floor(folded / 65536);
  return folded;
}

/** The checksum of a header whose own checksum field is zero. */
export function checksumOf(bytes: Uint8Array, from = 0, to = bytes.length, initial = 0): number {
  return ~onesComplementSum(bytes, from, to, initial) & 0xffff;
}

/** The sum of the pseudo header: RFC 793 and RFC 768 for IPv4, RFC 8200 section 8.1 for IPv6. */
export function pseudoHeaderSum(
  family: 4 | 6,
  source: bigint,
  destination: bigint,
  protocol: number,
  length: number,
): number {
  const size = family === 4 ? 4 : 16;
  const header = new Uint8Array(2 * size + 8);
  writeBigint(header, 0, size, source);
  writeBigint(header, size, size, destination);
  writeUint32(header, 2 * size, length);
  writeUint32(header, 2 * size + 4, protocol);
  return onesComplementSum(header);
}

/**
 * What a checksum becomes when a 16-bit word that it covers changes (RFC 1624, equation 3). A checksum that was wrong
 * stays wrong by as much, as in the kernel.
 */
export function updatedChecksum(checksum: number, before: number, after: number): number {
  return ~fold((~checksum & 0xffff) + (~before & 0xffff) + after) & 0xffff;
}

/**
 * Puts `replacement` at `at` and keeps the checksum at `checksumAt` in step. `at` must be even, seen from the start of
 * what the checksum covers, and so must the length. Writes to `bytes`.
 */
export function replaceCovered(
  bytes: Uint8Array,
  at: number,
  replacement: Uint8Array,
  checksumAt: number | undefined,
): void {
  if (checksumAt !== undefined) {
    const checksum = uint16At(bytes, checksumAt);
    if (checksum !== undefined) {
      let updated = checksum;
      for (let k = 0; k < replacement.length; k += 2) {
        updated = updatedChecksum(updated, uint16At(bytes, at + k) ?? 0, uint16At(replacement, k) ?? 0);
      }
      writeUint16(bytes, checksumAt, updated);
    }
  }
  bytes.set(replacement, at);
}
