/** Packets through two dumps in the kernel, beside what `diff` reports of the policies that are imported from them. */
import fastCheck from 'fast-check';
import { expect } from 'vitest';
import type { Program } from '../../../compiler/4-program/program.ts';
import type { RegionChange } from '../../../compiler/diff/report.ts';
import type { Region } from '../../../compiler/diff/regions.ts';
import { formatIpv4 } from '../../../compiler/net/address.ts';
import { Lab } from '../../../cli/lab/lab.ts';
import type { Observation } from '../../../cli/lab/observation.ts';
import { decodePacket, encodePacket, packetOfFrame, type Transport } from '../../../cli/lab/packet.ts';
import { packetsForPrograms } from '../../arbitraries/program-packet.ts';
import { asTracked, compare, isIn, type Compared } from '../../builders/diff.ts';
import type { TrackedPacket } from '../../oracles/stage-walk.ts';
import { labOptions, type Network } from '../conformance/network.ts';
import { ipv4 } from '../harness/crafting.ts';
import { networkOf } from '../import/dump-network.ts';
import { withSteadyRates } from '../import/steady-rates.ts';

/** How much was seen of what. */
export interface Sent {
  edits: number;
  /** Packets that meet something else under the two dumps; and those that pass under both. */
  differing: number;
  passed: number;
}

export const nothingSent = (): Sent => ({ edits: 0, differing: 0, passed: 0 });

interface Edited {
  readonly dumps: { readonly old: string; readonly new: string };
  /** What the policies that are imported from them say. */
  readonly programs: { readonly old: Program; readonly new: Program };
  readonly about: string;
}

/** A packet, and the interface of the router at which it arrives. */
interface Arriving {
  readonly at: string;
  readonly packet: TrackedPacket;
  readonly bytes: Uint8Array;
}

/**
 * Requires that packets that begin a flow, and that the kernel treats otherwise under the edited dump, lie in a region that is
 * reported; and that those which pass under both as they came lie in no region of what the filter decides.
 */
export async function compareEdit(
  { dumps, programs, about }: Edited,
  draw: { readonly seed: number; readonly packets: number },
  seen: Sent,
): Promise<void> {
  const compared = compare(programs.old, programs.new);
  const network = networkOf(`${dumps.old}\n${dumps.new}`);
  const drawn = fastCheck.sample(packetsForPrograms([programs.old, programs.new], false), {
    numRuns: draw.packets,
    seed: draw.seed,
  });
  const samples = compared.changes.flatMap(({ sample }) => (sample ? [asTracked(sample, compared.interfaces)] : []));
  const arriving = arrivingFrom([...samples, ...drawn.map(beginning)], network, compared);
  const [before, after] = [
    await fatesUnder(dumps.old, network, arriving),
    await fatesUnder(dumps.new, network, arriving),
  ];
  for (const [id, one] of arriving.entries()) {
    const [was, is] = [before.get(id) ?? [], after.get(id) ?? []];
    const context = () => `${about}: ${one.at} ${told(one.bytes)}: ${textOf(was)} → ${textOf(is)}`;
    if (textOf(was) === textOf(is)) {
      const alarm = falseAlarm(one, was, compared);
      expect(alarm?.where, `${context()}, reported as ${alarm?.before} → ${alarm?.after}`).toBeUndefined();
      if (was.length > 0) seen.passed++;
    } else {
      expect(isReported(one, [...was, ...is], network, compared), `${context()}, not reported`).toBe(true);
      seen.differing++;
    }
  }
  seen.edits++;
}

async function fatesUnder(
  dump: string,
  network: Network,
  arriving: readonly Arriving[],
): Promise<ReadonlyMap<number, readonly Observation[]>> {
  const lab = await Lab.create(labOptions(network));
  try {
    await lab.exec(['iptables-legacy-restore'], withSteadyRates(dump));
    const fates = new Map<number, Observation[]>();
    const frames = arriving.map(({ at, bytes }, id) => lab.frame(id, at, bytes));
    for (const one of (await lab.send([frames])).flat()) fates.set(one.id, [...(fates.get(one.id) ?? []), one]);
    return fates;
  } finally {
    await lab.destroy();
  }
}

/** The packet as one that begins a flow. */
function beginning(packet: TrackedPacket): TrackedPacket {
  const { numbers } = packet;
  const flags = numbers['tcp flags'] === undefined ? {} : { 'tcp flags': 0x02 };
  return { ...packet, numbers: { ...numbers, ...flags, state: 0, fragment: numbers['fragment'] === 2 ? 2 : 0 } };
}

/** Packets of IPv4 that begin a flow each, by interfaces that the router has. */
function arrivingFrom(packets: readonly TrackedPacket[], network: Network, compared: Compared): readonly Arriving[] {
  const flows = new Set<string>();
  return packets
    .filter(({ family, numbers }) => family === 4 && numbers['fragment'] === 0)
    .flatMap((packet): Arriving[] => {
      const at = network.interfaces.find(({ name }) => cellOf(name, compared) === packet.in)?.name;
      const transport = transportOf(packet);
      if (at === undefined || !transport) return [];
      const { numbers, source, destination } = packet;
      // A packet of the same flow, or of its replies, would pass by that.
      const ends = [`${source} ${numbers['source port']}`, `${destination} ${numbers['destination port']}`];
      const flow = `${numbers['protocol']} ${ends.toSorted().join(' ')}`;
      if (flows.has(flow)) return [];
      flows.add(flow);
      const header = ipv4(formatIpv4(Number(source)), formatIpv4(Number(destination)));
      return [{ at, packet, bytes: encodePacket(header, transport, flows.size - 1) }];
    });
}

