/** A difference as people read it: what was sent, what may have happened, what happened, and by whose word. */
import type { Fate, Leaving } from '../../../compiler/semantics/fate.ts';
import type { Outcome } from '../../../compiler/semantics/evaluate.ts';
import { formatObservation, type Observation } from '../../../cli/lab/observation.ts';
import { formatPacket, packetOfFrame } from '../../../cli/lab/packet.ts';
import type { PolicyText } from './build.ts';
import type { Sent } from './conversation.ts';
import type { Difference, RunResult } from './run.ts';

/** A failing case, its packets as few as still show the difference. */
export function formatFailure({ policy, files }: PolicyText, ruleset: string, result: RunResult): string {
  const { difference, counters, sent } = result;
  return [
    '--- policy ---',
    policy.trimEnd(),
    ...Object.entries(files).flatMap(([path, content]) => [`--- ${path} ---`, content.trimEnd()]),
    '--- packets ---',
    ...sent.map(formatSent),
    ...(difference === undefined ? [] : formatDifference(difference)),
    ...(counters.length === 0 ? [] : ['--- counters ---', ...counters]),
    '--- rule set ---',
    ruleset.trimEnd(),
  ].join('\n');
}

function formatDifference(difference: Difference): string[] {
  const { allowed, seen } = difference;
  return [
    '--- allowed ---',
    ...allowed.flatMap(({ outcomes }) => outcomes.flatMap(formatOutcome)),
    '--- seen ---',
    ...(seen.length === 0 ? ['nothing'] : seen.map(formatSeen)),
    ...bytesThatDiffer(difference),
  ];
}

function formatSent({ id, at, bytes }: Sent): string {
  return `${id} at ${at} ${formatPacket(bytes)}`;
}

function formatSeen(one: Observation): string {
  const priority = one.kind === 'delivered' ? '' : ` priority 0x${one.priority.toString(16)}`;
  return `${formatObservation(one)} mark 0x${one.mark.toString(16)}${priority}`;
}

/** Where a line of text does not show the difference: the bytes of what was expected and of what was seen. */
function bytesThatDiffer({ allowed, seen }: Difference): string[] {
  const expected = allowed.flatMap(({ outcomes }) => outcomes.flatMap(({ fate }) => packetsOf(fate)));
  const [one, another] = [expected[0], seen[0]];
  if (one === undefined || another === undefined) return [];
  const actual = another.kind === 'delivered' ? another.bytes : packetOfFrame(another.bytes);
  return ['--- bytes, expected and seen ---', hex(one), hex(actual)];
}

function packetsOf(fate: Fate): Uint8Array[] {
  if (fate.kind === 'delivered') return [fate.packet.bytes];
  const leaving = fate.kind === 'forwarded' ? fate.leaving : 'answer' in fate ? fate.answer : undefined;
  return (leaving?.packets ?? []).map(({ bytes }) => bytes);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

function formatOutcome({ fate, spoke, shaped, tracking }: Outcome): string[] {
  const queues = shaped.map(({ zone, classes }) => `    ${zone}: class ${classes.join('/') || 'by default'}`);
  const rules = spoke.map(
    ({ block, origin, did }) => `    ${block}: ${did}${origin === undefined ? '' : ` (${origin.text})`}`,
  );
  return [`${formatFate(fate)} [${tracking}]`, ...rules, ...queues];
}

function formatFate(fate: Fate): string {
  switch (fate.kind) {
    case 'forwarded':
      return `forwarded ${formatLeaving(fate.leaving)}`;
    case 'delivered':
      return `delivered ${formatPacket(fate.packet.bytes)} mark 0x${fate.mark.toString(16)}`;
    case 'rejected': {
      const reason = typeof fate.with === 'string' ? fate.with : `icmp ${fate.with.type}/${fate.with.code}`;
      return `rejected by ${fate.by} ${reason} ${fate.answer === undefined ? 'in silence' : formatLeaving(fate.answer)}`;
    }
    case 'answered by synproxy':
      return `answered ${fate.answer === undefined ? 'in silence' : formatLeaving(fate.answer)}`;
    case 'encapsulated':
      return `encapsulated ${fate.by} ${formatPacket(fate.packet.bytes)}`;
    case 'gone':
      return `gone by ${fate.by}: ${fate.why}`;
    default:
      return fate.kind;
  }
}

function formatLeaving({ out, packets, mark }: Leaving): string {
  return `${out} ${packets.map(({ bytes }) => formatPacket(bytes)).join(' | ')} mark 0x${mark.toString(16)}`;
}
