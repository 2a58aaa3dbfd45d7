/** Sizes of the program's own (sockets.h), which no policy changes. */

/** Of `struct socket_key`, whose name ends with a zero. */
export const BYTES_OF_NAME = 56;
export const MOST_BYTES_OF_NAME = BYTES_OF_NAME - 1;
export const BYTES_OF_KEY = BYTES_OF_NAME + 8;

/** Of `struct rule`, and of `struct socket_limit` (socket-limits.h). */
export const BYTES_OF_RULE = 16;
export const BYTES_OF_SOCKET_LIMIT = 48;

/** Of one name: `KINDS`. */
export const KINDS: readonly { readonly protocol: number; readonly family: 4 | 6 }[] = [
  { protocol: 6, family: 4 },
  { protocol: 6, family: 6 },
  { protocol: 17, family: 4 },
  { protocol: 17, family: 6 },
];

/** A quarter of `MOST_SOCKETS` names have all kinds; half of that stays for names that earlier policies had. */
export const MOST_NAMES = 2048;
