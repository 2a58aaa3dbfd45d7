/** What a lab saw of a packet, as the fate that the reference semantics would name. */
import type { Fate, Leaving } from '../../compiler/semantics/fate.ts';
import { decodePacket } from '../../compiler/semantics/packet/decode.ts';
import type { Observation } from '../lab/observation.ts';
import { packetOfFrame } from '../lab/packet.ts';

type Left = Exclude<Observation, { readonly kind: 'delivered' }>;

/** `sockets`: names, by the lab's numbers. */
export function fateOf(seen: readonly Observation[], sockets: readonly { readonly name: string }[]): Fate {
  const refused = seen.find((one) => one.kind === 'rejected');
  if (refused) return { kind: 'rejected', by: 'policy', with: errorOf(refused.with), answer: leavingAs([refused]) };
  const forwarded = seen.filter((one) => one.kind === 'forwarded');
  const leaving = leavingAs(forwarded);
  if (leaving) return { kind: 'forwarded', leaving };
  const answered = seen.filter((one) => one.kind === 'answered');
  if (answered.length > 0) return { kind: 'answered by synproxy', answer: leavingAs(answered) };
  const delivered = seen.find((one) => one.kind === 'delivered');
  if (!delivered) return { kind: 'gone', by: 'policy', why: 'nothing of it was seen' };
  const socket = delivered.socket === undefined ? undefined : sockets[delivered.socket]?.name;
  return { kind: 'delivered', packet: decodePacket(delivered.bytes), socket, mark: delivered.mark };
}

function leavingAs(seen: readonly Left[]): Leaving | undefined {
  const [first] = seen;
  if (!first) return undefined;
  const packets = seen.map(({ bytes }) => decodePacket(packetOfFrame(bytes)));
  return { out: first.interface, packets, mark: first.mark, reaches: 'others' };
}

/** `tcp-reset`, `icmp 3/13`, `icmpv6 1/1` */
function errorOf(text: string): 'tcp-reset' | { readonly type: number; readonly code: number } {
  const [, type, code] = /^icmp(?:v6)? (\d+)\/(\d+)$/.exec(text) ?? [];
  return type === undefined ? 'tcp-reset' : { type: Number(type), code: Number(code) };
}
