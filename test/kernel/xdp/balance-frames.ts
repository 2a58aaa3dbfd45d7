/** Frames for the services of a policy: as those for rules of `mitigate`, most of them such that the kernel would take them in. */
import type { Atom, Program, ProgramRule, Stage } from '../../../compiler/4-program/program.ts';
import type { Balance } from '../../../compiler/model/index.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import type { Random } from '../../builders/classbench/packets.ts';
import { MACS } from './balance-network.ts';
import { FrameSource, type ArrivingFrame } from './frames.ts';
import { macBytes } from './outer-headers.ts';

const CLIENTS = 100;

export function drawFrames(
  program: Program,
  interfaces: readonly string[],
  random: Random,
  least: number,
): ArrivingFrame[] {
  const sources = { 4: drawSet(32, random), 6: drawSet(128, random) };
  const rules = program.balances.flatMap((balance) => wantedOf(balance, sources));
  // So that as many are for services as for rules.
  const [stage] = program.stages;
  const many = Math.max(1, Math.round((stage?.items.length ?? 0) / rules.length));
  const services: Stage = {
    id: 'mitigate',
    origin: program.balances[0]!.origin,
    stateful: undefined,
    default: undefined,
    zones: undefined,
    implied: [],
    items: Array.from({ length: 2 * many }, () => rules).flat(),
  };
  const source = new FrameSource({ ...program, stages: [...program.stages, services] }, interfaces, random);
  return source.draw(least).map((frame) => asSent(frame, random));
}

/** Addresses of clients; those of IPv6 are such as hosts have. */
function drawSet(width: 32 | 128, random: Random): IntervalSet {
  const address = (): bigint =>
    width === 32
      ? BigInt(random(2 ** 32))
      : (0x2001_0db8n << 96n) | (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
  return IntervalSet.unionOf(
    width,
    Array.from({ length: CLIENTS }, () => IntervalSet.of(width, address())),
  );
}

/** What packets for a service are like. */
function wantedOf(
  { origin, addresses, services }: Balance,
  sources: Readonly<Record<4 | 6, IntervalSet>>,
): ProgramRule[] {
  return ([4, 6] as const).flatMap((family): ProgramRule[] => {
    const set = family === 4 ? addresses.ipv4 : addresses.ipv6;
    if (set.isEmpty()) return [];
    const atoms: Atom[] = [
      { negated: false, test: { kind: 'address', field: 'destination', view: 'real', family, in: set } },
      { negated: false, test: { kind: 'address', field: 'source', view: 'real', family, in: sources[family] } },
      { negated: false, test: { kind: 'number', field: 'service', in: services } },
    ];
    return [{ kind: 'rule', origin, family, eachPacket: false, atoms, gates: [], effects: [], decision: undefined }];
  });
}

/** Addressed to the interface, and with a right checksum; at times not. */
function asSent({ in: name, bytes: drawn }: ArrivingFrame, random: Random): ArrivingFrame {
  const bytes = drawn.slice();
  const to = random(100);
  if (to < 92) bytes.set(macBytes(MACS[name]!), 0);
  else if (to < 96) bytes[0]! |= 1;
  else bytes[0]! &= 0xfe;
  let at = 12;
  while (at < 20 && [0x8100, 0x88a8].includes(word(bytes, at))) at += 4;
  if (word(bytes, at) === 0x0800 && random(100) < 95) repairChecksum(bytes, at + 2);
  return { in: name, bytes };
}

function repairChecksum(bytes: Uint8Array, at: number): void {
  const length = ((bytes[at] ?? 0) & 0x0f) * 4;
  if (length < 20 || at + length > bytes.length) return;
  bytes.fill(0, at + 10, at + 12);
  let sum = 0;
  for (let half = at; half < at + length; half += 2) sum += word(bytes, half);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  bytes[at + 10] = (sum >> 8) ^ 0xff;
  bytes[at + 11] = (sum & 0xff) ^ 0xff;
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
