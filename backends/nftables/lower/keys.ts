/** The fields that sets are keyed by: limits, counts of connections, memories, lookups. */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { NftSet } from '../tree.ts';

/** A field as nft's expression for a key. */
export function keyExpression(field: string, family: Family | undefined): string {
  const version = family === 6 ? 'ip6' : 'ip';
  switch (field) {
    case 'source':
      return `${version} saddr`;
    case 'destination':
      return `${version} daddr`;
    case 'protocol':
      return 'meta l4proto';
    case 'source port':
      return 'th sport';
    case 'destination port':
      return 'th dport';
    case 'in':
      return 'iifname';
    case 'source mac':
      return 'ether saddr';
    case 'mark':
      return 'meta mark';
    case 'vlan':
      return 'vlan id';
    case 'ttl':
      return family === 6 ? 'ip6 hoplimit' : 'ip ttl';
    case 'length':
    case 'dscp':
      return `${version} ${field}`;
    default:
      return field;
  }
}

/** What nft calls the type of fields that are plain numbers: a set of these has to be declared by the fields themselves. */
const UNNAMED = 'integer';

/** nft's type of a key field. */
export function keyType(field: string, family: Family | undefined): string {
  switch (field) {
    case 'source':
    case 'destination':
      return family === 6 ? 'ipv6_addr' : 'ipv4_addr';
    case 'protocol':
      return 'inet_proto';
    case 'source port':
    case 'destination port':
      return 'inet_service';
    case 'in':
      return 'ifname';
    case 'source mac':
      return 'ether_addr';
    case 'mark':
    case 'dscp':
      return field;
    default:
      return UNNAMED;
  }
}

/** Data of maps as fields that have them. */
const DATA_FIELDS: ReadonlyMap<string, string> = new Map([
  ['mark', 'meta mark'],
  ['ipv4_addr', 'ip daddr'],
  ['ipv6_addr', 'ip6 daddr'],
  ['inet_service', 'th dport'],
]);

/** How a set or map with keys of these fields is declared: by types, or by fields where a type has no name. */
export function setType(
  key: readonly { readonly type: string; readonly field: string }[],
  data: readonly string[] = [],
): Pick<NftSet, 'key' | 'data' | 'typeof'> {
  if (!key.some(({ type }) => type === UNNAMED)) return { key: key.map(({ type }) => type), data };
  return {
    key: key.map(({ field }) => field),
    data: data.map((type) => type.replace(/\w+$/, (name) => DATA_FIELDS.get(name) ?? name)),
    typeof: true,
  };
}
