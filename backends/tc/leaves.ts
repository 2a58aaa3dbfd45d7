/** Queues below classes, and cake by itself. */
import type { Leaf, Policy, Shape } from '../../compiler/model/index.ts';
import { bitsOf } from '../../compiler/model/shape-classes.ts';
import { DOCSIS_FRAME, ETHERNET_HEADER, rateText } from './rates.ts';

/** A class's own queue: which one, how long packets are to wait at most (milliseconds), and its ceiling (bits a second). */
export interface LeafWish {
  readonly leaf: Leaf | undefined;
  readonly latency: number | undefined;
  readonly ecn: boolean | undefined;
  readonly ceiling: number;
}

/**
 * CoDel's interval is the time in which a sender answers: its target is a twentieth of that (RFC 8289, 4.2 and 4.3), as
 * cake's `rtt` has it, too.
 */
const ANSWERS = 20;

/** Kind and options of the queue; undefined: the one that HTB makes itself, packets in order. */
export function leafText({ leaf, latency, ecn, ceiling }: LeafWish): string | undefined {
  switch (leaf) {
    case undefined:
      return latency === undefined ? undefined : fqCodel(latency, ecn);
    case 'pfifo':
      return latency === undefined ? undefined : `bfifo limit ${Math.ceil((ceiling / 8) * (latency / 1000))}`;
    case 'fq_codel':
      return fqCodel(latency, ecn);
    case 'cake':
      return `cake unlimited besteffort${latency === undefined ? '' : ` rtt ${latency * ANSWERS}ms`}`;
    case 'sfq':
    case 'fq':
      return leaf;
  }
}

function fqCodel(latency: number | undefined, ecn: boolean | undefined): string {
  const times = latency === undefined ? '' : ` target ${latency}ms interval ${latency * ANSWERS}ms`;
  return `fq_codel${times}${ecn === undefined ? '' : ecn ? ' ecn' : ' noecn'}`;
}

/**
 * A link that all share alike: cake shapes and shares by itself, hosts first and then the flows of each. Behind a translation it
 * asks the kernel whose packets they were.
 */
export function cakeText({ direction, rate, link, overhead }: Shape, { nat }: Policy): string {
  const hosts = nat ? 'triple-isolate nat' : 'triple-isolate';
  const cells = link === 'atm' ? 'atm' : 'noatm';
  const least = link === 'docsis' ? ` mpu ${DOCSIS_FRAME}` : '';
  const added = overhead > 0 || link !== 'ethernet' ? ` overhead ${overhead + ETHERNET_HEADER}${least} ${cells}` : '';
  // What is dropped behind a link has gone through it all the same.
  const side = direction === 'ingress' ? ' ingress' : '';
  return `cake bandwidth ${rateText(bitsOf(rate)!)} besteffort ${hosts}${side}${added}`;
}
