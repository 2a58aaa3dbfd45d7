/** What a plan becomes for sk_lookup: a list of rules, each with a socket, and tables that find the first that a packet meets. */
import type { FieldTable, TestedRule } from '../tree.ts';

export interface SocketRule extends TestedRule {
  readonly action: { readonly kind: 'socket'; readonly socket: string };
}

/** The whole of `dispatch`. */
export interface Dispatch {
  readonly target: string;
  readonly rules: readonly SocketRule[];
  readonly fields: readonly FieldTable[];
  /** Names of sockets, by number. */
  readonly sockets: readonly string[];
  /** Names of counters, by number: one for each rule of the policy, however many rows it is for. */
  readonly counters: readonly string[];
}
