/** Which families and protocols a condition leaves: what every packet that meets it must be. */
import type { Condition, Test } from '../model/condition.ts';
import { PROTOCOLS_WITH_PORTS } from '../model/fields.ts';
import { holdsFamily } from '../model/memory.ts';
import { columnOf } from '../model/table.ts';
import { projection } from '../2-resolve/projection.ts';
import { ICMP4, ICMP6 } from '../2-resolve/service-set.ts';
import { IntervalSet } from '../net/interval-set.ts';
import type { Cell } from '../model/condition.ts';

export interface Families {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
}

const BOTH: Families = { ipv4: true, ipv6: true };
const NEITHER: Families = { ipv4: false, ipv6: false };
const ONLY_4: Families = { ipv4: true, ipv6: false };
const ONLY_6: Families = { ipv4: false, ipv6: true };

export function isOneFamily(families: Families): boolean {
  return families.ipv4 !== families.ipv6;
}

/** The families of packets that can meet the condition, as far as its form tells. */
export function familiesOf(condition: Condition): Families {
  switch (condition.kind) {
    case 'all':
      return condition.of.map(familiesOf).reduce(inBoth, BOTH);
    case 'any':
      return condition.of.map(familiesOf).reduce(inEither, NEITHER);
    case 'not':
      return BOTH;
    default:
      return familiesOfTest(condition);
  }
}

function familiesOfTest(test: Test): Families {
  if (test.kind === 'number') {
    if (test.field === 'icmp4') return ONLY_4;
    if (test.field === 'icmp6') return ONLY_6;
    if (test.field !== 'family' || !(test.in instanceof IntervalSet)) return BOTH;
    return { ipv4: test.in.contains(4), ipv6: test.in.contains(6) };
  }
  if (test.kind === 'memory') return familiesOfMemory(test);
  if (test.kind !== 'address') return BOTH;
  if (!('kind' in test.in)) return { ipv4: !test.in.ipv4.isEmpty(), ipv6: !test.in.ipv6.isEmpty() };
  return test.in.kind === 'masked' ? ofNumber(test.in.family) : familiesOfCell(test.in);
}

/** The families that a column of addresses can hold. */
export function familiesOfCell(cell: Cell): Families {
  const type = columnOf(cell.row.table, cell.column)?.type;
  return (type?.kind === 'address' || type?.kind === 'prefix') && type.family !== 'both' ? ofNumber(type.family) : BOTH;
}

/** A memory whose addresses are of one family holds no others. */
function familiesOfMemory({ memory }: Extract<Test, { readonly kind: 'memory' }>): Families {
  return { ipv4: holdsFamily(memory, 4), ipv6: holdsFamily(memory, 6) };
}

function ofNumber(family: 4 | 6): Families {
  return family === 4 ? ONLY_4 : ONLY_6;
}

export function inBoth(a: Families, b: Families): Families {
  return { ipv4: a.ipv4 && b.ipv4, ipv6: a.ipv6 && b.ipv6 };
}

function inEither(a: Families, b: Families): Families {
  return { ipv4: a.ipv4 || b.ipv4, ipv6: a.ipv6 || b.ipv6 };
}

/** Whether the condition asks for addresses. */
export function speaksOfAddresses(condition: Condition): boolean {
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of.some(speaksOfAddresses);
  if (condition.kind === 'not') return speaksOfAddresses(condition.of);
  return condition.kind === 'address' || condition.kind === 'memory';
}

const ALL_PROTOCOLS = IntervalSet.full(8);
const TCP = IntervalSet.of(8, 6);
const WITH_PORTS = IntervalSet.fromIntervals(
  8,
  PROTOCOLS_WITH_PORTS.map((protocol) => [protocol, protocol] as const),
);

/** The protocols of packets that can meet the condition, as far as its form tells. */
export function protocolsOf(condition: Condition): IntervalSet {
  switch (condition.kind) {
    case 'all':
      return condition.of.map(protocolsOf).reduce((a, b) => a.intersect(b), ALL_PROTOCOLS);
    case 'any':
      return IntervalSet.unionOf(8, condition.of.map(protocolsOf));
    case 'not':
      return ALL_PROTOCOLS;
    default:
      return protocolsOfTest(condition);
  }
}

function protocolsOfTest(test: Test): IntervalSet {
  if (test.kind === 'masked') return test.field === 'tcp flags' ? TCP : ALL_PROTOCOLS;
  if (test.kind === 'service cell') {
    return typeof test.protocol === 'number' ? IntervalSet.of(8, test.protocol) : protocolsOfCell(test.protocol);
  }
  if (test.kind !== 'number') return ALL_PROTOCOLS;
  switch (test.field) {
    case 'protocol':
      return test.in instanceof IntervalSet ? test.in : protocolsOfCell(test.in);
    case 'service':
      return test.in instanceof IntervalSet ? protocolsOfServices(test.in) : ALL_PROTOCOLS;
    case 'icmp4':
      return IntervalSet.of(8, ICMP4);
    case 'icmp6':
      return IntervalSet.of(8, ICMP6);
    case 'tcp flags':
      return TCP;
    case 'source port':
    case 'destination port':
      return WITH_PORTS;
    default:
      return ALL_PROTOCOLS;
  }
}

function protocolsOfServices(services: IntervalSet): IntervalSet {
  const protocols: [number, number][] = [];
  for (const [low, high] of services.numberIntervals()) protocols.push([low >>> 16, high >>> 16]);
  return IntervalSet.fromIntervals(8, protocols);
}

/** The protocols that stand in the column. */
function protocolsOfCell(cell: Cell): IntervalSet {
  const column = columnOf(cell.row.table, cell.column);
  const values = column && projection(column, cell.row.table);
  return values?.type === 'numbers'
    ? IntervalSet.fromIntervals(8, values.set.intersect(IntervalSet.range(64, 0, 255)).bigintIntervals())
    : ALL_PROTOCOLS;
}
