/** The fields that sets are keyed by: limits, counts of connections, memories, lookups. */
import type { Family } from '../../../compiler/4-program/program.ts';

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
    default:
      return field;
  }
}

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
    default:
      return 'integer';
  }
}
