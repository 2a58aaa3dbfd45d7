/** What was seen to happen to a packet, as a test lab reports it, to be held against what may happen. */

export interface SeenLeaving {
  /** Name of the interface. */
  readonly out: string;
  /** The layer 3 packet. */
  readonly bytes: Uint8Array;
  readonly mark?: number | undefined;
}

export interface SeenDelivered {
  readonly bytes: Uint8Array;
  /** Name of the socket that got it, where that is known. */
  readonly socket?: string | undefined;
  readonly mark?: number | undefined;
}

export interface Observation {
  /** In the order in which they left. */
  readonly leaving: readonly SeenLeaving[];
  readonly delivered: readonly SeenDelivered[];
}
