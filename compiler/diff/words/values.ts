/** Sets of a field's values, as a policy would write them. */
import { protocolName } from '../../model/protocols.ts';
import { FLOW_STATES, PROTOCOLS_WITH_PORTS, TCP_FLAGS } from '../../model/fields.ts';
import { formatMac } from '../../net/address.ts';
import { formatInterval } from '../../net/address-set.ts';
import type { IntervalSet } from '../../net/interval-set.ts';
import { BEGINNING_FLAGS } from '../stage-meaning.ts';
import type { Names, Spelled } from './names.ts';

/** What is known by names. */
type Spelling = Pick<Names, 'addresses' | 'services'>;

/** So many intervals of a set are written out. */
const MOST_SHOWN = 4;
const PORT_BITS = 16;
const MOST_PORT = 0xffff;

export function addressesText(set: IntervalSet, family: 4 | 6, names: Spelling): string {
  const literal = (one: IntervalSet) => intervals(one, (index) => formatInterval(one, index));
  return spelled(set, (one) => names.addresses(one, family), literal);
}

export function servicesText(set: IntervalSet, names: Spelling): string {
  return spelled(set, (one) => names.services(one), servicesLiteral);
}

/** The names, and what is left over; or what it is not, where that is shorter. */
function spelled(
  set: IntervalSet,
  spell: (set: IntervalSet) => Spelled,
  literal: (set: IntervalSet) => string,
): string {
  const isMost = set.size() > 1n << BigInt(set.width - 1);
  const [one, isWithout] = isMost ? [set.complement(), true] : [set, false];
  const { names, rest } = spell(one);
  const text = [...names, ...(rest.isEmpty() ? [] : [literal(rest)])].join(', ');
  return isWithout ? `any but ${text}` : text;
}

function intervals(set: IntervalSet, textAt: (index: number) => string): string {
  const shown = Array.from({ length: Math.min(MOST_SHOWN, set.intervalCount) }, (_, index) => textAt(index));
  const more = set.intervalCount - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more.toLocaleString('en')} more`;
}

/** `tcp/22`, `udp`, `tcp/1024-65535`; runs of protocols are told by their numbers. */
function servicesLiteral(set: IntervalSet): string {
  const texts: string[] = [];
  for (const [low, high] of set.numberIntervals()) {
    let from = low;
    while (from <= high) {
      const [protocol, port] = [from >>> PORT_BITS, from & MOST_PORT];
      const last = high >>> PORT_BITS;
      if (port === 0 && (last > protocol || (high & MOST_PORT) === MOST_PORT)) {
        const end = (high & MOST_PORT) === MOST_PORT ? last : last - 1;
        texts.push(end - protocol > 3 ? `proto ${protocol}-${end}` : namesFrom(protocol, end));
        from = (end + 1) << PORT_BITS;
      } else {
        const to = last > protocol ? MOST_PORT : high & MOST_PORT;
        texts.push(`${protocolName(protocol)}/${port === to ? port : `${port}-${to}`}`);
        from = (protocol << PORT_BITS) + to + 1;
      }
    }
  }
  const more = texts.length - 2 * MOST_SHOWN;
  return more > 0 ? `${texts.slice(0, 2 * MOST_SHOWN).join(', ')} and ${more} more` : texts.join(', ');
}

function namesFrom(first: number, last: number): string {
  return Array.from({ length: last - first + 1 }, (_, at) => protocolName(first + at)).join(', ');
}

/** Whether all of the services are of protocols with ports, so that what is said of ports makes sense. */
export function haveAllPorts(services: IntervalSet | undefined): boolean {
  if (!services) return false;
  return [...services.numberIntervals()].every(
    ([low, high]) =>
      isWithPorts(low >>> PORT_BITS) && isWithPorts(high >>> PORT_BITS) && high >>> PORT_BITS === low >>> PORT_BITS,
  );
}

function isWithPorts(protocol: number): boolean {
  return (PROTOCOLS_WITH_PORTS as readonly number[]).includes(protocol);
}

/** `length 0-60`, `tcp flags syn`; any other field by its name and numbers. */
export function numbersText(field: string, set: IntervalSet): string {
  if (field === 'state') return `state ${intervalsOf(set, (value) => FLOW_STATES[value] ?? String(value), ' or ')}`;
  if (field === 'fragment') return intervalsOf(set, (value) => FRAGMENTS[value] ?? String(value), ' or ');
  if (field === 'tcp flags' && set.equals(BEGINNING_FLAGS)) return 'beginning a flow';
  if (field === 'tcp flags' && set.equals(BEGINNING_FLAGS.complement())) return 'in the middle of a flow';
  if (field === 'tcp flags') return `tcp flags ${complemented(set, (one) => intervalsOf(one, flagsText, ' or '))}`;
  if (field === 'icmp4' || field === 'icmp6') return `${field} ${complemented(set, icmpText)}`;
  if (field === 'source mac') return `mac ${intervals(set, (index) => formatMac(BigInt(set.lowAt(index))))}`;
  const [name = '', view] = field.split('/');
  const where = view === undefined || view === 'real' ? '' : `${view} `;
  const label = name.endsWith(' port')
    ? `${name.startsWith('source') ? 'from' : 'to'} ${where}port`
    : `${where}${name}`;
  return `${label} ${complemented(set, (one) => intervals(one, (index) => rangeText(one, index)))}`;
}

const FRAGMENTS = ['no fragment', 'a first fragment', 'a later fragment'];

function complemented(set: IntervalSet, text: (set: IntervalSet) => string): string {
  return set.size() > 1n << BigInt(set.width - 1) ? `any but ${text(set.complement())}` : text(set);
}

function rangeText(set: IntervalSet, index: number): string {
  const [low, high] = [set.lowAt(index), set.highAt(index)];
  return low === high ? `${low}` : `${low}-${high}`;
}

function intervalsOf(set: IntervalSet, text: (value: number) => string, or: string): string {
  if (set.size() > 8n) return intervals(set, (index) => rangeText(set, index));
  return [...set.values()].map((value) => text(Number(value))).join(or);
}

function flagsText(flags: number): string {
  const names = Object.entries(TCP_FLAGS).flatMap(([name, bit]) => ((flags & bit) === 0 ? [] : [name]));
  return names.join('+') || 'none';
}

/** A type with all of its codes has the type's number alone. */
function icmpText(set: IntervalSet): string {
  return intervals(set, (index) => {
    const [low, high] = [Number(set.lowAt(index)), Number(set.highAt(index))];
    const [first, last] = [low >>> 8, high >>> 8];
    const isOfTypes = (low & 0xff) === 0 && (high & 0xff) === 0xff;
    if (isOfTypes) return first === last ? `${first}` : `${first}-${last}`;
    return low === high ? `${first}/${low & 0xff}` : `${first}/${low & 0xff}-${last}/${high & 0xff}`;
  });
}
