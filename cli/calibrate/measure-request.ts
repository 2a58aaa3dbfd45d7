/** What the process that measures is asked, and what it answers. */

export interface MeasureRequest {
  /** What nft loads without a step, and with each. */
  readonly empty: string;
  readonly texts: readonly string[];
  readonly rounds: number;
  /** Of each rule set in a round; the least counts. */
  readonly runs: number;
  /** Of a run. */
  readonly packets: number;
  /** Where packets are sent. */
  readonly addresses: readonly string[];
}

/** Nanoseconds of a packet, for each text: in the empty rule set just before, and in it. */
export interface MeasuredPackets {
  readonly rounds: readonly { readonly empty: readonly number[]; readonly whole: readonly number[] }[];
}
