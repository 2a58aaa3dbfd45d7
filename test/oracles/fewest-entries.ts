/** How many value/mask entries a range needs at least: found by trying, for a few bits. */

/** The values of an entry that lies in the range and in no wider one that does; one bit each. */
type Values = bigint;

/** At least so many entries together are the values from `low` to `high`; `width` is at most 6. */
export function fewestEntries(width: number, low: number, high: number): number {
  const prime = widestEntries(width, low, high);
  let all = 0n;
  for (let value = low; value <= high; value++) all |= 1n << BigInt(value);
  const reaches = (covered: Values, left: number): boolean => {
    if (covered === all) return true;
    if (left === 0) return false;
    // The value that fewest entries have: one of these must be taken.
    let choices: readonly Values[] | undefined;
    for (let value = low; value <= high; value++) {
      if ((covered >> BigInt(value)) & 1n) continue;
      const having = prime.filter((entry) => (entry >> BigInt(value)) & 1n);
      if (choices === undefined || having.length < choices.length) choices = having;
    }
    return choices!.some((entry) => reaches(covered | entry, left - 1));
  };
  for (let count = 1; ; count++) if (reaches(0n, count)) return count;
}

function widestEntries(width: number, low: number, high: number): Values[] {
  const size = 2 ** width;
  const valuesOf = (value: number, mask: number): Values | undefined => {
    let values = 0n;
    for (let one = 0; one < size; one++) {
      if ((one & mask) !== value) continue;
      if (one < low || one > high) return undefined;
      values |= 1n << BigInt(one);
    }
    return values;
  };
  const found: Values[] = [];
  for (let mask = 0; mask < size; mask++) {
    for (let value = 0; value < size; value++) {
      const values = (value & ~mask) === 0 ? valuesOf(value, mask) : undefined;
      if (values !== undefined) found.push(values);
    }
  }
  return found.filter((values) => !found.some((other) => other !== values && (values & ~other) === 0n));
}
