/**
 * Everything a compile reads besides the policy's own text. The compiler itself touches no file, clock or process:
 * whoever calls it hands these in, so that the same inputs always give the same bytes.
 */

export interface CalendarDate {
  readonly year: number;
  /** 1-12 */
  readonly month: number;
  readonly day: number;
}

/** 00:00 UTC of a day, in milliseconds since 1970. */
export function startOfDay({ year, month, day }: CalendarDate): number {
  return Date.UTC(year, month - 1, day);
}

/** A file that is there, but whose content cannot be had. */
export interface Unreadable {
  /** In words, to follow a colon: `permission denied`. */
  readonly reason: string;
}

export interface Inputs {
  /**
   * The bytes of a file that a policy names, or undefined if there is none. `path` is as written in the policy, made
   * relative to the folder of the policy's main file (with `/`), never absolute unless the policy wrote it so.
   */
  readonly read: (path: string) => Uint8Array | Unreadable | undefined;
  /** The text of a module of the standard library (`services` for `std.services`), or undefined. */
  readonly standard: (name: string) => string | undefined;
  /** The names of all standard modules, for "did you mean". */
  readonly standardNames: readonly string[];
  /** Today, where the user gave it (`--date`, `SOURCE_DATE_EPOCH`). A policy that needs it and lacks it is an error. */
  readonly today: CalendarDate | undefined;
}
