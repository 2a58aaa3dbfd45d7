/** For how many entries a table is made. */

/** Room for the entries and one more, as a power of two: an update may add before it removes. */
export function sizeFor({ length }: { readonly length: number }): number {
  return 2 ** Math.ceil(Math.log2(length + 1));
}

/** The most entries of tables that are made for at most so many. */
export function mostEntries(size: number): number {
  return size === Infinity ? Infinity : 2 ** Math.floor(Math.log2(size)) - 1;
}
