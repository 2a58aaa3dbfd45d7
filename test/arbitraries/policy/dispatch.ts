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
  const body = fastCheck
    .array(either([6, rule(features)], [1, ruleForRows()]), { minLength: 1, maxLength: 24, size: 'max' })
    .map(
      (rules) => piece`dispatch {
  ${joined(rules, '\n  ')}
}`,
    );
  return fastCheck.tuple(body, tables()).map(([block, rows]) => print(block, rows, '', TARGET));
}

function rule(features: Features): Arbitrary<Piece> {
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
    .tuple(words(...SERVICES), maybe(words('ipv4', 'ipv6'), 10), maybe(from, 25), maybe(to, 80), socket())
    .map((parts) => joined(parts, ' '));
}

/** There is no route for all addresses of a family. */
function hasRoutes({ text, needs }: Piece): boolean {
  return [text, ...needs.map((one) => one.text)].every((one) => !/\/0\b|\bany\b/.test(one));
}

function ruleForRows(): Arbitrary<Piece> {
  const inner = words(
    'each h in hosts { tcp to h.address',
    'each n in nets { tcp/80, udp/53 to n.net',
    'each f in forwards { f.proto/f.inner to f.room',
    'each m in members { udp to m.room from m.room6, 10.0.0.0/8',
    'each b in blocks { tcp/1-1000 to b.room',
  );
  return fastCheck.tuple(inner, socket()).map(([head, name]) => piece`${head} ${name} }`);
}

function socket(): Arbitrary<Piece> {
  return words(...SOCKET_NAMES).map((name) => piece`-> socket ${name}`);
}
