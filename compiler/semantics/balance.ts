/**
 * `balance`: packets for a virtual address go to a backend of the pool, which a hash picks from a Maglev table. With
 * `forward dnat` that is a destination translation, decided by a flow's first packet; otherwise the frame leaves for the
 * backend at once, and no other block sees it.
 */
import type { Balance } from '../model/policy.ts';
import { columnOf } from '../model/table.ts';
import { maglevTable, type MaglevBackend } from '../net/maglev.ts';
import { balancedFlowKey, balanceEntry } from './balance-key.ts';
import { prefixAt } from '../model/cells.ts';
import { listeningSocket } from './dispatch.ts';
import { sayHost, say, type Journey } from './journey.ts';
import { isFragment } from './packet/packet.ts';
import { gone, type Step } from './steps.ts';
import { isSyn } from './synproxy.ts';

/** Load balancing that takes the frame out of the host's hands. */
export const balance: Step = (journey) => {
  journey.block = 'balance';
  const block = journey.policy.balances.find((candidate) => candidate.forward !== 'dnat' && serves(candidate, journey));
  if (block === undefined || block.forward === 'dnat') return undefined;
  // Of later fragments nobody could tell, so all of them go one way.
  const isLocal = !isFragment(journey.packet) && listeningSocket(journey) !== undefined;
  if (block.localFirst && isLocal) return undefined;
  const backend = rememberedBackend(block, journey) ?? chosenBackend(block, journey);
  if (backend === undefined) return gone(`no backend of ${block.name} is alive`);
  say(journey, block.origin, `sends to a backend by ${block.forward}`);
  rememberBackend(block, backend, journey);
  return { kind: 'encapsulated', by: block.forward, backend: backend.address, packet: journey.packet };
};

/** Where `forward dnat` leads a new flow; undefined where no balancer serves it. */
export function balancedDestination(journey: Journey): bigint | 'no backend' | undefined {
  const block = journey.policy.balances.find((candidate) => candidate.forward === 'dnat' && serves(candidate, journey));
  if (block === undefined) return undefined;
  const backend = chosenBackend(block, journey);
  if (backend === undefined) {
    sayHost(journey, `finds no backend of ${block.name} alive`);
    return 'no backend';
  }
  say(journey, block.origin, 'sends to a backend by dnat');
  return backend.address;
}

/** Whether a packet is for the virtual service; of a fragment only the protocol can be told. */
function serves(block: Balance, journey: Journey): boolean {
  const { family, destination, protocol, destinationPort } = journey.packet;
  if (destination === undefined || protocol === undefined) return false;
  const addresses = family === 4 ? block.addresses.ipv4 : block.addresses.ipv6;
  if (!addresses.contains(destination)) return false;
  if (!isFragment(journey.packet)) {
    return destinationPort !== undefined && block.services.contains(protocol * 65536 + destinationPort);
  }
  for (const [low, high] of block.services.numberIntervals()) {
    if (low >> 16 <= protocol && protocol <= high >> 16) return true;
  }
  return false;
}

interface Backend extends MaglevBackend {
  readonly row: number;
  readonly family: 4 | 6;
  readonly address: bigint;
}

/** The pool's backends that are alive and can be reached: by translation, only those of the packet's family. */
function backendsOf(block: Balance, journey: Journey): Backend[] {
  const addresses = columnOf(block.pool, block.addressColumn);
  const weights = block.weightColumn === undefined ? undefined : columnOf(block.pool, block.weightColumn);
  const backends: Backend[] = [];
  for (let row = 0; row < block.pool.rowCount; row++) {
    const at = addresses === undefined ? undefined : prefixAt(addresses, row);
    if (at === undefined || isDown(at, journey)) continue;
    if ((block.forward === 'dnat' || block.forward === 'direct') && at.family !== journey.packet.family) continue;
    const weight = weights?.data.store === 'integer' ? (weights.data.values[row] ?? 0) : 1;
    backends.push({ row, family: at.family, address: at.value, name: `${at.family}:${at.value}`, weight });
  }
  return backends;
}

function isDown(at: { readonly family: 4 | 6; readonly value: bigint }, { environment }: Journey): boolean {
  const down = at.family === 4 ? environment.down?.ipv4 : environment.down?.ipv6;
  return down?.contains(at.value) ?? false;
}

const tables = new WeakMap<Balance, Map<string, Uint32Array>>();

/** The table for the backends that are alive; made once for each set of them. */
function tableFor(block: Balance, backends: readonly Backend[]): Uint32Array {
  let byPool = tables.get(block);
  if (byPool === undefined) tables.set(block, (byPool = new Map()));
  const key = backends.map(({ row }) => row).join(' ');
  let table = byPool.get(key);
  if (table === undefined) byPool.set(key, (table = maglevTable(backends, block.tableSize)));
  return table;
}

function chosenBackend(block: Balance, journey: Journey): Backend | undefined {
  const backends = backendsOf(block, journey);
  const entry = balanceEntry(block, journey.packet);
  if (entry === undefined || !backends.some(({ weight }) => weight > 0)) return undefined;
  return backends[tableFor(block, backends)[entry] ?? 0];
}

/** The backend that the flow had before, while it lives; in a full memory, flows may have been forgotten. */
function rememberedBackend(block: Balance, journey: Journey): Backend | undefined {
  if (block.rememberFlows === undefined) return undefined;
  const row = journey.state.balanced.get(balancedFlowKey(block, journey.packet));
  const backend = row === undefined ? undefined : backendsOf(block, journey).find((candidate) => candidate.row === row);
  if (backend === undefined) return undefined;
  return journey.state.balanced.size <= block.rememberFlows || journey.choices.either() ? backend : undefined;
}

/** A SYN leaves no trace, so that a flood of them does not: the flow is remembered from its next packet on. */
function rememberBackend(block: Balance, backend: Backend, journey: Journey): void {
  if (block.rememberFlows === undefined || isSyn(journey.packet)) return;
  const key = balancedFlowKey(block, journey.packet);
  journey.state = { ...journey.state, balanced: journey.state.balanced.set(key, backend.row) };
}
