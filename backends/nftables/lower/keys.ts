/** The fields that sets are keyed by: limits, counts of connections, memories, lookups. */
import { PROTOCOLS_WITH_PORTS } from '../../../compiler/model/fields.ts';
import type { Family } from '../../../compiler/4-program/program.ts';
import { protocolText } from './protocols.ts';

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

/** What a key asks of a packet before nft may read its ports: other protocols have something else in their place. */
export function keyGuard(fields: readonly string[]): string {
  return fields.some((field) => field.endsWith(' port')) ? `meta l4proto { ${WITH_PORTS} } ` : '';
}

const WITH_PORTS = PROTOCOLS_WITH_PORTS.map((protocol) => protocolText(protocol)).join(', ');
