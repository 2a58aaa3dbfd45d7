/**
 * Steps of nftables, each many times over, for `sluice calibrate`. They stand in a chain of the output hook, where a packet meets them
 * as it would in the forward hook; lookups are in sets of the same elements, so that each needs memory of its own.
 */
import { CALIBRATION_PORT, type Calibration, type Experiment } from '../../compiler/cost/calibration.ts';
import { CONSTANTS, pricesOf } from './cost.ts';

/** Where no packet goes, and where all do. */
const REFUSING = 'ip daddr 192.0.2.77';
const HOLDING = 'ip daddr & 255.0.0.0 == 10.0.0.0';
/** Parts of the packets' addresses: each has as many values as a small set, and none tells another. */
const NIBBLES: readonly { readonly mask: string; readonly value: (at: number) => string }[] = [
  { mask: '255.15.0.0', value: (at) => `10.${at}.0.0` },
  { mask: '255.0.15.0', value: (at) => `10.0.${at}.0` },
  { mask: '255.240.0.0', value: (at) => `10.${at * 16}.0.0` },
  { mask: '255.0.240.0', value: (at) => `10.0.${at * 16}.0` },
];
/** nft takes at most 128 expressions in a rule. */
const MATCHES = 30;
/** Lookups of a packet, each in a set of its own: of small sets more than of large ones, which take long to load. */
const LOOKUPS = { small: 60, large: 12 } as const;
const SMALL = 16;
const LARGE = 5000;

export const calibration: Calibration = {
  constants: CONSTANTS,
  pricesOf,
  empty: table('', []),
  addresses: Array.from({ length: LARGE }, (_, at) => address(at)),
  experiments: () => [
    ...[200, 800].map((count) => ({
      name: `${count} rules that refuse`,
      text: table(
        '',
        Array.from({ length: count }, () => REFUSING),
      ),
      times: count,
      price: ({ rule }: { readonly rule: number }) => rule,
    })),
    ...[8, 20].map((count) => ({
      name: `${count} rules of ${MATCHES} matches that hold`,
      text: table(
        '',
        Array.from({ length: count }, () => Array.from({ length: MATCHES }, () => HOLDING).join(' ')),
      ),
      times: count,
      price: ({ rule, match }: { readonly rule: number; readonly match: number }) => rule + (MATCHES - 1) * match,
    })),
    ...[200, 2000].map(chains),
    unforeseenChains(),
    ...[SMALL, LARGE].flatMap((size) => [
      lookups('hash', size, (at) => address(at)),
      lookups('interval', size, (at) => `${address(at)}-${address(at, 200)}`),
    ]),
    ...[PAIR, QUADRUPLE].flatMap((key) => [SMALL, 1000].map((size) => concatenations(key, size))),
  ],
};

/** Fields in one key; `element` has one that holds of a packet to the address. */
interface Concatenation {
  readonly name: string;
  readonly type: string;
  readonly key: string;
  readonly bytes: number;
  readonly element: (at: number) => string;
}

const portsOf = (at: number): string => `${at % 8}-${CALIBRATION_PORT + (at % 100)}`;

const PAIR: Concatenation = {
  name: 'two fields',
  type: 'ipv4_addr . inet_service',
  key: 'ip daddr . udp dport',
  bytes: 6,
  element: (at) => `${address(at)} . ${portsOf(at)}`,
};

const QUADRUPLE: Concatenation = {
  name: 'four fields',
  type: 'ipv4_addr . ipv4_addr . inet_proto . inet_service',
  key: 'ip daddr . ip saddr . meta l4proto . udp dport',
  bytes: 11,
  element: (at) => `${address(at)} . 0.0.0.0/0 . udp . ${portsOf(at)}`,
};

/** An address of 10.0.0.0/8, all of different upper 24 bits and in no order. */
function address(at: number, last = 0): string {
  const upper = (at * 40_503) % 65_536;
  return `10.${upper >> 8}.${upper & 255}.${last}`;
}

function chains(count: number): Experiment {
  const names = Array.from({ length: count }, (_, at) => `c${at}`);
  return {
    name: `${count} chains`,
    text: table(
      names.map((name) => `chain ${name} {\n}\n`).join(''),
      names.map((name) => `jump ${name}`),
    ),
    times: count,
    // They lie in memory in the order in which they are entered, so none is slow to reach.
    price: ({ chain }) => chain(1),
  };
}

/** Of the chains' first rules, so that one is not like the other. */
const DIFFERENT = [REFUSING, 'udp dport 65535', 'meta l4proto 255', 'ip ttl 0', 'ip daddr & 255.255.0.0 == 192.0.0.0'];

/** Lookups that lead into one of several chains each: which, other bits of the packet's address say each time. */
function unforeseenChains(): Experiment {
  const maps = NIBBLES.map(({ mask, value }, copy) => {
    const names = Array.from({ length: SMALL }, (_, at) => `c${copy}_${at}`);
    const ways = names.map((name, at) => `chain ${name} {\n${DIFFERENT[(at + copy) % DIFFERENT.length]}\n}\n`);
    const elements = names.map((name, at) => `${value(at)} : jump ${name}`);
    const text = `${ways.join('')}map m${copy} { type ipv4_addr : verdict; elements = { ${elements.join(', ')} }\n}\n`;
    return { text, rule: `ip daddr & ${mask} vmap @m${copy}` };
  });
  return {
    name: `lookups into ${SMALL} chains`,
    text: table(
      maps.map(({ text }) => text).join(''),
      maps.map(({ rule }) => rule),
    ),
    times: maps.length,
    price: (prices) => prices.hash(SMALL, maps.length) + prices.chain(maps.length * SMALL) + prices.rule,
  };
}

function lookups(kind: 'hash' | 'interval', size: number, element: (at: number) => string): Experiment {
  const count = countOf(size);
  const flags = kind === 'hash' ? '' : ' flags interval;';
  return {
    name: `${kind}, ${size} elements`,
    text: setsText(count, size, { type: 'ipv4_addr', flags, key: 'ip daddr', element }),
    times: count,
    price: (prices) => prices[kind](size, count),
  };
}

function concatenations({ name, type, key, bytes, element }: Concatenation, size: number): Experiment {
  const count = countOf(size);
  return {
    name: `intervals of ${name}, ${size} elements`,
    text: setsText(count, size, { type, flags: ' flags interval;', key, element }),
    times: count,
    price: (prices) => prices.concatenatedInterval(size, count, bytes),
  };
}

function countOf(size: number): number {
  return size === SMALL ? LOOKUPS.small : LOOKUPS.large;
}

/** So many lookups, each in a set of its own. */
function setsText(
  count: number,
  size: number,
  { type, flags, key, element }: Omit<Concatenation, 'name' | 'bytes'> & { readonly flags: string },
): string {
  const sets = Array.from({ length: count }, (_, copy) => {
    const elements = Array.from({ length: size }, (__, at) => element(at));
    return `set s${copy} { type ${type};${flags} elements = { ${elements.join(', ')} }\n}\n`;
  });
  return table(
    sets.join(''),
    sets.map((_, copy) => `${key} @s${copy}`),
  );
}

function table(declarations: string, rules: readonly string[]): string {
  return `table inet calibrate
delete table inet calibrate
table inet calibrate {
${declarations}chain out {
type filter hook output priority filter; policy accept;
${rules.join('\n')}
}
}
`;
}
