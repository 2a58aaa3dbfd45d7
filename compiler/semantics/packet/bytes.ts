/** Numbers in network byte order. Reading past the end gives undefined: whatever does not fit is absent. */

export function byteAt(bytes: Uint8Array, at: number): number | undefined {
  return at >= 0 ? bytes[at] : undefined;
}

export function uint16At(bytes: Uint8Array, at: number): number | undefined {
  const [high, low] = [bytes[at], bytes[at + 1]];
  return high === undefined || low === undefined ? undefined : high * 256 + low;
}

export function uint32At(bytes: Uint8Array, at: number): number | undefined {
  const [high, low] = [uint16At(bytes, at), uint16At(bytes, at + 2)];
  return high === undefined || low === undefined ? undefined : high * 65536 + low;
}

/** The number in `length` bytes from `at` on, the first byte the most significant. */
export function bigintAt(bytes: Uint8Array, at: number, length: number): bigint | undefined {
  if (at < 0 || at + length > bytes.length) return undefined;
  let value = 0n;
  let k = 0;
  for (; k + 4 <= length; k += 4) value = (value << 32n) | BigInt(uint32At(bytes, at + k) ?? 0);
  for (; k < length; k++) value = (value << 8n) | BigInt(bytes[at + k] ?? 0);
  return value;
}

export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  writeUint16(bytes, at, value >>> 16);
  writeUint16(bytes, at + 2, value & 0xffff);
}

/** Writes `value` into `length` bytes from `at` on. */
export function writeBigint(bytes: Uint8Array, at: number, length: number, value: bigint): void {
  let rest = value;
  for (let k = length - 1; k >= 0; k--) {
    bytes[at + k] = Number(rest & 0xffn);
    rest >>= 8n;
  }
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
