/** What rules that were read back do, in words. */
import type { Family, StageId } from '../../4-program/program.ts';
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import { ACCEPT, DROP, SAME } from '../../proof/machine/outcomes.ts';
import { GOES_ON } from './outcomes.ts';

/** What is said of a thing: the words for nothing, and for what happens to it. */
type Words = readonly [nothing: string, something: (text: string) => string];

const THINGS: readonly (readonly [beginning: string, words: Words])[] = [
  ['counter ', ['not counted', () => 'counted']],
  ['counters of rows', ['not counted', (text) => text.replace(/^counts /, 'counted as ')]],
  ['limit ', ['not asked', () => 'asked']],
  ['log', ['not logged', (text) => `logged ${text}`]],
];
const OTHER: Words = ['nothing', (text) => text];

/**
 * `thing`: what something happens to; undefined: the packet itself, which is decided about. `text`: what, as the proof has
 * it; `family`: of the packets.
 */
export function doneText(thing: string | undefined, text: string, id: StageId, family: Family): string {
  if (thing === undefined) return decisionText(text, id, family);
  const [, [nothing, something]] = THINGS.find(([beginning]) => thing.startsWith(beginning)) ?? ['', OTHER];
  return text === '' ? nothing : something(text);
}

function decisionText(text: string, id: StageId, family: Family): string {
  if (text === '' || text === ACCEPT) return GOES_ON[id] ?? 'passed';
  if (text === DROP) return 'dropped';
  const [, verb, ends, host, ports, flags] = TRANSLATION.exec(text) ?? [];
  if (verb === undefined) return text.replace(/^reject /, 'rejected ');
  const port = ports === SAME ? '' : ` port ${rangeText(ports!, String)}`;
  const address = rangeText(ends!, (value) => (family === 4 ? formatIpv4(Number(value)) : formatIpv6(value)));
  return `sent ${verb === 'snat' ? 'as' : 'to'} ${address}${host ?? ''}${port}${flags}`;
}

/** `snat to 3221225985-3221225985 port same` */
const TRANSLATION = /^(snat|dnat) to (\d+-\d+)(, host by host)? port (\S+)(.*)$/;

function rangeText(range: string, text: (value: bigint) => string): string {
  const [low, high] = range.split('-').map((end) => text(BigInt(end)));
  return low === high ? low! : `${low}-${high}`;
}
