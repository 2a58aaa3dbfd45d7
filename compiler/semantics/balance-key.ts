/**
 * What a load balancer hashes. Every plane that carries out a `balance` block must choose as this does, or two nodes
 * would send one flow to two backends.
 */
import { nftablesJhash } from '../net/jhash.ts';
import { concatenate, writeBigint, writeUint16 } from './packet/bytes.ts';
import { addressLength, isFragment, type Packet } from './packet/packet.ts';
import type { Balance } from '../model/policy.ts';

/** The seed of the hash that picks an entry of the Maglev table. */
export const BALANCE_SEED = 0x736c7569;

type Part = 'source' | 'destination' | 'source port' | 'destination port' | 'protocol';

/** Both addresses, both ports, protocol: in this order, as in `jhash ip saddr . ip daddr . th sport . th dport . meta l4proto`. */
const FLOW: readonly Part[] = ['source', 'destination', 'source port', 'destination port', 'protocol'];

/** What is hashed of a packet: of a fragment what every fragment of its packet has. */
function partsOf(block: Balance, packet: Packet): readonly Part[] {
  if (isFragment(packet)) return block.fragmentsOn;
  return block.hashOn === 'source' ? ['source'] : FLOW;
}

/** Each field in network byte order, padded at its end with zeros to a multiple of four bytes; undefined where one is absent. */
function keyBytes(parts: readonly Part[], packet: Packet): Uint8Array | undefined {
  const fields: Uint8Array[] = [];
  for (const part of parts) {
    const field = fieldBytes(part, packet);
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return concatenate(fields);
}

function fieldBytes(part: Part, packet: Packet): Uint8Array | undefined {
  if (part === 'source' || part === 'destination') {
    const address = packet[part];
    if (address === undefined) return undefined;
    const bytes = new Uint8Array(addressLength(packet.family));
    writeBigint(bytes, 0, bytes.length, address);
    return bytes;
  }
  const bytes = new Uint8Array(4);
  if (part === 'protocol') {
    if (packet.protocol === undefined) return undefined;
    bytes[0] = packet.protocol;
    return bytes;
  }
  const port = part === 'source port' ? packet.sourcePort : packet.destinationPort;
  if (port === undefined) return undefined;
  writeUint16(bytes, 0, port);
  return bytes;
}

/** The entry of the Maglev table that a packet belongs to. */
export function balanceEntry(block: Balance, packet: Packet): number | undefined {
  const key = keyBytes(partsOf(block, packet), packet);
  return key === undefined ? undefined : nftablesJhash(key, block.tableSize, BALANCE_SEED);
}

/** Under which a flow's backend is remembered. */
export function balancedFlowKey(block: Balance, packet: Packet): string {
  return `${block.name} ${packet.family} ${keyBytes(partsOf(block, packet), packet)?.join('.') ?? ''}`;
}
