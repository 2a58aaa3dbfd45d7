/** Rates, bursts and turns of HTB's classes. */
import type { Shape } from '../../compiler/model/index.ts';

/** How late the kernel may look at a queue again: a tick of its slowest usual timer is 4 ms, of its usual one for routers 1 ms. */
const LATENESS = 0.001;
/** Bytes of a frame of an Ethernet. */
const FRAME = 1514;
/** More in one turn than the kernel takes for sensible: it says so in its log from 200,000 on. */
const LONGEST_TURN = 60_000;
/** A class may send for this long of what it is guaranteed when it is its turn to borrow. Seconds. */
const TURN = 0.01;

/** What there is in a class that is guaranteed nothing: so little that all of them together count for nothing. Bits a second. */
const LEAST_RATE = { lowest: 64, highest: 8000, part: 2 ** -20 };

/**
 * HTB guarantees every class something. Of classes without a guarantee it is this, of `link` bits a second; it does not hang on
 * how many they are, so that one more of them changes no other.
 */
export function leastRate(link: number): number {
  return Math.min(LEAST_RATE.highest, Math.max(LEAST_RATE.lowest, Math.floor(link * LEAST_RATE.part)));
}

/** Bytes that may go at once so that the rate is reached all the same when the timer is late; at least two frames. */
export function burstFor(bits: number): number {
  return Math.max(2 * FRAME, Math.ceil((bits / 8) * LATENESS) + FRAME);
}

/** Senders hand packets of up to 64 KiB to the kernel, of which a policer lets through all or nothing; two may come at once. */
const AGGREGATES = 2 * 65_536;
/** TCP needs as long as this of the rate at once to reach it where what is too much is lost. Seconds; see test/vm/rates.test.ts. */
const SAWTOOTH = 0.25;

/** Bytes that a policer lets through at once. */
export function policedBurst(bits: number): number {
  return Math.max(AGGREGATES, Math.ceil((bits / 8) * SAWTOOTH));
}

/** Bytes of one turn among those that borrow: in proportion to what classes are guaranteed, at least a frame. */
export function turnOf(bits: number): number {
  return Math.min(LONGEST_TURN, Math.max(FRAME, Math.round((bits / 8) * TURN)));
}

/** `5mbit`: whole bits a second, rounded down, so that no ceiling is exceeded. */
export function rateText(bits: number): string {
  const whole = Math.max(8, Math.floor(bits));
  for (const [unit, size] of [
    ['gbit', 1e9],
    ['mbit', 1e6],
    ['kbit', 1e3],
  ] as const) {
    if (whole % size === 0) return `${whole / size}${unit}`;
  }
  return `${whole}bit`;
}

/** What the link makes of a frame, as HTB's classes are told; nothing where it is as the kernel counts it. */
export function linkOptions({ link, overhead }: Pick<Shape, 'link' | 'overhead'>): string {
  const added = overhead > 0 ? ` overhead ${overhead}` : '';
  if (link === 'atm') return `${added} linklayer atm`;
  return link === 'docsis' ? `${added} mpu ${DOCSIS_FRAME}` : added;
}

/** What the link makes of a frame, as policers are told: where frames come in, the kernel no longer counts the Ethernet header. */
export function countedOptions({ link, overhead }: Pick<Shape, 'link' | 'overhead'>): string {
  return linkOptions({ link, overhead: overhead + ETHERNET_HEADER });
}

/** Bytes that a frame counts for at least on a cable. */
export const DOCSIS_FRAME = 64;
/** Bytes of the header that the kernel counts in a frame where it leaves, and neither cake nor a policer does. */
export const ETHERNET_HEADER = 14;
