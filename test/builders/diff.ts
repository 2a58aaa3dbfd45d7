/** Policies' texts compared, and whether a packet lies in a region. */
import { buildProgram } from '../../compiler/4-program/build.ts';
import type { Program } from '../../compiler/4-program/program.ts';
import { checkPolicy } from '../../compiler/check.ts';
import { diffPrograms } from '../../compiler/diff/policy-diff.ts';
import { FoundKeys } from '../../compiler/diff/found-keys.ts';
import type { Interfaces } from '../../compiler/diff/interfaces.ts';
import type { Part, Region } from '../../compiler/diff/regions.ts';
import { reportOf, type DiffReport } from '../../compiler/diff/report.ts';
import type { SamplePacket } from '../../compiler/diff/sample.ts';
import { isError } from '../../grammar/diagnostic.ts';
import type { TrackedPacket } from '../oracles/stage-walk.ts';
import { inputsWith } from './ruleset.ts';

export interface PolicyText {
  readonly policy: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Undefined where the policy has an error. */
export function programOf({ policy, files }: PolicyText): Program | undefined {
  const checked = checkPolicy({ path: 'test.sluice', text: policy }, inputsWith(files));
  if (!checked.policy || checked.diagnostics.some(isError)) return undefined;
  const { program, diagnostics } = buildProgram(checked.policy, checked.policy.targets[0]);
  return diagnostics.some(isError) ? undefined : program;
}

export interface Compared extends DiffReport {
  readonly interfaces: Interfaces;
}

export function compare(old: Program, later: Program): Compared {
  const difference = diffPrograms(old, later);
  return { ...reportOf(difference), interfaces: difference.context.interfaces };
}

const PORT_BITS = 16;

/** Whether the packet lies in the region; throws where the region is told by what such a packet does not say. */
export function isIn({ parts }: Region, packet: TrackedPacket, interfaces: Interfaces): boolean {
  return parts.some((part) => part.family === packet.family && isInPart(part, packet, interfaces));
}

function isInPart({ sets, rows, family }: Part, packet: TrackedPacket, interfaces: Interfaces): boolean {
  const keys = new FoundKeys();
  const holds = [...sets].every(([key, set]) => {
    if (key === 'in' || key === 'out') return set.contains(numberOfInterface(packet[key], interfaces));
    if (key.startsWith('has ')) return set.contains(has(key.slice(4), packet) ? 1 : 0);
    if (key === 'flow confirmed') return set.contains(packet.confirmed ? 1 : 0);
    if (/^(in|out) by lo$/.test(key)) return set.contains(packet[key.startsWith('in') ? 'in' : 'out'] === 'lo' ? 1 : 0);
    if (key === 'service/real') return isOfService(packet, (service) => set.contains(service));
    const [field = '', bits] = key.split(' from bit ');
    const value = valueOf(packet, field);
    if (value === undefined) return false;
    if (bits === undefined) return set.contains(set.width > 32 ? BigInt(value) : Number(value));
    const below = BigInt((family === 4 ? 32 : 128) - Number(bits) - set.width);
    const width = field.includes('/real') ? below : BigInt(32 - Number(bits) - set.width);
    const part = (BigInt(value) >> width) & ((1n << BigInt(set.width)) - 1n);
    return set.contains(set.width > 32 ? part : Number(part));
  });
  return (
    holds && [...rows.values()].every((finding) => keys.isFound(finding, family, (field) => keyValue(packet, field)))
  );
}

function keyValue(packet: TrackedPacket, field: string): bigint | number | undefined {
  const value = valueOf(packet, field);
  const isWide = packet.family === 6 && /^(source|destination)\/real$/.test(field);
  return value === undefined || isWide ? value : Number(value);
}

function has(what: string, { numbers }: TrackedPacket): boolean {
  return numbers[what === 'ports' ? 'destination port' : what] !== undefined;
}

function isOfService({ numbers }: TrackedPacket, holds: (service: number) => boolean): boolean {
  const protocol = numbers['protocol']! << PORT_BITS;
  const port = numbers['destination port'];
  if (port !== undefined) return holds(protocol | port);
  return holds(protocol) && holds(protocol | 0xffff);
}

function valueOf(packet: TrackedPacket, field: string): bigint | number | undefined {
  const [name = '', view = 'real'] = field.split('/');
  if (view === 'original') throw new Error(`the packet has no ${field}`);
  if (name === 'source' || name === 'destination') return packet[name];
  if (field.startsWith('{')) throw new Error('nobody knows the answer');
  return packet.numbers[name];
}

function numberOfInterface(name: string | undefined, { cells }: Interfaces): number {
  return cells.findIndex((cell) => cell.interface === name) + 1;
}

/** A sample as the walks of tests have packets. */
export function asTracked(sample: SamplePacket, { cells }: Interfaces): TrackedPacket {
  const { family, protocol, source, destination, sourcePort, destinationPort, numbers } = sample;
  const nameOf = (number: number) => cells[number - 1]?.interface;
  const icmp = family === 4 ? 'icmp4' : 'icmp6';
  const isIcmp = protocol === (family === 4 ? 1 : 58);
  const fragment = numbers.get('fragment') ?? 0;
  const state = numbers.get('state') ?? 0;
  return {
    family,
    source,
    destination,
    in: nameOf(sample.in),
    out: nameOf(sample.out),
    garbage: 0,
    confirmed: state === 1 || state === 2,
    numbers: {
      protocol,
      fragment,
      state,
      length: 100,
      ttl: 64,
      dscp: 0,
      mark: 0,
      ...(destinationPort === undefined ? {} : { 'source port': sourcePort!, 'destination port': destinationPort }),
      ...(protocol === 6 && fragment !== 2 ? { 'tcp flags': 2 } : {}),
      ...(isIcmp && fragment !== 2 ? { [icmp]: family === 4 ? 8 << 8 : 128 << 8 } : {}),
      ...Object.fromEntries([...numbers].filter(([field]) => !field.includes(' from bit '))),
    },
  };
}
