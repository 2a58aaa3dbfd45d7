/**
 * Atoms as nft matches. A match of a field that a packet lacks breaks off the rule, which is what a positive atom wants.
 * A negated atom must hold then: only for fields that every packet of the rule's family has may it be written `!=`;
 * the others are turned round (`…  return` in a chain of the rule's own) by whoever asks.
 */
import type { Atom, AtomTest, Family, FamilyAddressTest } from '../../../compiler/4-program/program.ts';
import type { Origin } from '../../../compiler/model/index.ts';
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { Context } from './context.ts';
import { duringMatch } from './during.ts';
import { zoneMatch } from './interfaces.ts';
import { countedAgain } from './hits.ts';
import { keyExpression } from './keys.ts';
import { memorySet } from './memories.ts';
import { numberMatch, portsPresent } from './numbers.ts';
import { opaqueText } from './opaque.ts';
import { sameFieldMatch } from './same-field.ts';
import { tcpFlagsMatch } from './tcp-flags.ts';
import { prefixMask } from './prefix-mask.ts';
import { addressValues, blockSet } from './values.ts';
import { zoneAddressMatch } from './zone-addresses.ts';

/** What is known where an atom is matched. */
export interface MatchPlace {
  readonly context: Context;
  readonly family: Family | undefined;
  readonly origin: Origin;
  /** Protocols that the rule's other atoms leave; undefined: any. */
  readonly protocols: IntervalSet | undefined;
  /** Names of the zones that the rule's other atoms leave as ways in and out; undefined: any. */
  readonly ways: { readonly in?: readonly string[] | undefined; readonly out?: readonly string[] | undefined };
}

/** The matches of the positive atom, and whether `!=` in the (single) match gives its exact complement. */
export interface Matches {
  readonly matches: readonly Match[];
  /** Further lists, of which any will do in place of the first. */
  readonly others?: readonly (readonly Match[])[];
  /** One list in place of the first and the others, but where all matches of one of the exceptions hold. */
  readonly inOne?: { readonly matches: readonly Match[]; readonly except: readonly (readonly Match[])[] };
  readonly invertible: boolean;
}

export interface Match {
  readonly left: string;
  /** `==` is not written. */
  readonly operator: '==' | '!=' | '<' | '>=';
  readonly right: string;
}

export function matchText(match: Match): string {
  if (match.right === '') return match.left;
  return match.operator === '==' ? `${match.left} ${match.right}` : `${match.left} ${match.operator} ${match.right}`;
}

export function inverted(match: Match): Match {
  if (match.operator === '<') return { ...match, operator: '>=' };
  if (match.operator === '>=') return { ...match, operator: '<' };
  return { ...match, operator: match.operator === '==' ? '!=' : '==' };
}

/** Protocols whose payload a policy can look into. */
const WITH_PAYLOAD = IntervalSet.fromIntervals(8, [
  [6, 6],
  [17, 17],
]);

type Matcher<Kind extends AtomTest['kind']> = (test: Extract<AtomTest, { kind: Kind }>, place: MatchPlace) => Matches;

