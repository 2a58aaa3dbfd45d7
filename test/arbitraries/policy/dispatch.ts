/** Random policies of `dispatch` for a target that picks sockets at sk_lookup. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { addressSet, addressSetOfBothFamilies } from './addresses.ts';
import { without, type Features } from './features.ts';
import { either, joined, maybe, piece, words, type Piece } from './piece.ts';
import { print, type RandomPolicy } from './policy.ts';
import { TABLE_COLUMNS, tables } from './tables.ts';

/** Names that rules give packets to. */
const SOCKET_NAMES = ['web', 'resolver', 'spectrum', 'nobody'] as const;

/** What sk_lookup carries out. */
const LOOKUP_FEATURES: Features = without('masked addresses', 'addresses of zones');

const TARGET = `target edge {
  sk_lookup
}
`;

const SERVICES = [
  'tcp',
  'udp',
  'tcp, udp',
  'tcp/80',
  'udp/53',
  'tcp/80, udp/443',
  'tcp/0',
  'tcp/65535, udp/65535',
  'tcp/1024-65535',
  'udp/1-1023',
  'tcp/22, tcp/80, tcp/443, tcp/8000-8080',
  'udp/2000-2003, tcp/53, udp/53',
] as const;

export function dispatchPolicy(features: Features = LOOKUP_FEATURES): Arbitrary<RandomPolicy> {
  return policyOf(rule(features, SERVICES, socket()), ruleForRows(ROWS, socket()));
}

/** The same of UDP alone, with limits of what sockets get. */
export function limitedDispatchPolicy(): Arbitrary<RandomPolicy> {
  const limited = fastCheck.tuple(socket(), maybe(limit(), 85)).map((parts) => joined(parts, ' '));
  const services = SERVICES.filter((service) => !service.includes('tcp'));
  const rows = ROWS.filter((row) => !/tcp|f\.proto/.test(row));
  return policyOf(rule(LOOKUP_FEATURES, services, limited), ruleForRows(rows, limited));
}

function policyOf(plain: Arbitrary<Piece>, forRows: Arbitrary<Piece>): Arbitrary<RandomPolicy> {
  const body = fastCheck.array(either([6, plain], [1, forRows]), { minLength: 1, maxLength: 24, size: 'max' }).map(
    (rules) => piece`dispatch {
  ${joined(rules, '\n  ')}
}`,
  );
  return fastCheck.tuple(body, tables()).map(([block, rows]) => print(block, rows, '', TARGET));
}

function rule(features: Features, services: readonly string[], gets: Arbitrary<Piece>): Arbitrary<Piece> {
  const ports = words('0', '80', '1024-65535', '53, 2000-2003', ...TABLE_COLUMNS.ports);
  const from = either(
    [4, addressSet(features).map((set) => piece`from ${set}`)],
    [1, addressSetOfBothFamilies().map((set) => piece`not from ${set}`)],
    [1, ports.map((set) => piece`from any port ${set}`)],
    [1, fastCheck.tuple(addressSet(features), ports).map(([set, behind]) => piece`from ${set} port ${behind}`)],
  );
  const to = either(
    [
      9,
      addressSet(features)
        .filter(hasRoutes)
        .map((set) => piece`to ${set}`),
    ],
    [1, addressSetOfBothFamilies().map((set) => piece`not to ${set}`)],
  );
  return fastCheck
    .tuple(words(...services), maybe(words('ipv4', 'ipv6'), 10), maybe(from, 25), maybe(to, 80), gets)
    .map((parts) => joined(parts, ' '));
}

/** There is no route for all addresses of a family. */
function hasRoutes({ text, needs }: Piece): boolean {
  return [text, ...needs.map((one) => one.text)].every((one) => !/\/0\b|\bany\b/.test(one));
}

const ROWS = [
  'each h in hosts { tcp to h.address',
  'each n in nets { tcp/80, udp/53 to n.net',
  'each f in forwards { f.proto/f.inner to f.room',
  'each m in members { udp to m.room from m.room6, 10.0.0.0/8',
  'each b in blocks { tcp/1-1000 to b.room',
  'each h in hosts { udp to h.address',
  'each n in nets { udp/1-1023 to n.net',
] as const;

function ruleForRows(rows: readonly string[], gets: Arbitrary<Piece>): Arbitrary<Piece> {
  return fastCheck.tuple(words(...rows), gets).map(([head, name]) => piece`${head} ${name} }`);
}

/** Rates at which no bucket fills again while packets are compared. */
function limit(): Arbitrary<Piece> {
  const rate = words('1/day', '20/day burst 3', '7/day burst 40', '1kbyte/day burst 2KiB', '9kbit/day burst 700byte');
  const key = words(
    'per destination',
    'per source',
    'per destination/24/64',
    'per source/16/48, destination port',
    'per flow',
    'per protocol, source port',
  );
  const bounds = words('keys 5 when full match', 'keys 4', 'keys 1');
  return fastCheck.tuple(rate, maybe(key, 85), maybe(bounds, 30)).map((parts) => piece`up to ${joined(parts, ' ')}`);
}

function socket(): Arbitrary<Piece> {
  return words(...SOCKET_NAMES).map((name) => piece`-> socket ${name}`);
}
