/**
 * `dispatch`: which socket of this host gets a packet; and what the host's own sockets would take. What is sent to many, by
 * broadcast or multicast, goes to every socket that wants it, as ever.
 */
import type { ListeningSocket } from './environment.ts';
import type { Journey } from './journey.ts';
import type { AddressTest, Condition } from '../model/condition.ts';
import type { Rule, RuleItem } from '../model/policy.ts';
import { cellPrefix, isInPrefix } from '../model/cells.ts';
import { gatesOpen } from './gates.ts';
import { isMulticast } from './kernel/routing.ts';
import { firstDecision } from './rules.ts';
import type { Step } from './steps.ts';

/** The policy's rule that names a socket; undefined where none does. */
function dispatch(journey: Journey): Rule | undefined {
  if (isForMany(journey)) return undefined;
  journey.block = 'dispatch';
  journey.seesWire = false;
  return firstDecision(journey.policy.dispatch?.body ?? [], journey);
}

function isForMany({ destination, packet }: Journey): boolean {
  return destination.kind === 'broadcast' || isMulticast(packet.family, packet.destination ?? 0n);
}

/** The host's socket that the packet is for: the one with the most to say of addresses and ports. */
export function listeningSocket(journey: Journey): ListeningSocket | undefined {
  const { packet, environment } = journey;
  const candidates = environment.sockets.filter(
    (socket) =>
      socket.protocol === packet.protocol &&
      (socket.port === undefined || socket.port === packet.destinationPort) &&
      (socket.address === undefined ||
        (socket.address.family === packet.family && socket.address.value === packet.destination)) &&
      (socket.peer === undefined || (socket.peer.value === packet.source && socket.peer.port === packet.sourcePort)),
  );
  const rank = ({ address, port, peer }: ListeningSocket): number =>
    (peer === undefined ? 0 : 4) + (address === undefined ? 0 : 2) + (port === undefined ? 0 : 1);
  return candidates.toSorted((a, b) => rank(b) - rank(a))[0];
}

/** The last step of a packet for this host. */
export const deliver: Step = (journey) => {
  const rule = dispatch(journey);
  if (rule?.socketLimit && !gatesOpen([rule.socketLimit], journey)) {
    return { kind: 'gone', by: 'policy', why: `the limit of socket ${rule.socket}` };
  }
  const socket = rule?.socket ?? listeningSocket(journey)?.name;
  return { kind: 'delivered', packet: journey.packet, socket, mark: journey.mark };
};

/** Whether the packet's destination is one that `dispatch` names: such addresses are this host's. */
export function isDispatched(journey: Journey): boolean {
  const { destination, family } = journey.packet;
  const { dispatch: block } = journey.policy;
  if (block === undefined || destination === undefined || isMulticast(family, destination)) return false;
  return namesAddress(block.body, family, destination);
}

function namesAddress(items: readonly RuleItem[], family: 4 | 6, address: bigint): boolean {
  return items.some((item) => {
    if (item.kind === 'rule') {
      return destinationsOf(item.condition).some((test) => isIn(test, undefined, family, address));
    }
    if (item.kind === 'scope') return namesAddress(item.body, family, address);
    return eachNamesAddress(item, family, address);
  });
}

function eachNamesAddress(each: Extract<RuleItem, { readonly kind: 'each' }>, family: 4 | 6, address: bigint): boolean {
  const tests = each.body.flatMap((item) => (item.kind === 'rule' ? destinationsOf(item.condition) : []));
  const rows = each.rows ?? Uint32Array.from({ length: each.row.table.rowCount }, (_, row) => row);
  return rows.some((row) => tests.some((test) => isIn(test, new Map([[each.row, row]]), family, address)));
}

function isIn(test: AddressTest, rows: Journey['rows'] | undefined, family: 4 | 6, address: bigint): boolean {
  if (!('kind' in test.in)) return family === 4 ? test.in.ipv4.contains(address) : test.in.ipv6.contains(address);
  if (test.in.kind === 'masked') return test.in.family === family && (address & test.in.mask) === test.in.value;
  const prefix = rows === undefined ? undefined : cellPrefix(test.in, rows);
  return prefix !== undefined && isInPrefix(prefix, family, address);
}

function destinationsOf(condition: Condition): AddressTest[] {
  if (condition.kind === 'all' || condition.kind === 'any') return condition.of.flatMap(destinationsOf);
  return condition.kind === 'address' && condition.field === 'destination' ? [condition] : [];
}
