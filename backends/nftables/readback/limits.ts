/** Token buckets, and times. */
import type { Limit } from '../../../compiler/proof/machine/form.ts';
import { Misread } from './misread.ts';
import type { Tokens } from './tokens.ts';

const SECONDS: ReadonlyMap<string, number> = new Map([
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
  ['week', 604_800],
]);

/** What follows `limit`: `rate over 10/minute burst 5 packets`, `rate 1000 bytes/second burst 500 bytes`. */
export function limitOf(tokens: Tokens): Limit {
  tokens.expect('rate');
  const over = tokens.take('over');
  const first = tokens.next();
  const isOfBytes = !first.includes('/');
  const [amount, unit, ...more] = (isOfBytes ? `${first}${tokens.next().replace(/^bytes/, '')}` : first).split('/');
  const perSeconds = SECONDS.get(unit ?? '');
  if (perSeconds === undefined || more.length > 0 || !/^\d+$/.test(amount!)) {
    throw new Misread('a rate that is not known');
  }
  const of = isOfBytes ? 'bytes' : 'packets';
  let burst: number | undefined;
  if (tokens.take('burst')) {
    burst = tokens.number();
    tokens.expect(of);
  }
  return { over, amount: Number(amount), perSeconds, of, burst };
}

const MILLISECONDS: ReadonlyMap<string, number> = new Map([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
]);

/** `1h30m` in milliseconds. */
export function durationOf(text: string): number {
  if (!/^(\d+(d|h|ms|m|s))+$/.test(text)) throw new Misread(`\`${text}\` where a time was expected`);
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(d|h|ms|m|s)/g)) sum += Number(amount) * MILLISECONDS.get(unit!)!;
  return sum;
}
