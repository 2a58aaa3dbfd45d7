/** What the thread that draws progress shares with the one that works. */

/** Nobody draws. */
export const IDLE = 0;
/** The drawing thread writes to the terminal; the other waits. */
export const DRAWING = 1;
/** Nothing may be drawn any more. */
export const STOPPED = 2;

export interface ProgressData {
  /** One of the states above, then 1 once a line stands on the terminal. */
  readonly state: Int32Array;
  /** The terminal's width in characters. */
  readonly columns: number;
}
