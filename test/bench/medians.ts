/** What several rounds of a measurement come to. */

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Median of the ratios, round by round: what slows the machine slows both. */
export function ratioOf(costs: readonly number[], base: readonly number[]): number {
  return median(costs.map((cost, round) => cost / base[round]!));
}
