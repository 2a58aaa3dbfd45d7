/** What happens to things, in words, and what two events one after the other come to. */

/** Between events of one thing. */
const THEN = '; then ';
/** How events begin that may change places. */
export const COUNTS = 'counts ';
/** A DSCP becomes the number. */
const IS_DSCP = /^\d+$/;
/** A memory was looked into. */
export const LOOKED = 'looked';

/** `mark & KEEP | VALUE` */
export function markEvent(keep: number, value: number): string {
  return `mark & ${(keep & ~value) >>> 0} | ${value >>> 0}`;
}

/** Of marks and DSCP only what they come to counts; counters count in any order; all else is a list. */
export function joinedEvents(first: string, second: string): string {
  if (first === LOOKED && second === LOOKED) return LOOKED;
  const events = [first, second].flatMap((text) => text.split(THEN));
  if (events.every((event) => event.startsWith(COUNTS))) return events.toSorted().join(THEN);
  // Nothing is left of what a mark or a DSCP was before it becomes another.
  if (second.startsWith('mark & 0 |') || IS_DSCP.test(second)) return second;
  const [a, b] = [first, second].map(markSetBy);
  return a && b ? markEvent(a.keep & b.keep, (a.value & b.keep) | b.value) : events.join(THEN);
}

/** What `markEvent` has put into words; undefined for other events. */
export function markSetBy(event: string): { readonly keep: number; readonly value: number } | undefined {
  const [, keep, value] = /^mark & (\d+) \| (\d+)$/.exec(event) ?? [];
  return keep === undefined ? undefined : { keep: Number(keep), value: Number(value) };
}

/** The number that a DSCP becomes; undefined for other events. */
export function dscpSetBy(event: string): number | undefined {
  return IS_DSCP.test(event) ? Number(event) : undefined;
}

/** An event of the mark without what it does to these bits, if it leaves them 0; undefined: nothing is left of it. */
export function markOutside(bits: number, event: string): string | undefined {
  const set = markSetBy(event);
  if (!set || (set.value & bits) !== 0) return event;
  const keep = (set.keep | bits) >>> 0;
  return keep === 0xffffffff ? undefined : markEvent(keep, set.value);
}