const MATCHERS: { readonly [Kind in AtomTest['kind']]: Matcher<Kind> } = {
  number: numberMatch,
  masked: (test, place) => {
    if (test.field === 'tcp flags') return tcpFlagsMatch(test.mask, test.value);
    if (test.field !== 'mark') return refused(place, `a mask on \`${test.field}\``);
    const left = test.mask >>> 0 === 0xffffffff ? 'meta mark' : `meta mark & ${hex(test.mask)}`;
    return { matches: [{ left, operator: '==', right: hex(test.value) }], invertible: true };
  },
  // A packet that belongs to no flow has no original addresses.
  address: (test, place) => ({
    matches: [addressMatch(addressLeft(test, place), test, place)],
    invertible: test.view !== 'original',
  }),
  zone: zoneMatch,
  'service cell': (_test, place) => refused(place, 'a comparison with a row that no lookup found'),
  memory: (test, place) => {
    const name = memorySet(place.context, test.memory, place.family);
    if (test.memory.bounds.whenFull === 'match') {
      place.context.refuse(
        place.origin,
        `nftables cannot tell whether \`${test.memory.name}\` is full, and \`when full match\` asks for that`,
        'Leave it out: what does not fit into a full memory is then not in it.',
      );
    }
    const left = test.key.map((field) => keyExpression(field, place.family)).join(' . ');
    // A packet without ports has no such key.
    const hasPorts = test.key.some((field) => field.endsWith('port'));
    const ports = hasPorts ? portsPresent(place) : [];
    if (test.memory.hits > 1) {
      const present = hasPorts ? portsPresent({ protocols: undefined }).map(matchText) : [];
      place.context.atHead(countedAgain({ ...test, context: place.context, family: place.family }, present));
    }
    return {
      matches: [...ports, { left, operator: '==', right: `@${name}` }],
      invertible: test.key.every(isAddressField),
    };
  },
  'address of zone': zoneAddressMatch,
  'same field': sameFieldMatch,
  payload: (test, place) => {
    // nft finds the inner header of other protocols too, or none at all.
    const protocols = place.protocols?.isSubsetOf(WITH_PAYLOAD)
      ? []
      : [{ left: 'meta l4proto', operator: '==' as const, right: '{ tcp, udp }' }];
    const [first] = test.field.payload;
    const bits = test.value.length * 8;
    const whole = test.mask.every((byte) => byte === 0xff);
    const left = `@ih,${first * 8},${bits}`;
    return {
      matches: [
        ...protocols,
        { left: whole ? left : `${left} & ${bytesHex(test.mask)}`, operator: '==', right: bytesHex(test.value) },
      ],
      invertible: false,
    };
  },
  until: (test) => ({ matches: [{ left: 'meta time', operator: '<', right: String(test.seconds) }], invertible: true }),
  during: (test, place) => duringMatch(test, place.context),
  opaque: (test, place) => ({
    matches: [{ left: opaqueText(test.plane, test.text, place), operator: '==', right: '' }],
    invertible: false,
  }),
};

/** The matches of an atom's test, as if it were positive. */
export function matchesOf(atom: Atom, place: MatchPlace): Matches {
  const matcher = MATCHERS[atom.test.kind] as Matcher<AtomTest['kind']>;
  return matcher(atom.test as never, place);
}

function refused(place: MatchPlace, what: string): Matches {
  place.context.refuse(
    place.origin,
    `nftables cannot carry out ${what} here`,
    'Say it with other clauses, or leave it to another plane.',
  );
  return { matches: [], invertible: false };
}

function addressLeft(test: FamilyAddressTest, place: MatchPlace): string {
  const side = test.field === 'source' ? 'saddr' : 'daddr';
  const version = test.family === 4 ? 'ip' : 'ip6';
  if (test.view === 'original') return `ct original ${version} ${side}`;
  if (test.view === 'on wire' && !WIRE_STAGES.has(place.context.stage)) {
    place.context.refuse(
      place.origin,
      `behind the translation, nftables no longer sees the ${test.field} address that was on the wire`,
      'Test it in `mitigate`, `raw` or `mangle prerouting`, or test the address before translation with `original`.',
    );
  }
  return `${version} ${side}`;
}

/** Where headers are still as they came in. */
const WIRE_STAGES = new Set(['mitigate', 'shape ingress', 'raw', 'mangle prerouting', 'destination nat']);

function addressMatch(left: string, test: FamilyAddressTest, place: MatchPlace): Match {
  const { in: value } = test;
  if (value instanceof IntervalSet) {
    const blocks = test.view === 'original' ? undefined : blockSet(place.context, value, test.name, place.origin);
    if (blocks) return { left: `${left} & ${prefixMask(blocks.length, 4)}`, operator: '==', right: `@${blocks.name}` };
    return { left, operator: '==', right: addressValues(place.context, value, test.name, place.origin) };
  }
  if (value.kind === 'masked') {
    const format = (address: bigint) => (test.family === 4 ? formatIpv4(Number(address)) : formatIpv6(address));
    return { left: `${left} & ${format(value.mask)}`, operator: '==', right: format(value.value & value.mask) };
  }
  refused(place, 'a comparison with a row that no lookup found');
  return { left, operator: '==', right: '' };
}

const isAddressField = (field: string): boolean =>
  field === 'source' || field === 'destination' || field === 'protocol';

export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}

function bytesHex(bytes: Uint8Array): string {
  return `0x${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