function transportOf({ numbers }: TrackedPacket): Transport | undefined {
  const [sourcePort, destinationPort] = [numbers['source port']!, numbers['destination port']!];
  const payload = new Uint8Array(0);
  switch (numbers['protocol']) {
    case 6:
      return (numbers['tcp flags']! & 0x17) === 0x02
        ? { protocol: 'tcp', sourcePort, destinationPort, flags: ['syn'] }
        : undefined;
    case 17:
      return { protocol: 'udp', sourcePort, destinationPort, payload };
    default:
      return undefined;
  }
}

/** The interface as the policies have it: by its own name, or by how it begins. */
function cellOf(name: string, { interfaces }: Compared): string | undefined {
  const names = interfaces.cells.map((cell) => cell.interface ?? '');
  const begins = (one: string) => one.endsWith('*') && name.startsWith(one.slice(0, -1));
  return names.includes(name) ? name : names.find(begins);
}

/** A region of what a filter decides that has the packet, though it passes as it came under both dumps. */
function falseAlarm(one: Arriving, fate: readonly Observation[], compared: Compared): RegionChange | undefined {
  const [left] = fate;
  if (fate.length !== 1 || !left || (left.kind !== 'forwarded' && left.kind !== 'delivered')) return undefined;
  const bytes = left.kind === 'forwarded' ? packetOfFrame(left.bytes) : left.bytes;
  if (!isUnchanged(one.bytes, bytes)) return undefined;
  const stage = left.kind === 'forwarded' ? 'filter forward' : 'filter input';
  const out = left.kind === 'forwarded' ? cellOf(left.interface, compared) : undefined;
  return compared.changes.find(
    (change) =>
      change.stage === stage &&
      change.aspect === undefined &&
      change.region.parts.every(({ sets }) => [...sets.keys()].every((key) => SENT.has(key))) &&
      isIn(change.region, { ...one.packet, out }, compared.interfaces),
  );
}

/** What of a packet is as it was sent, whatever comes before the filter; `state`: they begin flows. */
const SENT: ReadonlySet<string> = new Set(
  'in,out,source/real,destination/real,service/real,source port/real,tcp flags,has ports,state'.split(','),
);

/** Whether a region of any stage may have the packet: what is not known of it may be anything. */
function isReported(
  { packet }: Arriving,
  fates: readonly Observation[],
  network: Network,
  compared: Compared,
): boolean {
  const seenAt = fates.flatMap((one) => (one.kind === 'forwarded' ? [one.interface] : []));
  const outs = (seenAt.length > 0 ? seenAt : network.interfaces.map(({ name }) => name)).map((name) =>
    cellOf(name, compared),
  );
  const packets = [packet, ...fates.flatMap((fate) => rewritten(packet, fate))];
  return compared.changes.some(({ region }) =>
    packets.some((one) =>
      [undefined, ...outs].some((out) => isIn(knownPart(region), { ...one, out }, compared.interfaces)),
    ),
  );
}

/** The packet to where it went. */
function rewritten(packet: TrackedPacket, fate: Observation): TrackedPacket[] {
  if (fate.kind !== 'forwarded' && fate.kind !== 'delivered') return [];
  const decoded = decodePacket(fate.kind === 'forwarded' ? packetOfFrame(fate.bytes) : fate.bytes);
  if (!decoded?.transport || !('destinationPort' in decoded.transport)) return [];
  const destination = decoded.network.destination.split('.').reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  const numbers = { ...packet.numbers, 'destination port': decoded.transport.destinationPort };
  return [{ ...packet, destination, numbers }];
}

/** The region, as far as it is known of a packet whether it lies in it. */
function knownPart(region: Region): Region {
  const parts = region.parts.map((part) => ({
    ...part,
    sets: new Map([...part.sets].filter(([key]) => SENT.has(key) && key !== 'state')),
  }));
  return { ...region, parts };
}

function isUnchanged(sent: Uint8Array, seen: Uint8Array): boolean {
  return told(sent) === told(seen);
}

/** `tcp 10.0.0.1:1024 10.0.0.2:22` */
function told(bytes: Uint8Array): string {
  const decoded = decodePacket(bytes);
  const transport = decoded?.transport;
  const ports = transport && 'sourcePort' in transport ? [transport.sourcePort, transport.destinationPort] : [];
  return [transport?.protocol, decoded?.network.source, decoded?.network.destination, ...ports].join(' ');
}

/** What became of a packet; ports that a translation drew are left out. */
function textOf(fates: readonly Observation[]): string {
  const texts = fates.map((one) => {
    if (one.kind === 'delivered') return `delivered as ${addressesOf(one.bytes)}`;
    if (one.kind === 'forwarded') return `forwarded by ${one.interface} as ${addressesOf(packetOfFrame(one.bytes))}`;
    return one.kind === 'rejected' ? `rejected with ${one.with}` : one.kind;
  });
  return texts.length === 0 ? 'nothing' : texts.toSorted().join(', ');
}

function addressesOf(bytes: Uint8Array): string {
  const decoded = decodePacket(bytes);
  const transport = decoded?.transport;
  const port = transport && 'destinationPort' in transport ? `:${transport.destinationPort}` : '';
  return `${decoded?.network.source} to ${decoded?.network.destination}${port}`;
}
