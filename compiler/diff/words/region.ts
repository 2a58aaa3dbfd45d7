/** A region in the policies' own names: `uplink → users.room, tcp/22`. */
import type { StageId } from '../../4-program/program.ts';
import type { IntervalSet } from '../../net/interval-set.ts';
import type { Interfaces } from '../interfaces.ts';
import type { Part, Region } from '../regions.ts';
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import { bitsOf, isAddress } from '../space.ts';
import type { Names } from './names.ts';
import { answerText } from './questions.ts';
import { addressesText, haveAllPorts, numbersText, servicesText } from './values.ts';
import { zonesText } from './zones.ts';

export interface RegionPlace {
  readonly id: StageId;
  readonly interfaces: Interfaces;
  readonly names: Names;
  /** States of packets that rules of this stage are asked about; undefined: of all. */
  readonly usualStates: IntervalSet | undefined;
}

/** What is said of a region besides the two ends and the service. */
const NO_DETAIL = new Set(['in', 'out', 'source/real', 'destination/real', 'service/real']);

export function regionText({ parts }: Region, place: RegionPlace): string {
  const from = endText(parts, 'in', 'source/real', place);
  const to = endText(parts, 'out', 'destination/real', place);
  const [first] = parts;
  const service = first!.sets.get('service/real');
  const details = [
    ...familyText(parts),
    ...(service ? [servicesText(service, place.names)] : []),
    ...detailsOf(first!, place),
  ];
  return [`${from} → ${to}`, ...details].join(', ');
}

/** Said only where no address says so. */
function familyText(parts: readonly Part[]): readonly string[] {
  if (parts.length > 1) return [];
  const { sets, family } = parts[0]!;
  return sets.has('source/real') || sets.has('destination/real') ? [] : [`IPv${family}`];
}

function endText(parts: readonly Part[], zones: 'in' | 'out', end: string, place: RegionPlace): string {
  const numbers = parts[0]!.sets.get(zones);
  const where = numbers ? [zonesText(numbers, place.interfaces)] : [];
  const addresses = new Set(
    parts.flatMap(({ sets, family }) => {
      const set = sets.get(end);
      if (set) return [addressesText(set, family, place.names)];
      return parts.some((part) => part.sets.has(end)) ? [`any IPv${family}`] : [];
    }),
  );
  const text = [...where, ...(addresses.size > 0 ? [[...addresses].join(', ')] : [])].join(' ');
  return text === '' ? 'any' : text;
}

function detailsOf({ sets, rows, family }: Part, { usualStates }: RegionPlace): readonly string[] {
  const texts: string[] = [];
  const service = sets.get('service/real');
  if (usualStates && !sets.has('state')) texts.push('every packet');
  for (const [key, set] of sets) {
    if (NO_DETAIL.has(key) || (key === 'state' && usualStates?.equals(set))) continue;
    if (key.startsWith('has ')) {
      // Ports of TCP go without saying where only packets with ports are meant.
      if (!(set.contains(1) && haveAllPorts(service))) {
        texts.push(`${set.contains(1) ? 'with' : 'without'} ${key.slice(4)}`);
      }
    } else if (bitsOf(key, set.width, family)) texts.push(maskedText(key, set, family));
    else if (isEnd(key)) texts.push(`${key.split('/').toReversed().join(' ')} ${addressesLiteral(set)}`);
    else if (isAnswer(key, set)) texts.push(answerText(key, set.contains(1)));
    else texts.push(numbersText(key, set));
  }
  for (const { found, numbers } of rows.values()) {
    const { table, key } = found;
    const columns = key.map(({ column }) => column).join(', ');
    texts.push(`${numbers.contains(0) ? 'no row' : 'a row'} of ${table.name} by ${columns}`);
  }
  return texts;
}

/** `mark 0x5/0xff`, `destination ::1/::ffff` */
function maskedText(key: string, set: IntervalSet, family: 4 | 6): string {
  const { field = key, shift = 0 } = bitsOf(key, set.width, family) ?? {};
  const mask = ((1n << BigInt(set.width)) - 1n) << BigInt(shift);
  const text = (value: bigint) => {
    if (!isAddress(field)) return `0x${value.toString(16)}`;
    return family === 4 ? formatIpv4(Number(value)) : formatIpv6(value);
  };
  const isMost = set.size() > 1n << BigInt(set.width - 1);
  const told = isMost ? set.complement() : set;
  const values = [...told.bigintIntervals()].slice(0, MOST_MASKED).map(([low, high]) => {
    const [first, last] = [low << BigInt(shift), high << BigInt(shift)];
    return first === last ? text(first) : `${text(first)}-${text(last)}`;
  });
  const more = told.intervalCount - values.length;
  const list = `${values.map((value) => `${value}/${text(mask)}`).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return `${field.replace('/real', '')} ${isMost ? 'any but ' : ''}${list}`;
}

const MOST_MASKED = 4;

function isEnd(key: string): boolean {
  return /^(source|destination)\/(original|on wire)$/.test(key);
}

function addressesLiteral(set: IntervalSet): string {
  return addressesText(set, set.width === 32 ? 4 : 6, NO_NAMES);
}

const NO_NAMES = {
  addresses: (rest: IntervalSet) => ({ names: [], rest }),
  services: (rest: IntervalSet) => ({ names: [], rest }),
};

/** Whether a dimension is the answer to a question that no field gives: yes or no. */
function isAnswer(key: string, { width }: IntervalSet): boolean {
  return key.startsWith('{') || width === 1;
}

/** How many hosts the region's narrower end has: `5,300 hosts`; undefined: no end is told. */
export function sizeText({ parts }: Region): string | undefined {
  const texts = parts.flatMap(({ sets, family }) => {
    const ends = ['source/real', 'destination/real'].flatMap((end) => sets.get(end) ?? []);
    const [least] = ends.toSorted((a, b) => (a.size() < b.size() ? -1 : 1));
    const size = least?.size() ?? 0n;
    // Nearly everybody is no number to tell.
    if (size === 0n || size > 1n << BigInt(family === 4 ? 31 : 127)) return [];
    if (size > 1n << 64n) return [`${count(size >> 64n)} IPv6 /64`];
    return [`${count(size)} ${family === 6 && parts.length > 1 ? 'IPv6 ' : ''}${size === 1n ? 'host' : 'hosts'}`];
  });
  return texts.length > 0 ? texts.join(', ') : undefined;
}

function count(value: bigint): string {
  return value.toLocaleString('en');
}
