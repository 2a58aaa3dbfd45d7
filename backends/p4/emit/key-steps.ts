/** The statements by which keys get their values, in the states of the parser that see the headers. */
import type { Family } from '../../../compiler/4-program/program.ts';
import { definitionOf, keyName, keyWidth, type KeyField } from '../fields.ts';
import type { FamilyTables } from '../tree.ts';
import { keyWidthsOf } from './keys.ts';

/** `any`: where all of the packet has been seen. */
type Header = 'any' | 'innerVlan' | 'ipv4' | 'ipv6' | 'tcp' | 'ports' | 'icmp';

type Values = Readonly<Partial<Record<KeyField, string>>>;

const VALUES: Readonly<Record<Header, Values>> = {
  any: {
    protocol: 'meta.protocol',
    length: 'meta.length[16:0]',
    'source mac': 'headers.ethernet.source',
  },
  innerVlan: { 'inner vlan': '1' },
  ipv4: {
    source: 'headers.ipv4.source',
    destination: 'headers.ipv4.destination',
    ttl: 'headers.ipv4.ttl',
    dscp: 'headers.ipv4.dscp',
    'dont fragment': 'headers.ipv4.dont_fragment',
  },
  ipv6: {
    source: 'headers.ipv6.source',
    destination: 'headers.ipv6.destination',
    ttl: 'headers.ipv6.hop_limit',
    dscp: 'headers.ipv6.dscp',
  },
  tcp: {
    service: '1w1 ++ meta.protocol ++ headers.tcp.destination',
    'source port': '1w1 ++ headers.tcp.source',
    'destination port': '1w1 ++ headers.tcp.destination',
    'tcp flags': '1w1 ++ headers.tcp.flags',
  },
  ports: {
    service: '1w1 ++ meta.protocol ++ headers.ports.destination',
    'source port': '1w1 ++ headers.ports.source',
    'destination port': '1w1 ++ headers.ports.destination',
  },
  // The tables of a family ask for its own only.
  icmp: {
    icmp4: '1w1 ++ headers.icmp.kind ++ headers.icmp.code',
    icmp6: '1w1 ++ headers.icmp.kind ++ headers.icmp.code',
  },
};

/** By header: the keys that tables ask for, from what has them. */
export function keyStepsOf(families: readonly FamilyTables[]): Readonly<Record<Header, readonly string[]>> {
  const all = new Set(families.flatMap(fieldsOf));
  const ofFamily = (family: Family): ReadonlySet<KeyField> =>
    new Set(families.filter((tables) => tables.family === family).flatMap(fieldsOf));
  return {
    any: assignments(all, VALUES.any),
    innerVlan: assignments(all, VALUES.innerVlan),
    ipv4: assignments(ofFamily(4), VALUES.ipv4, 4),
    ipv6: assignments(ofFamily(6), VALUES.ipv6, 6),
    tcp: assignments(all, VALUES.tcp),
    ports: assignments(all, VALUES.ports),
    icmp: assignments(all, VALUES.icmp),
  };
}

/**
 * What a packet's metadata begins with where the architecture leaves that open: what says whether it was judged, and the keys that
 * not every judged packet gets a value of; and those that p4c-dpdk would lose without a second assignment.
 */
export function resetsOf(families: readonly FamilyTables[]): readonly string[] {
  const always = new Set(
    families.flatMap((tables) =>
      fieldsOf(tables)
        .filter((field) => field !== 'zone' && !definitionOf(field).optional)
        .map((field) => keyName(field, tables.family)),
    ),
  );
  const lost = lostKeys(families);
  const open = [...keyWidthsOf(families).keys()].filter((name) => !always.has(name) || lost.has(name));
  return ['meta.judged = 0;', ...open.map((name) => `meta.keys.${name} = 0;`)];
}

/**
 * Keys that one table asks as a wider number, and another as they are. p4c-dpdk 1.2.5.16 takes what is assigned once and read by
 * one instruction for a copy, and leaves the assignment out (dpdkAsmOpt, `haveSingleUseDef`); that tables read it as well does not
 * count there, so these would find whatever was in memory.
 */
function lostKeys(families: readonly FamilyTables[]): ReadonlySet<string> {
  const direct = new Set(families.flatMap(({ rules }) => rules.keys.map(({ name }) => name)));
  const widened = families.flatMap(({ family, memberships }) =>
    memberships
      .filter(({ field, width }) => width > keyWidth(field, family))
      .map(({ field }) => keyName(field, family)),
  );
  return new Set(widened.filter((name) => direct.has(name)));
}

function fieldsOf({ memberships, rules }: FamilyTables): readonly KeyField[] {
  return [...memberships, ...rules.keys].map(({ field }) => field);
}

function assignments(asked: ReadonlySet<KeyField>, values: Values, family: Family = 4): readonly string[] {
  return Object.entries(values)
    .filter(([field]) => asked.has(field as KeyField))
    .map(([field, value]) => `meta.keys.${keyName(field as KeyField, family)} = ${value};`);
}
