/** `synproxy`: the SYN is answered in the server's place, without a trace of it being kept. */
import { TCP_FLAGS } from '../model/fields.ts';
import type { Verdict } from '../model/policy.ts';
import type { Journey } from './journey.ts';
import { hasRightChecksum } from './kernel/checksums.ts';
import { tcpPacket } from './packet/build.ts';
import { decodePacket } from './packet/decode.ts';
import { TCP, type Packet } from './packet/packet.ts';

/** The flags that tell a SYN from all other segments. */
const OPENING = TCP_FLAGS.syn | TCP_FLAGS.ack | TCP_FLAGS.fin | TCP_FLAGS.rst;

export function isSyn({ protocol, tcpFlags }: Packet): boolean {
  return protocol === TCP && tcpFlags !== undefined && (tcpFlags & OPENING) === TCP_FLAGS.syn;
}

/** The SYN+ACK; its sequence number is a cookie that nobody can foresee. Undefined for what is no SYN. */
export function synproxyAnswer(
  journey: Journey,
  verdict: Extract<Verdict, { readonly kind: 'synproxy' }>,
): Packet | undefined {
  const { packet } = journey;
  const { tcp, source, destination, sourcePort, destinationPort, family } = packet;
  if (!isSyn(packet) || tcp === undefined || !hasRightChecksum(packet)) return undefined;
  if (source === undefined || destination === undefined || sourcePort === undefined || destinationPort === undefined) {
    return undefined;
  }
  return tcpPacket(
    { family, source: destination, destination: source },
    {
      sourcePort: destinationPort,
      destinationPort: sourcePort,
      flags: TCP_FLAGS.syn | TCP_FLAGS.ack,
      sequence: cookie(journey),
      acknowledgement: (tcp.sequence + 1) >>> 0,
      window: 0,
      options:
        verdict.mss === undefined ? new Uint8Array(0) : Uint8Array.of(2, 4, verdict.mss >> 8, verdict.mss & 0xff),
    },
  );
}

/** Connection tracking sees the number, too, where the SYN+ACK seems to be of a known flow. */
function cookie({ choices }: Journey): number {
  const chosen = choices.pick({
    allows: () => true,
    examples: [0n],
    observedIn: ({ leaving }) => {
      const [tcp] = leaving.flatMap(({ bytes }) => decodePacket(bytes).tcp ?? []);
      return tcp === undefined ? undefined : BigInt(tcp.sequence);
    },
  });
  return Number(chosen);
}
