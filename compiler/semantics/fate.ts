/** What became of a packet. */
import type { Packet } from './packet/packet.ts';

/** A packet that leaves by an interface; as several where it had to be cut. */
export interface Leaving {
  readonly out: string;
  readonly packets: readonly Packet[];
  readonly mark: number;
  /** Sent to a group, this host may receive it as well; to one of its own addresses, only this host does. */
  readonly reaches: 'others' | 'a group' | 'this host';
}

export type Fate =
  /** Sent on, or out where this host sent it. */
  | { readonly kind: 'forwarded'; readonly leaving: Leaving }
  /** Given to this host; `socket` is the one that gets it, if any is known to. */
  | { readonly kind: 'delivered'; readonly packet: Packet; readonly socket: string | undefined; readonly mark: number }
  /** Refused with an answer, by a rule or by the host itself; `answer` is undefined where none may be or gets sent. */
  | {
      readonly kind: 'rejected';
      readonly by: 'policy' | 'host';
      readonly with: 'tcp-reset' | { readonly type: number; readonly code: number };
      readonly answer: Leaving | undefined;
    }
  /** A SYN that `synproxy` answers in the server's place. */
  | { readonly kind: 'answered by synproxy'; readonly answer: Leaving | undefined }
  /** Sent to a backend inside another packet (or with another link address). */
  | {
      readonly kind: 'encapsulated';
      readonly by: 'gre' | 'ipip' | 'gue' | 'direct';
      readonly backend: bigint;
      readonly packet: Packet;
    }
  /** A fragment that waits for the rest of its packet. */
  | { readonly kind: 'held' }
  /** No IP packet, or one for another host on the link: no policy speaks of it. */
  | { readonly kind: 'not judged' }
  | { readonly kind: 'gone'; readonly by: 'policy' | 'host'; readonly why: string };
