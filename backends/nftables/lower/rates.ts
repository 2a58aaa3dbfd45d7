/**
 * Rates as nft's token buckets, which are the generic cell rate algorithm: a packet that finds its tokens takes them, and
 * any other takes none. Of packets a bucket holds `burst`; of bytes it holds what one unit of time brings and `burst`
 * besides (nft_limit_init of Linux 6.18), so that a burst smaller than that cannot be had.
 */
import type { Rate } from '../../../compiler/model/index.ts';

const UNITS = [
  ['second', 1],
  ['minute', 60],
  ['hour', 3600],
  ['day', 86_400],
  ['week', 604_800],
] as const;

const NANOSECONDS = 1_000_000_000n;
/** The kernel counts nanoseconds of tokens in 64 bits, and bursts in 32. */
const MOST_TOKENS = 2n ** 64n;
const MOST_BURST = 0xffffffff;

/** Shortest time that a bucket is kept, in milliseconds. */
const SHORTEST_TIMEOUT = 2000;

export interface Limit {
  /** `rate over 10/minute burst 5 packets` */
  readonly text: string;
  /** Milliseconds after which an untouched bucket is full, so that forgetting it changes nothing. */
  readonly refill: number;
  /** The bucket holds just what a unit of time brings, which nft can say of a named limit or in a rule only. */
  readonly isBare: boolean;
}

export interface Inexact {
  readonly message: string;
  readonly hint: string;
}

/** The limit of a rate, or why nft has none such. A burst is packets, or bytes for rates of bits and bytes. */
export function limitOf(rate: Rate, burst: number, sense: 'over' | 'up to'): Limit | Inexact {
  const isOfPackets = rate.of === 'events';
  const amount = rate.of === 'bits' ? rate.amount / 8 : rate.amount;
  const unit = UNITS.find(([, seconds]) => {
    const scaled = (amount * seconds) / rate.perSeconds;
    return Number.isSafeInteger(scaled) && scaled > 0;
  });
  const what = isOfPackets ? '' : ' bytes';
  if (!unit) {
    return {
      message: `nftables has no rate of ${amount}${what} in ${rate.perSeconds} s`,
      hint: 'Use a whole number in a second, minute, hour, day or week.',
    };
  }
  const [name, seconds] = unit;
  const each = (amount * seconds) / rate.perSeconds;
  const extra = isOfPackets ? burst : burst - each;
  if (extra < 0) {
    return {
      message: `nftables lets ${each} bytes a ${name} come at once at least, and this limit ${burst}`,
      hint: `Say \`burst ${each}B\` or more, or limit packets instead of bytes.`,
    };
  }
  const tokens = BigInt(seconds) * NANOSECONDS * BigInt(isOfPackets ? burst : each + extra);
  if (extra > MOST_BURST || (isOfPackets ? tokens / BigInt(each) : tokens) >= MOST_TOKENS || each > NANOSECONDS) {
    return { message: 'the limit is too large for nftables to count', hint: 'Use a smaller burst, or a smaller unit.' };
  }
  const over = sense === 'over' ? 'over ' : '';
  const burstText = extra === 0 ? '' : ` burst ${extra} ${isOfPackets ? 'packets' : 'bytes'}`;
  return {
    text: `rate ${over}${each}${what}/${name}${burstText}`,
    refill: Math.max(SHORTEST_TIMEOUT, Math.ceil((burst * seconds * 1000) / each) + 1000),
    isBare: extra === 0,
  };
}
