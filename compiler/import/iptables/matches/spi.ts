/** Ranges of numbers with a colon, as `--espspi 256:511` has them. */
export function spiRange(word: string): string | undefined {
  const [low = '', high = low, more] = word.split(':');
  const number = (text: string): number | undefined =>
    /^(0x[\da-f]{1,8}|\d{1,10})$/i.test(text) && Number(text) <= 0xffffffff ? Number(text) : undefined;
  const [first, last] = [low === '' ? 0 : number(low), high === '' ? 0xffffffff : number(high)];
  if (more !== undefined || first === undefined || last === undefined || first > last) return undefined;
  return first === last ? String(first) : `${first}-${last}`;
}
