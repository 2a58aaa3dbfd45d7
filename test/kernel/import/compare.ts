/** One script through two routers: the dump in one, what was made of it in the other. */
import { Past, type Sent } from '../conformance/conversation.ts';
import { parseAddress } from '../../../compiler/import/iptables/addresses.ts';
import { labOptions, ownAddresses, type Network } from '../conformance/network.ts';
import { roundsOf, type Script, type Step } from '../conformance/script.ts';
import { Lab } from '../../../cli/lab/lab.ts';
import { ROUTER, type Observation } from '../../../cli/lab/observation.ts';
import { decodePacket, formatPacket, packetOfFrame, type DecodedPacket } from '../../../cli/lab/packet.ts';

/** iptables-save texts by family. */
export interface Dumps {
  /** What the router sends to itself is not compared: the import has warned that a policy lets it pass. */
  readonly withoutLoopback?: boolean;
  /** What `ipset save` wrote. */
  readonly sets?: string;
  readonly 4?: string;
  readonly 6?: string;
  /** What stays with iptables beside the policy: commands, and what they load. */
  readonly besides?: readonly { readonly command: readonly string[]; readonly text: string }[];
}

export interface Comparison {
  readonly compared: number;
  readonly forwarded: number;
  readonly delivered: number;
  /** The first that differ, for people. */
  readonly differences: readonly string[];
}

interface Outcome {
  /** What was sent. */
  readonly packet: string;
  readonly ports: ReadonlySet<number>;
  readonly seen: readonly Observation[];
}

/** In seconds. A flow that one of the routers forgets, since the machine is busy, would set it apart from the other. */
const LASTING = Object.fromEntries(
  [
    'tcp_timeout_close',
    'tcp_timeout_last_ack',
    'tcp_timeout_close_wait',
    'tcp_timeout_syn_recv',
    'udp_timeout',
    'icmp_timeout',
  ].map((state) => [`net.netfilter.nf_conntrack_${state}`, '600'] as const),
);

export async function compareRouters(
  network: Network,
  dumps: Dumps,
  ruleset: string,
  script: Script,
): Promise<Comparison> {
  const steps = script.map(atInterface);
  const isLeftOut = (sent: Sent): boolean =>
    !isComparable(sent, dumps) || (dumps.withoutLoopback === true && isToItself(sent, network));
  const original = await withLab(network, (lab) => loadDumps(lab, dumps), steps, isLeftOut);
  const imported = await withLab(network, (lab) => loadPolicy(lab, ruleset, dumps), steps, isLeftOut);
  const differences: string[] = [];
  const text = `${dumps[4] ?? ''}${dumps[6] ?? ''}`;
  const known = new Set([...text.matchAll(/:(\d+)\b/g)].map(([, port]) => Number(port)));
  let [compared, forwarded, delivered] = [0, 0, 0];
  for (const [id, outcome] of original) {
    const other = imported.get(id);
    compared += 1;
    if (outcome.seen.some(({ kind }) => kind === 'forwarded')) forwarded += 1;
    if (outcome.seen.some(({ kind }) => kind === 'delivered')) delivered += 1;
    // Answers go to the port that each of the two routers chose.
    const same = new Set([...outcome.ports].filter((port) => other?.ports.has(port)));
    const told = (one: Outcome): string => describe(one.seen, (port) => same.has(port) || known.has(port));
    const [expected, seen] = [told(outcome), other === undefined ? 'not sent' : told(other)];
    if (!isSameButForChosen(expected, seen)) {
      differences.push(`${id} ${outcome.packet}\n    original ${expected}\n    imported ${seen}`);
    }
  }
  return { compared, forwarded, delivered, differences };
}

/** A port that one router drew at random may, in the other, be one that the dump names by chance. */
function isSameButForChosen(expected: string, seen: string): boolean {
  const [ours, theirs] = [expected.split(' '), seen.split(' ')];
  const isChosen = (one: string | undefined, other: string | undefined) => one === '*' && /^\d+;?$/.test(other ?? '');
  return (
    ours.length === theirs.length &&
    ours.every((word, at) => word === theirs[at] || isChosen(word, theirs[at]) || isChosen(theirs[at], word))
  );
}

async function loadDumps(lab: Lab, dumps: Dumps): Promise<void> {
  if (dumps.sets !== undefined) await lab.exec(['ipset', 'restore'], dumps.sets);
  if (dumps[4] !== undefined) await lab.exec(['iptables-legacy-restore'], dumps[4]);
  if (dumps[6] !== undefined) await lab.exec(['ip6tables-legacy-restore'], dumps[6]);
}

async function loadPolicy(lab: Lab, ruleset: string, { besides = [] }: Dumps): Promise<void> {
  await lab.load(ruleset);
  for (const { command, text } of besides) await lab.exec(command, text);
}

async function withLab(
  network: Network,
  load: (lab: Lab) => Promise<void>,
  script: Script,
  isLeftOut: (sent: Sent) => boolean,
): Promise<Map<number, Outcome>> {
  const lab = await Lab.create({ ...labOptions(network), sysctls: LASTING });
  try {
    await load(lab);
    return await send(lab, network, script, isLeftOut);
  } finally {
    await lab.destroy();
  }
}

