/** Addresses from text to numbers. Each function reads exactly `text.slice(start, end)`. */
import { isDigit, isHexDigit } from './characters.ts';

/** `192.0.2.1` as a number of 32 bits, or -1: four numbers to 255, without leading zeros (RFC 6943 says why). */
export function readIPv4(text: string, start: number, end: number): number {
  let value = 0;
  let octets = 0;
  let at = start;
  while (at < end) {
    const first = at;
    let octet = 0;
    while (at < end && isDigit(text.charCodeAt(at))) octet = octet * 10 + text.charCodeAt(at++) - 0x30;
    const digits = at - first;
    if (digits === 0 || digits > 3 || octet > 255 || (digits > 1 && text.charCodeAt(first) === 0x30)) return -1;
    value = value * 256 + octet;
    octets++;
    if (at === end) break;
    if (text.charCodeAt(at) !== 0x2e || octets === 4) return -1;
    at++;
    if (at === end) return -1;
  }
  return octets === 4 ? value : -1;
}

/** An IPv6 address in any form of RFC 4291, section 2.2, as a number of 128 bits; undefined if it is none. */
export function readIPv6(text: string, start: number, end: number): bigint | undefined {
  const groups: number[] = [];
  let gap = -1;
  let at = start;
  if (text.startsWith('::', at) && end - start >= 2) {
    gap = 0;
    at += 2;
  }
  while (at < end) {
    const first = at;
    let group = 0;
    while (at < end && isHexDigit(text.charCodeAt(at))) {
      group = group * 16 + Number.parseInt(text.charAt(at++), 16);
      if (at - first > 4) return undefined;
    }
    if (at < end && text.charCodeAt(at) === 0x2e) {
      const tail = readIPv4(text, first, end);
      if (tail < 0) return undefined;
      groups.push(Math.floor(tail / 65536), tail % 65536);
      break;
    }
    if (at === first) return undefined;
    groups.push(group);
    if (at === end) break;
    if (text.charCodeAt(at) !== 0x3a) return undefined;
    at++;
    if (at < end && text.charCodeAt(at) === 0x3a) {
      if (gap >= 0) return undefined;
      gap = groups.length;
      at++;
    } else if (at === end) return undefined;
  }
  if (gap < 0 ? groups.length !== 8 : groups.length > 7) return undefined;
  return joinGroups(groups, gap);
}

/** Eight groups of 16 bits, zeros filled in at `gap`. */
function joinGroups(groups: readonly number[], gap: number): bigint {
  const zeros = 8 - groups.length;
  let value = 0n;
  // Two groups at a time: fewer steps with large integers.
  for (let pair = 0; pair < 8; pair += 2) {
    value = (value << 32n) | BigInt(groupAt(groups, gap, zeros, pair) * 65536 + groupAt(groups, gap, zeros, pair + 1));
  }
  return value;
}

function groupAt(groups: readonly number[], gap: number, zeros: number, index: number): number {
  if (gap < 0 || index < gap) return groups[index] ?? 0;
  return index < gap + zeros ? 0 : (groups[index - zeros] ?? 0);
}

/** `aa:bb:cc:dd:ee:ff` as a number of 48 bits, or -1. */
export function readMac(text: string, start: number, end: number): number {
  if (end - start !== 17) return -1;
  let value = 0;
  for (let at = start; at < end; at += 3) {
    if (!isHexDigit(text.charCodeAt(at)) || !isHexDigit(text.charCodeAt(at + 1))) return -1;
    if (at + 2 < end && text.charCodeAt(at + 2) !== 0x3a) return -1;
    value = value * 256 + Number.parseInt(text.slice(at, at + 2), 16);
  }
  return value;
}
