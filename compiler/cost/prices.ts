/**
 * What a plane's steps cost a packet, in nanoseconds of one machine, for comparing plans with each other.
 * `copies` is how many chains or tables of a kind there are, any of which the next packet may need: more of them than the
 * processor's caches hold are slow to reach.
 */
export interface Prices {
  /** Whether their sums are about what packets take; if not, they only say which plan is to be chosen, and nobody is shown them. */
  readonly tellTime: boolean;
  /** A rule of a list that its first match refuses. */
  readonly rule: number;
  /** Each further match, and each statement. */
  readonly match: number;
  /** Reaching one of so many things of memory, such as chains or rules, in no order. */
  readonly reach: (things: number) => number;
  /** Entering one of so many chains and coming back. */
  readonly chain: (copies: number) => number;
  /** A lookup of a whole value, or of its upper bits, among so many. */
  readonly hash: (elements: number, copies: number) => number;
  /** A lookup among so many intervals of one field. */
  readonly interval: (intervals: number, copies: number) => number;
  /** A lookup among so many elements of several fields, one of them an interval; `bytes`: of all of the fields. */
  readonly concatenatedInterval: (elements: number, copies: number, bytes: number) => number;
}

/** What prices are made of, by name: nanoseconds. Every price is a sum of multiples of them. */
export type Constants = Readonly<Record<string, number>>;
