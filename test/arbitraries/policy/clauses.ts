/** Clauses, by the places where they may stand. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { addressSet, addressSetOfBothFamilies } from './addresses.ts';
import type { Feature, Features } from './features.ts';
import { declared, either, joined, maybe, NOTHING, piece, plain, words, type Piece } from './piece.ts';
import { TABLE_COLUMNS } from './tables.ts';

/** Where a rule stands, as far as it says which clauses are legal. */
export type RulePlace =
  'filter' | 'each packet' | 'stateless' | 'mitigate' | 'raw' | 'dnat' | 'snat' | 'mangle' | 'count' | 'shape';

/** The way of the packets, and the zones that go with it. */
export interface Way {
  readonly place: RulePlace;
  readonly hasIn: boolean;
  readonly hasOut: boolean;
  /** Every rule names a zone for the way in, or out. */
  readonly always?: 'in' | 'out';
}

const ZONES = ['inside', 'guests', 'servers', 'uplink'] as const;

/** A port, a range, or a list of them. */
function ports(features: Features): Arbitrary<Piece> {
  return either(
    [3, words('22', '53', '80', '443', '2000', '8080')],
    [2, words('1024-65535', '0', '65535', '2000-2003', '1-1023', '53, 80', '{ 22, 80-81, 2001 }')],
    [
      features.has('names') ? 1 : 0,
      words('{ 80, 443, 8000-8080 }', '{ 1000-1999, 22 }').map((set) => declared('let', set)),
    ],
    [features.has('tables') ? 1 : 0, words(...TABLE_COLUMNS.ports)],
  );
}

/** Protocols and ports. */
export function services(features: Features): Arbitrary<Piece> {
  const literal = words(
    'tcp/22',
    'tcp/80',
    'udp/53',
    'tcp/2000-2003',
    'udp/1024-65535',
    'tcp/443',
    'udp/2000',
    'tcp',
    'udp',
    'gre',
    'esp',
    'ah',
    'sctp',
    'udplite',
    ...(features.has('protocol numbers') ? ['proto 253'] : []),
    'tcp/8080',
    'udplite/2000-2003',
  );
  const list = fastCheck.array(literal, { minLength: 1, maxLength: 4 }).map((items) => joined(items, ', '));
  return either(
    [4, literal],
    [3, list],
    [features.has('names') ? 2 : 0, list.map((items) => declared('service', items))],
    [features.has('icmp') ? 2 : 0, icmp()],
    [features.has('icmp') ? 1 : 0, fastCheck.tuple(icmp(), literal).map(([one, other]) => piece`${one}, ${other}`)],
  );
}

function icmp(): Arbitrary<Piece> {
  return words(
    'icmp echo-request',
    'icmp4 8',
    'icmp6 128',
    'icmp echo-reply',
    'icmp destination-unreachable',
    'icmp4 3/1, 13',
    'icmp6 1, 2, 135',
    'icmp time-exceeded',
    'icmp',
    'icmp4',
    'icmp6',
  );
}

function tcpFlags(): Arbitrary<Piece> {
  return words(
    'syn',
    'syn/syn+ack+fin+rst',
    'syn+ack',
    'none/fin+syn+rst+ack',
    'rst, fin',
    'ack/syn+ack',
    'fin+psh+urg',
    'ece+cwr',
  ).map((flags) => piece`tcp flags ${flags}`);
}

function packetField(): Arbitrary<Piece> {
  return words(
    'length 40-60',
    'length 100-65535',
    'length 84',
    'ttl 1',
    'ttl 64-255',
    'ttl 0-5, 255',
    'dscp is 46',
    'dscp is 10, 46',
    'dscp is 0-7',
    'where length > 100',
    'where ttl <= 1',
    'where dscp == 46 or length < 60',
  );
}

function where(features: Features, place: RulePlace): Arbitrary<Piece> {
  return either(
    [
      3,
      words(
        'protocol == 6',
        'destination port in 80',
        'source port >= 1024 and destination port < 1024',
        'not protocol == 17',
      ),
    ],
    [features.has('same field') ? 1 : 0, words('source == destination', 'source port == destination port')],
    [features.has('marks') && place !== 'mitigate' ? 1 : 0, words('mark == 0', 'mark & 0xff == 0x5')],
  ).map((expression) => piece`where ${expression}`);
}

