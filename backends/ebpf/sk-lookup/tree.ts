/** What a plan becomes for sk_lookup: a list of rules, each with a socket, and tables that find the first that a packet meets. */
import type { Action, BucketTable, FieldTable, TestedRule } from '../tree.ts';

export interface SocketRule extends TestedRule {
  readonly action: SocketAction;
}

/** `limit`: the socket drops what is over it. */
export type SocketAction = Extract<Action, { readonly kind: 'socket' }>;

/** The whole of `dispatch`. */
export interface Dispatch {
  readonly target: string;
  readonly rules: readonly SocketRule[];
  readonly fields: readonly FieldTable[];
  /** Names of sockets, by number. */
  readonly sockets: readonly string[];
  /** Names of counters, by number: one for each rule of the policy, however many rows it is for. */
  readonly counters: readonly string[];
  /** Of the limits of sockets, by number. */
  readonly bucketTables: readonly BucketTable[];
}
