/** For how many entries a table is made. */

/** Room for the entries and one more, as a power of two: an update may add before it removes. */
export function sizeFor({ length }: { readonly length: number }): number {
  return 2 ** Math.ceil(Math.log2(length + 1));
}
