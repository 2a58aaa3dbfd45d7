/** Pairs of overlapping rows as a search finds them. */

/**
 * Collects pairs. The second row of a pair counts as dropped: a search goes on as if it were not there, so that it meets
 * each row as a second one once at most, and the rows that are left do not overlap.
 */
export class OverlapReport {
  readonly #pairs: [number, number][] = [];
  readonly #dropped: Uint8Array;
  readonly #limit: number;

  constructor(rowCount: number, limit: number) {
    this.#dropped = new Uint8Array(rowCount);
    this.#limit = limit;
  }

  /** Notes that `dropped` overlaps `kept`, which goes on being compared with others. */
  add(kept: number, dropped: number): void {
    this.#dropped[dropped] = 1;
    if (!this.isComplete()) {
      this.#pairs.push(kept < dropped ? [kept, dropped] : [dropped, kept]);
    }
  }

  isDropped(row: number): boolean {
    return this.#dropped[row] === 1;
  }

  /** Whether as many pairs were found as were asked for. */
  isComplete(): boolean {
    return this.#pairs.length >= this.#limit;
  }

  /** The pairs, by their smaller row and then by their greater one. */
  pairs(): [number, number][] {
    return this.#pairs.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  }
}
