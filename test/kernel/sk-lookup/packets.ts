/** Packets for the rules of a `dispatch`, and what the reference says of them. */
import type { Program } from '../../../compiler/4-program/program.ts';
import type { Policy } from '../../../compiler/model/index.ts';
import { Choices } from '../../../compiler/semantics/choices.ts';
import { deliver } from '../../../compiler/semantics/dispatch.ts';
import { startJourney } from '../../../compiler/semantics/journey.ts';
import { isMulticast } from '../../../compiler/semantics/kernel/routing.ts';
import { tcpPacket, udpPacket } from '../../../compiler/semantics/packet/build.ts';
import { TCP, UDP } from '../../../compiler/semantics/packet/packet.ts';
import { EMPTY_STATE } from '../../../compiler/semantics/state.ts';
import type { Random } from '../../builders/classbench/packets.ts';
import { rulesOf, wishFor, type PlacedRule, type Wish } from '../xdp/wishes.ts';
import type { LookedFor, Opened } from './build.ts';

const ADDRESSES4 = [0n, 0x0a010203n, 0xcb007105n, 0xc6336401n, 0x08080808n];
const ADDRESSES6 = [1n, 0x20010db8_000a0000_00000000_00000002n, 0x20010db8_ffff0000_00000000_00000005n];
const PORTS = [0, 1, 22, 53, 80, 443, 1023, 1024, 2000, 2003, 2004, 8080, 65_535];

/** So many, each made for one of the rules, or nearly so. */
export function drawPackets(program: Program, many: number, random: Random): LookedFor[] {
  const rules = rulesOf({ ...program, stages: program.stages.filter(({ id }) => id === 'dispatch') });
  return Array.from({ length: many }, () => drawPacket(rules, random)).filter(
    // The kernel asks about no others.
    ({ family, destination }) => !isMulticast(family, destination),
  );
}

function drawPacket(rules: readonly PlacedRule[], random: Random): LookedFor {
  const anything: Wish = { family: random(2) === 0 ? 4 : 6, numbers: new Map() };
  const wish = rules.length === 0 || random(10) === 0 ? anything : wishFor(rules[random(rules.length)]!, random);
  const pick = <Value>(values: readonly Value[]): Value => values[random(values.length)]!;
  const { numbers } = wish;
  // Wishes for addresses of one family may be in a rule for both.
  const isWide = (address: bigint | undefined): boolean => address !== undefined && address >= 1n << 32n;
  const family = isWide(wish.source) || isWide(wish.destination) ? 6 : wish.family;
  const addresses = family === 4 ? ADDRESSES4 : ADDRESSES6;
  const protocol = numbers.get('protocol');
  return {
    family,
    protocol: protocol === TCP || protocol === UDP ? protocol : pick([TCP, UDP]),
    source: wish.source ?? pick(addresses),
    destination: wish.destination ?? pick(addresses),
    sourcePort: numbers.get('source port') ?? pick(PORTS),
    destinationPort: numbers.get('destination port') ?? (random(3) === 0 ? random(65_536) : pick(PORTS)),
  };
}

/** As `runLookups` says it. */
export function referenceAnswer(policy: Policy, sockets: ReadonlyMap<string, Opened>, packet: LookedFor): string {
  const { protocol, sourcePort, destinationPort, ...ends } = packet;
  const ports = { sourcePort, destinationPort };
  const journey = startJourney({
    policy,
    environment: { interfaces: [], routes: [], sockets: [], zones: undefined },
    now: 0,
    choices: new Choices([]),
    state: EMPTY_STATE,
    packet: protocol === TCP ? tcpPacket(ends, { ...ports, flags: 2 }) : udpPacket(ends, ports),
  });
  const end = deliver(journey);
  if (end?.kind !== 'delivered') throw new Error('a delivered packet that is not');
  if (end.socket === undefined) return "nobody's";
  return sockets.get(end.socket) === 'none' ? 'refused' : end.socket;
}
