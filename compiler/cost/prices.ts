/** What a plane's steps cost a packet, in nanoseconds: measured on one machine, for comparing plans with each other. */
export interface Prices {
  /** A rule of a list that its first match refuses. */
  readonly rule: number;
  /** Each further match, and each statement. */
  readonly match: number;
  /** Entering a chain and coming back. */
  readonly chain: number;
  /** A lookup of a whole value, or of its upper bits, among so many. */
  readonly hash: (elements: number) => number;
  /** A lookup among so many intervals of one field. */
  readonly interval: (intervals: number) => number;
  /** A lookup among so many elements of several fields, one of them an interval. */
  readonly concatenatedInterval: (elements: number) => number;
}