/** Clauses that keep nothing in mind. */
export function clauses(features: Features, way: Way): Arbitrary<Piece> {
  const { place, hasIn, hasOut } = way;
  const has = (feature: Feature) => features.has(feature);
  const judges = !['dnat', 'snat'].includes(place);
  const odd = judges ? 14 : 0;
  return fastCheck
    .tuple(fastCheck.constantFrom(...ZONES), fastCheck.constantFrom(...ZONES))
    .chain(([inZone, outZone]) =>
      fastCheck
        .tuple(
          maybe(zoneClause(features, 'in', inZone, way.always), way.always === 'in' ? 100 : hasIn ? 50 : 0),
          maybe(zoneClause(features, 'out', outZone, way.always), way.always === 'out' ? 100 : hasOut ? 40 : 0),
          maybe(addressClause(features, 'from', inZone, place), 50),
          maybe(addressClause(features, 'to', outZone, place), 50),
          maybe(addressClause(features, 'host', inZone, place), 5),
          maybe(
            either(
              [has('tcp flags') && judges ? 1 : 0, negated(features, tcpFlags())],
              [4, negated(features, services(features))],
            ),
            55,
          ),
          maybe(negated(features, packetField()), has('packet fields') && judges ? odd : 0),
          maybe(where(features, place), has('where') && judges ? 6 : 0),
          maybe(
            words('where payload[0..1] == 0x0000', 'where payload[0] == 0x00'),
            has('payload') && judges && place !== 'count' ? 4 : 0,
          ),
          maybe(
            words('mark is 0x5', 'mark is 0x5/0xff', 'mark is 0x100/0x100, 0x7'),
            has('marks') && place !== 'mitigate' ? 8 : 0,
          ),
          maybe(words('ipv4', 'ipv6'), 7),
          maybe(fragments(), ['mitigate', 'raw', 'stateless'].includes(place) ? 10 : 0),
          maybe(states(), has('states') && ['each packet', 'stateless'].includes(place) ? 25 : 0),
          maybe(words('until 2035-01-01', 'during 00:00-24:00'), has('times') ? 3 : 0),
        )
        .map((parts) => joined(parts, ' ')),
    );
}

function fragments(): Arbitrary<Piece> {
  return words('fragment', 'fragment first', 'fragment later', 'not fragment');
}

function states(): Arbitrary<Piece> {
  return words(
    'state new',
    'state established',
    'state established, related',
    'state invalid',
    'state untracked',
    'not state new',
  );
}

function negated(features: Features, clause: Arbitrary<Piece>): Arbitrary<Piece> {
  return either([9, clause], [features.has('not') ? 1 : 0, clause.map((one) => piece`not ${one}`)]);
}

function zoneClause(
  features: Features,
  direction: 'in' | 'out',
  zone: string,
  always: Way['always'],
): Arbitrary<Piece> {
  const others = ZONES.filter((other) => other !== zone);
  const zones = either(
    [4, fastCheck.constant(plain(zone))],
    [1, words(...others).map((other) => piece`${zone}, ${other}`)],
  );
  const named = zones.map((list) => piece`${direction} ${list}`);
  // What goes no way at all is in no zone, too.
  return always === direction ? named : negated(features, named);
}

function addressClause(
  features: Features,
  side: 'from' | 'to' | 'host',
  zone: string,
  place: RulePlace,
): Arbitrary<Piece> {
  const portsBehind = maybe(
    ports(features).map((set) => piece`port ${set}`),
    12,
  );
  const positive = fastCheck
    .tuple(addressSet(features, zone), portsBehind)
    .map(([set, behind]) => piece`${side} ${set} ${behind}`);
  const negative = addressSetOfBothFamilies(zone).map((set) => piece`not ${side} ${set}`);
  const isAfterTranslation = ['snat', 'filter'].includes(place);
  // `original from any` asks for a flow and nothing else, which no one writes.
  const seen = (view: string) =>
    addressSet(features, zone).map((set) => (set.text === 'any' ? NOTHING : piece`${view} ${side} ${set}`));
  return either(
    [10, positive],
    [features.has('not') ? 1 : 0, negative],
    [features.has('original addresses') && isAfterTranslation ? 1 : 0, seen('original')],
    [features.has('wire addresses') && isAfterTranslation ? 1 : 0, seen('on wire')],
  );
}

/** Rates and counts: bursts that are exact because nothing is refilled meanwhile, and rates that nothing reaches. */
export function limit(features: Features, { place, hasIn }: Way): Arbitrary<Piece> {
  const key = maybe(
    words(
      'per source',
      'per destination',
      'per source/24/64',
      'per source, destination port',
      'per flow',
      ...(hasIn ? ['per in'] : []),
    ),
    60,
  );
  const rate = words('3/day', '1/day', '1000000/second');
  const burst = maybe(words('burst 2', 'burst 1', 'burst 9'), 40);
  const rates = fastCheck
    .tuple(words('up to', 'over'), rate, key, burst, fastCheck.integer({ min: 0, max: 3 }))
    .map(([sense, amount, per, most, named]) => {
      const limited = piece`${sense} ${amount} ${per} ${most}`;
      // Limits with one bucket are alike, so the name comes from what they say.
      return named < 3 ? limited : piece`${limited} bucket ${limited.text.replaceAll(/\W+/g, '_')}`;
    });
  const connections = fastCheck
    .tuple(words('up to', 'over'), words('2', '1', '5'), words('per source', 'per destination', 'per source/24/64'))
    .map(([sense, amount, per]) => piece`${sense} ${amount} connections ${per}`);
  return either(
    [features.has('limits') ? 4 : 0, rates],
    [features.has('connections') && (place === 'filter' || place === 'stateless') ? 1 : 0, connections],
    [features.has('limits') ? 0 : 1, fastCheck.constant(NOTHING)],
  );
}
