/**
 * What `tc -s class show` lists, and of policers `tc -s actions list`. It is text with `-j`, too, for iproute2 6.1 has no other words
 * for HTB's classes.
 */
import type { ClassTraffic } from '../../compiler/plane.ts';

const LISTED =
  /^class \w+ ([0-9a-f]+):([0-9a-f]+) .*\n Sent (\d+) bytes (\d+) pkt \(dropped (\d+),.*\n backlog (\d+)([KMG]?)b (\d+)p/gm;
/** What a policer has dropped is among what it counts as sent, and its bytes stay there. */
const POLICER = /\bpolice 0x([0-9a-f]+) .*\n(?:.*\n){1,3}?\s*Sent (\d+) bytes (\d+) pkt \(dropped (\d+),/g;
const UNITS = new Map([
  ['K', 2 ** 10],
  ['M', 2 ** 20],
  ['G', 2 ** 30],
]);

/** By the classes' numbers; undefined: the text is no such list. */
export function readClasses(text: string): ReadonlyMap<number, ClassTraffic> | undefined {
  const classes = new Map<number, ClassTraffic>();
  for (const [, major = '', minor = '', ...counts] of text.matchAll(LISTED)) {
    const [bytes, packets, dropped, waiting, unit = '', packetsWaiting] = counts;
    classes.set(Number.parseInt(major, 16) * 0x10000 + Number.parseInt(minor, 16), {
      bytes: Number(bytes),
      packets: Number(packets),
      dropped: Number(dropped),
      bytesWaiting: Number(waiting) * (UNITS.get(unit) ?? 1),
      packetsWaiting: Number(packetsWaiting),
    });
  }
  for (const [, number = '', ...counts] of text.matchAll(POLICER)) {
    const [bytes = 0, packets = 0, dropped = 0] = counts.map(Number);
    const waiting = { bytesWaiting: 0, packetsWaiting: 0 };
    classes.set(Number.parseInt(number, 16), { bytes, packets: packets - dropped, dropped, ...waiting });
  }
  return classes.size > 0 ? classes : undefined;
}
