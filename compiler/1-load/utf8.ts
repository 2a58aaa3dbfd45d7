/** Whether bytes are text: UTF-8 as RFC 3629 defines it, without NUL. */

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/** How many bytes a UTF-8 byte order mark takes at the beginning of `bytes`: 3, or 0 where there is none. */
export function byteOrderMarkLength(bytes: Uint8Array): number {
  return BYTE_ORDER_MARK.every((byte, index) => bytes[index] === byte) ? BYTE_ORDER_MARK.length : 0;
}

/** Where the first byte stands that is not part of a UTF-8 character; −1 where all are. */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  const { length } = bytes;
  let at = 0;
  while (at < length) {
    if (bytes[at]! < 0x80) {
      at++;
      continue;
    }
    const size = characterSize(bytes, at);
    if (size === 0) return at;
    at += size;
  }
  return -1;
}

/** The length in bytes of the character of two to four bytes at `at`; 0 where none stands there (RFC 3629, section 4). */
function characterSize(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0xc2 || first > 0xf4) return 0;
  const size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  // The second byte excludes overlong forms, surrogates and what lies above U+10FFFF; the others only continue.
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  const second = bytes[at + 1] ?? 0;
  if (second < low || second > high) return 0;
  for (let k = 2; k < size; k++) {
    if (((bytes[at + k] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return size;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of bytes; what is not UTF-8 becomes U+FFFD. A byte order mark is kept as a character. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** How many UTF-16 code units the characters take that begin in `bytes` from `start` to `end`. */
export function utf16Length(bytes: Uint8Array, start: number, end: number): number {
  let units = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if ((byte & 0xc0) !== 0x80) units++;
    if (byte >= 0xf0) units++;
  }
  return units;
}
