/** The statements by which keys get their values and tables are asked, for packets that are judged. */
import type { Family } from '../../../compiler/4-program/program.ts';
import { keyName, type KeyField } from '../fields.ts';
import type { FamilyTables } from '../tree.ts';

const INDENT = '    ';

/** Lines, each indented below the first. */
export function stepsOf(families: readonly FamilyTables[]): readonly string[] {
  const asked = new Set(families.flatMap(fieldsOf));
  const transports = [
    ...block('if (headers.tcp.isValid()) {', assignments(asked, TCP)),
    ...block('if (headers.ports.isValid()) {', assignments(asked, PORTS)),
  ];
  return [...assignments(asked, ANY_PACKET), ...transports, ...families.flatMap(ofFamily)];
}

function ofFamily(tables: FamilyTables): readonly string[] {
  const { family, memberships, rules } = tables;
  const header = `headers.ipv${family}`;
  const asked = new Set(fieldsOf(tables));
  return block(`if (${header}.isValid()) {`, [
    ...assignments(asked, family === 4 ? IPV4 : IPV6, family),
    ...block('if (headers.icmp.isValid()) {', assignments(asked, family === 4 ? ICMP : ICMPV6)),
    ...memberships.map(({ name }) => `${name}.apply();`),
    `${rules.name}.apply();`,
  ]);
}

/** Nothing where there is nothing to do. */
function block(opening: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [opening, ...lines.map((line) => `${INDENT}${line}`), '}'];
}

function fieldsOf({ memberships, rules }: FamilyTables): readonly KeyField[] {
  return [...memberships, ...rules.keys].map(({ field }) => field);
}

type Values = Readonly<Partial<Record<KeyField, string>>>;

const ANY_PACKET: Values = {
  protocol: 'meta.protocol',
  length: 'meta.length[16:0]',
  'source mac': 'headers.ethernet.source',
};
const TCP: Values = {
  service: '1w1 ++ meta.protocol ++ headers.tcp.destination',
  'source port': '1w1 ++ headers.tcp.source',
  'destination port': '1w1 ++ headers.tcp.destination',
  'tcp flags': '1w1 ++ headers.tcp.flags',
};
const PORTS: Values = {
  service: '1w1 ++ meta.protocol ++ headers.ports.destination',
  'source port': '1w1 ++ headers.ports.source',
  'destination port': '1w1 ++ headers.ports.destination',
};
const IPV4: Values = {
  source: 'headers.ipv4.source',
  destination: 'headers.ipv4.destination',
  ttl: 'headers.ipv4.ttl',
  dscp: 'headers.ipv4.dscp',
};
const IPV6: Values = {
  source: 'headers.ipv6.source',
  destination: 'headers.ipv6.destination',
  ttl: 'headers.ipv6.hop_limit',
  dscp: 'headers.ipv6.dscp',
};
const ICMP: Values = { icmp4: '1w1 ++ headers.icmp.kind ++ headers.icmp.code' };
const ICMPV6: Values = { icmp6: '1w1 ++ headers.icmp.kind ++ headers.icmp.code' };

/** The keys that are asked for, from what has them. */
function assignments(asked: ReadonlySet<KeyField>, values: Values, family: Family = 4): readonly string[] {
  return Object.entries(values)
    .filter(([field]) => asked.has(field as KeyField))
    .map(([field, value]) => `meta.keys.${keyName(field as KeyField, family)} = ${value};`);
}
