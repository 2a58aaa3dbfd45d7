/** Rules: what stands inside a block, a group or an `each`. */
import type { Clause, RateClause } from './clauses.ts';
import type { Annotated, Name, Node } from './node.ts';
import type { ColumnReference, DurationLiteral, Expression, IntegerLiteral, Value } from './values.ts';

export type RejectReason =
  | 'tcp-reset'
  | 'port-unreachable'
  | 'host-unreachable'
  | 'net-unreachable'
  | 'protocol-unreachable'
  | 'admin-prohibited'
  | 'net-prohibited'
  | 'host-prohibited';

export type Verdict =
  | (Node & { readonly kind: 'allow' })
  | (Node & { readonly kind: 'drop' })
  /** Without a reason: a TCP reset for TCP, else port-unreachable. */
  | (Node & { readonly kind: 'reject'; readonly reason?: RejectReason })
  | (Node & {
      readonly kind: 'synproxy';
      readonly mss?: IntegerLiteral;
      readonly windowScale?: IntegerLiteral;
      readonly timestamps: boolean;
      readonly selectiveAck: boolean;
    })
  /** Ends the group's use: the packet goes on behind it. */
  | (Node & { readonly kind: 'leave' });

export type LogLevel = 'emerg' | 'alert' | 'crit' | 'err' | 'warn' | 'notice' | 'info' | 'debug';

export type Effect =
  | (Node & {
      readonly kind: 'log';
      readonly prefix?: string;
      readonly level?: LogLevel;
      readonly group?: IntegerLiteral;
    })
  /** `count as smtp`, `count as u.id` */
  | (Node & { readonly kind: 'count'; readonly counter: Name | ColumnReference })
  /** `mark set 0x1/0xff` */
  | (Node & { readonly kind: 'mark-set'; readonly value: Value; readonly mask?: IntegerLiteral })
  /** `remember source in banned [for 2h]`; one key part for each column of the memory. */
  | (Node & {
      readonly kind: 'remember' | 'forget';
      readonly key: readonly MemoryKeyPart[];
      readonly memory: Name;
      readonly duration?: DurationLiteral;
    })
  | (Node & { readonly kind: 'dscp-set'; readonly value: Value })
  /** `mss clamp` (to the path's MTU) or `mss set 1400` (never raises it). */
  | (Node & { readonly kind: 'mss'; readonly size?: IntegerLiteral })
  | (Node & { readonly kind: 'notrack' })
  /** `helper ftp`: the named connection tracking helper looks at this flow. */
  | (Node & { readonly kind: 'helper'; readonly helper: Name })
  /** `opaque nftables "…"` as an effect. */
  | (Node & { readonly kind: 'opaque'; readonly plane: Name; readonly text: string });

export type MemoryKeyPart = 'source' | 'destination' | 'source port' | 'destination port' | 'protocol';

/** A new address and port: `u.public`, `f.room:f.inner`, `[2001:db8::1]:443`, `192.0.2.1-192.0.2.9:1024-65535`. */
export interface Endpoint extends Node {
  readonly kind: 'endpoint';
  readonly addresses?: Value;
  readonly ports?: Value;
}

export type Translation =
  /** `snat … -> TARGET [random] [persistent]` */
  | (Node & {
      readonly kind: 'snat';
      readonly target: Endpoint;
      readonly random: boolean;
      readonly persistent: boolean;
    })
  | (Node & {
      readonly kind: 'dnat';
      readonly target: Endpoint;
      readonly random: boolean;
      readonly persistent: boolean;
      readonly hairpin: boolean;
    })
  | (Node & { readonly kind: 'masquerade'; readonly ports?: Value; readonly random: boolean })
  /** `redirect … -> 3128`: to this host itself. */
  | (Node & { readonly kind: 'redirect'; readonly ports?: Value });

/** `traffic host u.room as u.id`: accounting, in `count` blocks. */
export type Traffic = Node & { readonly kind: 'traffic'; readonly counter: Name | ColumnReference };

/** `… -> socket web [up to RATE …]`, in `dispatch` blocks. */
export type SocketDispatch = Node & { readonly kind: 'socket'; readonly socket: Name; readonly limit?: RateClause };

export type Action = Verdict | Effect | Translation | Traffic | SocketDispatch;
export type ActionKind = Action['kind'];

/** An effect behind `and`, with the clauses that belong to it alone. */
export interface AttachedEffect extends Node {
  readonly kind: 'attached';
  readonly effect: Effect;
  readonly clauses: readonly Clause[];
}

export interface Rule extends Annotated {
  readonly kind: 'rule';
  /** `each packet`: sees every packet, not flows; stands first in its block. */
  readonly eachPacket: boolean;
  readonly action: Action;
  readonly clauses: readonly Clause[];
  readonly attached: readonly AttachedEffect[];
}

/** `each u in users where u.plan == trial { … }` */
export interface Each extends Annotated {
  readonly kind: 'each';
  readonly variable: Name;
  readonly table: Name;
  readonly where?: Expression;
  readonly body: readonly RuleItem[];
}

/** `use web_server(public_web, https)` */
export interface GroupUse extends Annotated {
  readonly kind: 'group-use';
  readonly group: Name;
  readonly arguments: readonly Value[];
}

/** `essential off` */
export interface EssentialOff extends Annotated {
  readonly kind: 'essential-off';
}

/** `class voice for dscp is ef guarantee 200mbit ceiling 1gbit first { nested }`, in `shape` blocks. */
export interface ShapeClass extends Annotated {
  readonly kind: 'class';
  readonly name: Name | ColumnReference;
  readonly clauses: readonly Clause[];
  readonly guarantee?: Value;
  readonly ceiling?: Value;
  /** `first` is 0; `priority N`. */
  readonly priority?: Value;
  readonly burst?: Value;
  readonly latency?: Value;
  /** `leaf fq_codel` */
  readonly leaf?: Name;
  /** `ecn` or `noecn` */
  readonly ecn?: Name;
  readonly nested: readonly RuleItem[];
}

/** `default fair`, `default class NAME`, `default unshaped` */
export interface ShapeDefault extends Annotated {
  readonly kind: 'shape-default';
  readonly to: 'fair' | 'unshaped' | Name;
}

export type RuleItem = Rule | Each | GroupUse | EssentialOff | ShapeClass | ShapeDefault;
