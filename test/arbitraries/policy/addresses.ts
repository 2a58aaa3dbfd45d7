/** Sets of addresses, out of the networks that the lab's router knows. */
import fastCheck, { type Arbitrary } from 'fast-check';
import { formatIpv4, formatIpv6 } from '../../../compiler/net/address.ts';
import { TABLE_COLUMNS } from './tables.ts';
import type { Features } from './features.ts';
import { declared, either, joined, piece, plain, words, type Piece } from './piece.ts';

/** A network that addresses are drawn from, with the zone behind which it lies. */
interface Home {
  readonly zone: string;
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly length: number;
}

const HOMES: readonly Home[] = [
  { zone: 'inside', family: 4, value: 0x0a000000n, length: 24 },
  { zone: 'inside', family: 4, value: 0x0a010000n, length: 16 },
  { zone: 'guests', family: 4, value: 0x0a800000n, length: 24 },
  { zone: 'servers', family: 4, value: 0xc0000200n, length: 25 },
  { zone: 'uplink', family: 4, value: 0xc6336400n, length: 24 },
  { zone: 'uplink', family: 4, value: 0xcb007100n, length: 24 },
  { zone: 'uplink', family: 4, value: 0n, length: 0 },
  { zone: 'inside', family: 6, value: 0x20010db8_000a0000_00000000_00000000n, length: 64 },
  { zone: 'inside', family: 6, value: 0x20010db8_0a010000_00000000_00000000n, length: 32 },
  { zone: 'guests', family: 6, value: 0x20010db8_000c0000_00000000_00000000n, length: 64 },
  { zone: 'servers', family: 6, value: 0x20010db8_000d0000_00000000_00000000n, length: 64 },
  { zone: 'uplink', family: 6, value: 0x20010db8_ffff0000_00000000_00000000n, length: 48 },
  { zone: 'uplink', family: 6, value: 0n, length: 0 },
];

export type Families = 'any' | 4 | 6;

/** A prefix, an address or a range of a family. */
function addressItem(family: Families, zone?: string): Arbitrary<Piece> {
  const homes = HOMES.filter(
    (home) => (family === 'any' || home.family === family) && (zone === undefined || home.zone === zone),
  );
  return fastCheck
    .record({
      home: fastCheck.constantFrom(...homes),
      // How much of the host part the prefix keeps; 1: a lone address.
      part: fastCheck.constantFrom(1, 1, 0.5, 0, 0.75, 0.9),
      host: fastCheck.nat(0xffff),
      range: fastCheck.constantFrom(0, 0, 0, 1, 6, 200),
    })
    .map(({ home, part, host, range }) => plain(itemText(home, part, host, range)));
}

function itemText(home: Home, part: number, host: number, range: number): string {
  const width = home.family === 4 ? 32 : 128;
  const hostBits = width - home.length;
  const length = home.length + Math.round(hostBits * part);
  const low = home.value | (BigInt(host) & ((1n << BigInt(hostBits)) - 1n)) | spread(home, host);
  const left = BigInt(width - length);
  const network = (low >> left) << left;
  if (length < width) return `${addressText(home.family, network)}/${length}`;
  const high = network + BigInt(range);
  const fits = high >> BigInt(hostBits) === network >> BigInt(hostBits);
  return range > 0 && fits
    ? `${addressText(home.family, network)}-${addressText(home.family, high)}`
    : addressText(home.family, network);
}

/** Where the network is the whole internet: somewhere in it, not at its very beginning. */
function spread({ family, length }: Home, host: number): bigint {
  if (length > 0) return 0n;
  const somewhere = [0x08080000n, 0x09000000n, 0xc6120000n, 0x2d000000n][host % 4] ?? 0n;
  return family === 4 ? somewhere : (0x2600_0000n + (somewhere % 0x1000n)) << 96n;
}

function addressText(family: 4 | 6, value: bigint): string {
  return family === 4 ? formatIpv4(Number(value)) : formatIpv6(value);
}

/** What meets most sets. */
const WIDE = plain('{ 0.0.0.0/0, 2001:db8::/34, 2600::/16 }');

/** What can stand behind `from`, `to` and `host`. `zone`: mostly addresses behind that zone. */
export function addressSet(features: Features, zone?: string): Arbitrary<Piece> {
  const item = either([7, addressItem('any', zone)], [3, addressItem('any')]);
  const list = fastCheck.array(item, { minLength: 1, maxLength: 4 }).map((items) => joined(items, ', '));
  const long = fastCheck.array(item, { minLength: 9, maxLength: 14 }).map((items) => joined(items, ', '));
  const braced = list.map((items) => piece`{ ${items} }`);
  const named = either([4, list], [1, long]).map((items) => declared('let', items));
  return either(
    [5, list],
    [features.has('names') ? 3 : 0, named],
    [features.has('names') ? 2 : 0, sum(named, braced)],
    [features.has('names') ? 1 : 0, named.map((set) => piece`${set} & ${WIDE}`)],
    [features.has('tables') ? 2 : 0, words(...TABLE_COLUMNS.addresses)],
    [features.has('tables') && features.has('names') ? 1 : 0, sum(words(...TABLE_COLUMNS.addresses), named)],
    [
      features.has('masked addresses') ? 1 : 0,
      words('::5/::ffff', '0.0.0.5/0.0.0.255', '::1:0:0:5/::ffff:ffff:ffff:ffff'),
    ],
    [1, words('any')],
    [features.has('addresses of zones') ? 1 : 0, words('address of uplink', 'address of inside')],
  );
}

/** A set with addresses of both families: what `not` needs. */
export function addressSetOfBothFamilies(zone?: string): Arbitrary<Piece> {
  return fastCheck.tuple(addressItem(4, zone), addressItem(6)).map((items) => joined(items, ', '));
}

function sum(left: Arbitrary<Piece>, right: Arbitrary<Piece>): Arbitrary<Piece> {
  return fastCheck
    .tuple(left, words('+', '+', '-'), right)
    .map(([one, operator, other]) => piece`${one} ${operator} ${other}`);
}