async function send(
  lab: Lab,
  network: Network,
  script: Script,
  isLeftOut: (sent: Sent) => boolean,
): Promise<Map<number, Outcome>> {
  const past = new Past(network);
  const outcomes = new Map<number, Outcome>();
  for (const round of roundsOf(script)) {
    const sents = round.flatMap((step: Step) => {
      const sent = past.packetFor(step);
      return sent === undefined || isLeftOut(sent) ? [] : [sent];
    });
    const frames = sents.map(({ id, at, bytes }) => lab.frame(id, at, bytes));
    const byId = new Map<number, Observation[]>();
    for (const one of (await lab.send([frames])).flat()) byId.set(one.id, [...(byId.get(one.id) ?? []), one]);
    for (const sent of sents) {
      const seen = byId.get(sent.id) ?? [];
      past.note(sent, seen);
      const decoded = decodePacket(sent.bytes);
      const packet = `${sent.at} ${decoded ? formatPacket(sent.bytes) : 'bytes'}`;
      outcomes.set(sent.id, { packet, seen, ports: portsOf(decoded) });
    }
  }
  return outcomes;
}

function portsOf(decoded: DecodedPacket | undefined): ReadonlySet<number> {
  const transport = decoded?.transport;
  return new Set(transport && 'sourcePort' in transport ? [transport.sourcePort, transport.destinationPort] : []);
}

/**
 * What is not compared. A header cut short: iptables throws such a packet away at the first rule that asks for ports, or of
 * IPv6 for a protocol, whatever the rule says (`hotdrop`), nft goes on. And a fragment of the family that has no rules: only
 * one of the two routers puts it together.
 */
function isComparable({ bytes }: Sent, dumps: Dumps): boolean {
  const decoded = decodePacket(bytes);
  return (
    !isCut(decoded) &&
    (dumps[4] !== undefined || !isFragment4(decoded)) &&
    (dumps[6] !== undefined || !isFragment6(decoded))
  );
}

function isToItself({ at, bytes }: Sent, network: Network): boolean {
  if (at !== ROUTER) return false;
  const destination = decodePacket(bytes)?.network.destination ?? '';
  const family = destination.includes(':') ? 6 : 4;
  const value = parseAddress(destination, family);
  return /^(127\.|::1$)/.test(destination) || (value !== undefined && ownAddresses(network, family).includes(value));
}

/** Of the interfaces that a zone's pattern stands for, the lab has the one that ends in 0. */
function atInterface(step: Step): Step {
  return step.kind === 'packet' ? { ...step, at: step.at.replace('*', '0') } : step;
}

/** Protocols whose packets `decodePacket` names, unless their header is not all there. */
const NAMED: ReadonlySet<number> = new Set([1, 6, 17, 58]);
/** The headers of ESP and AH, in bytes. */
const HEADERS: ReadonlyMap<number, number> = new Map([
  [50, 8],
  [51, 12],
]);
/** Extension headers of IPv6 that may stand where a later fragment begins (`ipv6_find_hdr` of Linux looks for what follows). */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 44, 51, 60]);
/** In bytes: such a fragment would write over TCP's flags (RFC 1858). */
const WITHIN_TCP = 8;

function isCut(decoded: DecodedPacket | undefined): boolean {
  if (!decoded) return true;
  const { protocol, payload } = decoded.transport;
  if (typeof protocol !== 'number') return false;
  const offset = offsetOf(decoded);
  if (offset === 0) return NAMED.has(protocol) || (payload?.length ?? 0) < (HEADERS.get(protocol) ?? 0);
  return decoded.network.version === 4 ? offset === WITHIN_TCP : EXTENSIONS.has(protocol);
}

function offsetOf({ network }: DecodedPacket): number {
  if (network.version === 4) return network.fragmentOffset ?? 0;
  return network.extensions?.find((one) => one.kind === 'fragment')?.offset ?? 0;
}

function isFragment4(decoded: DecodedPacket | undefined): boolean {
  if (decoded?.network.version !== 4) return false;
  const { moreFragments, fragmentOffset } = decoded.network;
  return moreFragments === true || (fragmentOffset ?? 0) > 0;
}

function isFragment6(decoded: DecodedPacket | undefined): boolean {
  const extensions = decoded?.network.version === 6 ? (decoded.network.extensions ?? []) : [];
  return extensions.some(({ kind }) => kind === 'fragment');
}

function describe(seen: readonly Observation[], isTold: (port: number) => boolean): string {
  if (seen.length === 0) return 'gone';
  return seen
    .map((one) => describeOne(one, (port) => (isTold(port) ? String(port) : '*')))
    .toSorted()
    .join('; ');
}

/** Interface, mark and headers. Of a port that the router chose freely, only that it did (it draws at random). */
function describeOne(one: Observation, port: (number: number) => string): string {
  const bytes = one.kind === 'delivered' ? one.bytes : packetOfFrame(one.bytes);
  const decoded = decodePacket(bytes);
  const what = one.kind === 'rejected' ? `rejected with ${one.with}` : one.kind;
  const where = one.kind === 'delivered' ? '' : ` ${one.interface}`;
  return `${what}${where} mark ${one.mark} ${decoded ? headersOf(decoded, port) : bytes.length}`;
}

function headersOf({ network, transport }: DecodedPacket, port: (number: number) => string): string {
  const { source, destination } = network;
  const ports = 'sourcePort' in transport ? ` ${port(transport.sourcePort)} > ${port(transport.destinationPort)}` : '';
  const flags = 'flags' in transport ? ` ${transport.flags.join('+')}` : '';
  const mss = 'mss' in transport && transport.mss !== undefined ? ` mss ${transport.mss}` : '';
  return `${source} > ${destination} ${transport.protocol}${ports}${flags}${mss}`;
}
