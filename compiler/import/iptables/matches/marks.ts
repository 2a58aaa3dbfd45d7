/** Marks under masks: `V/M`, in decimal or hexadecimal digits. */

const WHOLE = 0xffffffff;

export interface MaskedMark {
  readonly value: number;
  readonly mask: number;
}

export function parseMark(word: string): MaskedMark | undefined {
  const [value = '', mask] = word.split('/');
  const number = (text: string): number | undefined =>
    /^(0x[\da-fA-F]{1,8}|\d{1,10})$/.test(text) && Number(text) <= WHOLE ? Number(text) : undefined;
  const [first, second] = [number(value), mask === undefined ? WHOLE : number(mask)];
  return first === undefined || second === undefined ? undefined : { value: first, mask: second };
}

export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

export function isWhole(mask: number): boolean {
  return mask >>> 0 === WHOLE;
}

/** As the language writes it. */
export function markItem({ value, mask }: MaskedMark): string {
  return isWhole(mask) ? hex(value) : `${hex(value)}/${hex(mask)}`;
}
