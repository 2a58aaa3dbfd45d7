/** What an outcome does other than a line expects, in words. */
import type { Expectation, ExpectedEndpoint, Policy } from '../../model/policy.ts';
import { interfaceNamed, type Environment } from '../environment.ts';
import type { Outcome } from '../evaluate.ts';
import type { Fate } from '../fate.ts';
import { unreachable } from '../kernel/icmp-errors.ts';
import type { Packet } from '../packet/packet.ts';
import { zoneOf } from '../zones.ts';
import { endsText, fateInWords } from './words.ts';

/** What a line can speak of. */
type SeenOutcome = Pick<Outcome, 'fate' | 'counted' | 'logs'>;

/** Undefined where the outcome is what the line says. */
export function difference(
  expectation: Expectation,
  outcome: SeenOutcome,
  policy: Policy,
  environment: Environment,
): string | undefined {
  const { fate } = outcome;
  if (verdictOf(fate) !== expectation.verdict) return `the packet is ${fateInWords(fate)}`;
  return (
    reasonDiffers(expectation, fate) ??
    wayDiffers(expectation, fate, policy, environment) ??
    endsDiffer(expectation, fate) ??
    socketDiffers(expectation, fate) ??
    recordDiffers(expectation, outcome)
  );
}

/** What a line would have to expect of the fate. */
export function verdictOf(fate: Fate): Expectation['verdict'] | 'none' {
  switch (fate.kind) {
    case 'forwarded':
    case 'delivered':
    case 'held':
    case 'encapsulated':
    case 'answered by synproxy':
      return 'allow';
    case 'rejected':
      return 'reject';
    case 'gone':
      return 'drop';
    case 'not judged':
      return 'none';
    default:
      return fate satisfies never;
  }
}

function reasonDiffers({ reason, source }: Expectation, fate: Fate): string | undefined {
  if (reason === undefined || fate.kind !== 'rejected') return undefined;
  if (reason === 'tcp-reset' || fate.with === 'tcp-reset') {
    return reason === fate.with ? undefined : `the packet is ${fateInWords(fate)}`;
  }
  const { type, code } = unreachable(source.address?.family ?? 4, reason);
  return fate.with.type === type && fate.with.code === code ? undefined : `the packet is ${fateInWords(fate)}`;
}

function wayDiffers({ out }: Expectation, fate: Fate, policy: Policy, environment: Environment): string | undefined {
  if (out === undefined || fate.kind === 'held') return undefined;
  if (fate.kind === 'delivered') return `the packet is for this host and does not leave by \`${out.name}\``;
  if (fate.kind !== 'forwarded') return undefined;
  const taken = zoneOf(policy, environment, interfaceNamed(environment, fate.leaving.out));
  if (taken?.name === out.name) return undefined;
  return taken === undefined ? 'the packet leaves by no zone' : `the packet leaves by \`${taken.name}\``;
}

function endsDiffer({ becomes }: Expectation, fate: Fate): string | undefined {
  if (becomes === undefined) return undefined;
  const packet =
    fate.kind === 'forwarded' ? fate.leaving.packets[0] : fate.kind === 'delivered' ? fate.packet : undefined;
  if (packet === undefined) return undefined;
  const same =
    isEnd(becomes.source, packet, packet.source, packet.sourcePort) &&
    isEnd(becomes.destination, packet, packet.destination, packet.destinationPort);
  return same ? undefined : `the packet becomes ${endsText(packet)}`;
}

function isEnd(
  expected: ExpectedEndpoint | undefined,
  packet: Packet,
  address: bigint | undefined,
  port: number | undefined,
): boolean {
  if (expected === undefined) return true;
  if (expected.port !== undefined && expected.port !== port) return false;
  if (expected.address === undefined) return true;
  return expected.address.family === packet.family && expected.address.value === address;
}

function socketDiffers({ socket }: Expectation, fate: Fate): string | undefined {
  if (socket === undefined || (fate.kind === 'delivered' && fate.socket === socket)) return undefined;
  return `the packet is ${fateInWords(fate)}`;
}

function recordDiffers({ counted, logged }: Expectation, outcome: SeenOutcome): string | undefined {
  for (const name of counted) {
    const names = new Set([name, `${name} sent`, `${name} received`]);
    if (!outcome.counted.some(({ counter }) => names.has(counter))) {
      return `the packet is not counted as \`${name}\``;
    }
  }
  return logged && outcome.logs.length === 0 ? 'the packet is not logged' : undefined;
}
