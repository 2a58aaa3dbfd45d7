/** Where packets enter the stages of a policy, among rules that were read back, and what they have there. */
import type { Program, StageId } from '../../compiler/4-program/program.ts';
import { EXTENSION_HEADERS } from '../../compiler/model/fields.ts';
import type { Entry, Machine, MachineChain } from '../../compiler/proof/machine/form.ts';
import { needsTracking } from '../../compiler/semantics/needs.ts';
import type { TrackedPacket } from '../oracles/stage-walk.ts';

/** Where packets enter each stage; of the stages that have two ways in, one. */
const ENTRIES: Readonly<Partial<Record<StageId, Pick<Entry, 'hook' | 'type' | 'priority'>>>> = {
  mitigate: { hook: 'ingress', type: 'filter', priority: -500 },
  raw: { hook: 'prerouting', type: 'filter', priority: -300 },
  'mangle prerouting': { hook: 'prerouting', type: 'filter', priority: -150 },
  'destination nat': { hook: 'prerouting', type: 'nat', priority: -100 },
  'mangle input': { hook: 'input', type: 'filter', priority: -150 },
  'filter input': { hook: 'input', type: 'filter', priority: 0 },
  'mangle forward': { hook: 'forward', type: 'filter', priority: -150 },
  'filter forward': { hook: 'forward', type: 'filter', priority: 0 },
  'mangle output': { hook: 'output', type: 'route', priority: -150 },
  'filter output': { hook: 'output', type: 'filter', priority: 0 },
  'mangle postrouting': { hook: 'postrouting', type: 'filter', priority: -150 },
  'source nat': { hook: 'postrouting', type: 'nat', priority: 100 },
  count: { hook: 'postrouting', type: 'filter', priority: 90 },
};

/** The chain that carries out a stage; undefined: there is none. */
export function chainOfStage(stage: StageId, machine: Machine): MachineChain | undefined {
  const wanted = ENTRIES[stage];
  return [...machine.chains.values()].find(
    ({ entry }) =>
      entry && entry.hook === wanted?.hook && entry.type === wanted.type && entry.priority === wanted.priority,
  );
}

/** What a packet has at a stage. */
export function packetAtStage(stage: StageId, packet: TrackedPacket, { policy }: Program): TrackedPacket {
  const sent = stage.endsWith('output');
  const received =
    ['mitigate', 'raw', 'mangle prerouting', 'destination nat'].includes(stage) || stage.endsWith('input');
  const { numbers } = packet;
  // What the host sends is cut into fragments behind all rules.
  const isWhole = sent || (stage !== 'mitigate' && needsTracking(policy, packet.family));
  const isLater = numbers['fragment'] === 2;
  // Where an extension header would lead to it, a later fragment of IPv6 has no protocol; at ingress there are no such.
  const lacksProtocol = packet.family === 6 && isLater && EXTENSIONS.has(numbers['protocol']!);
  // A later fragment has no transport header: as a whole packet it is one of a protocol without.
  const isOther = (isWhole && isLater) || (stage === 'mitigate' && lacksProtocol);
  const protocol = isOther ? 253 : numbers['protocol']!;
  const own = { ...numbers, fragment: isWhole ? 0 : numbers['fragment']!, protocol };
  if (lacksProtocol && !isOther) Reflect.deleteProperty(own, 'protocol');
  return { ...packet, in: sent ? undefined : packet.in, out: received ? undefined : packet.out, numbers: own };
}

const EXTENSIONS: ReadonlySet<number> = new Set(EXTENSION_HEADERS);
