/** Flags of TCP by their names, as tcpdump and nft have them. */
import type { Matches } from './matches.ts';

/** From the lowest bit (RFC 9293, section 3.1; nft's names). */
const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ecn', 'cwr'];

/** Packets of which the flags in `mask` are as in `value`. nft can say so only of TCP: it has no complement of its own. */
export function tcpFlagsMatch(mask: number, value: number): Matches {
  const asked = flagsText(mask);
  const left = `tcp flags & ${asked.includes('|') ? `(${asked})` : asked} ==`;
  return { matches: [{ left, operator: '==', right: flagsText(value) }], invertible: false };
}

function flagsText(bits: number): string {
  const names = FLAGS.filter((_name, bit) => (bits >> bit) & 1);
  return names.length === 0 ? '0x0' : names.join(' | ');
}
