/** Addresses as text and as bytes in network order. */

/** The 4 bytes of `192.0.2.1`. */
export function parseIpv4(text: string): Uint8Array {
  const parts = text.split('.');
  const bytes = parts.map((part) => (/^\d{1,3}$/.test(part) ? Number(part) : 256));
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255)) throw new Error(`'${text}' is no IPv4 address`);
  return Uint8Array.from(bytes);
}

/** The 16 bytes of an IPv6 address in any form of RFC 4291, section 2.2, the one with a dotted IPv4 tail included. */
export function parseIpv6(text: string): Uint8Array {
  const [head = '', tail, ...rest] = text.split('::');
  const before = parseGroups(head);
  const after = parseGroups(tail ?? '');
  const missing = 16 - before.length - after.length;
  const complete = tail === undefined ? missing === 0 : missing >= 2;
  if (rest.length > 0 || !complete) throw new Error(`'${text}' is no IPv6 address`);
  const bytes = new Uint8Array(16);
  bytes.set(before);
  bytes.set(after, 16 - after.length);
  return bytes;
}

function parseGroups(text: string): number[] {
  const bytes: number[] = [];
  for (const group of text === '' ? [] : text.split(':')) {
    if (group.includes('.')) {
      bytes.push(...parseIpv4(group));
      continue;
    }
    if (!/^[0-9a-f]{1,4}$/i.test(group)) throw new Error(`'${group}' is no group of an IPv6 address`);
    const value = Number.parseInt(group, 16);
    bytes.push(value >> 8, value & 0xff);
  }
  return bytes;
}

/** 4 or 16 bytes, by the form of the text. */
export function parseAddress(text: string): Uint8Array {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Text of a 4-byte or 16-byte address; IPv6 in the canonical form of RFC 5952. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0));
  const { start, length } = longestZeroRun(groups);
  const words = groups.map((group) => group.toString(16));
  if (length < 2) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  for (const [index, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  }
  return best;
}

/** The 6 bytes of `02:00:00:00:00:01`. */
export function parseMac(text: string): Uint8Array {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) throw new Error(`'${text}' is no MAC address`);
  return Uint8Array.from(text.split(':'), (byte) => Number.parseInt(byte, 16));
}

export function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
