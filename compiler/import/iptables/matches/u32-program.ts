/** Programs of `-m u32`, as far as they look at fixed places of a header (iptables-extensions(8)). */

/** Where a place is counted from: the network header, the transport header, what TCP carries. */
export type U32Base = 'nh' | 'th' | 'ih';

/** Of the four bytes at a place, those of the mask are one of the ranges. */
export interface U32Test {
  readonly base: U32Base;
  /** In bytes. */
  readonly offset: number;
  readonly mask: number;
  readonly ranges: readonly (readonly [low: number, high: number])[];
}

/** `0>>22&0x3C@`: behind the header of IPv4; `12>>26&0x3C@` from there: behind that of TCP. */
const JUMPS: ReadonlyMap<string, U32Base> = new Map([
  ['nh 0>>22&60', 'th'],
  ['th 12>>26&60', 'ih'],
]);

const WHOLE = 0xffffffff;

/** All tests must hold; undefined: the program looks at places that it computes in another way. */
export function readU32(text: string): U32Test[] | undefined {
  const tests = text.replaceAll(/\s+/g, '').split('&&').map(readTest);
  return tests.every((test) => test !== undefined) ? tests : undefined;
}

function readTest(text: string): U32Test | undefined {
  const [location = '', values, more] = text.split('=');
  if (values === undefined || more !== undefined) return undefined;
  const steps = location.split('@').map(inDecimal);
  let base: U32Base = 'nh';
  for (const step of steps.slice(0, -1)) {
    const next: U32Base | undefined = step === undefined ? undefined : JUMPS.get(`${base} ${step}`);
    if (next === undefined) return undefined;
    base = next;
  }
  const place = readPlace(steps.at(-1) ?? '');
  const ranges = values.split(',').map(readRange);
  if (!place || !ranges.every((range) => range !== undefined)) return undefined;
  const { offset, mask, shift } = place;
  const shifted = ranges.flatMap(([low, high]) => {
    const [from, to] = [low * 2 ** shift, Math.min(high * 2 ** shift, WHOLE)];
    return from > WHOLE ? [] : [[from, to] as const];
  });
  return { base, offset, mask, ranges: shifted };
}

/** The numbers of a text in decimal digits; undefined where one is none. */
function inDecimal(text: string): string | undefined {
  const isKnown = /^((0x[\da-f]+|\d+)(>>|&|<<|$))+$/i.test(text);
  return isKnown ? text.replaceAll(/0x[\da-f]+|\d+/gi, (number) => String(Number(number))) : undefined;
}

interface Place {
  readonly offset: number;
  /** Of the four bytes as they stand. */
  readonly mask: number;
  readonly shift: number;
}

/** `OFFSET>>S&M…`; shifts to the left are not read. */
function readPlace(text: string): Place | undefined {
  const [, first, rest = ''] = /^(\d+)(.*)$/.exec(text) ?? [];
  if (first === undefined || rest.includes('<<')) return undefined;
  let [mask, shift] = [BigInt(WHOLE), 0n];
  for (const [, operator, number = '0'] of rest.matchAll(/(>>|&)(\d+)/g)) {
    if (operator === '&') mask &= BigInt(number) << shift;
    else shift += BigInt(number);
  }
  if (shift > 31n) return undefined;
  return { offset: Number(first), mask: Number((mask >> shift) << shift), shift: Number(shift) };
}

function readRange(text: string): readonly [number, number] | undefined {
  const [low = '', high = low, more] = text.split(':');
  const isNumber = (word: string): boolean => /^(0x[\da-f]{1,8}|\d{1,10})$/i.test(word) && Number(word) <= WHOLE;
  return more === undefined && isNumber(low) && isNumber(high) && Number(low) <= Number(high)
    ? [Number(low), Number(high)]
    : undefined;
}
