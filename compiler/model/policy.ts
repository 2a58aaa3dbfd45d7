/**
 * The checked model of a policy: every name bound, every set canonical, every table in columns, every node with the
 * place it came from. Nothing here is a choice of the compiler; the reference semantics read it as it stands.
 */
import type { RejectReason } from '../../grammar/ast/index.ts';
import type { Span } from '../../grammar/source.ts';
import type { AddressSet } from '../net/address-set.ts';
import type { IntervalSet } from '../net/interval-set.ts';
import type { Bounds, Cell, Condition, Gate, MemoryKeyField, Rate, RateGate, RowVariable } from './condition.ts';
import type { ColumnType, Table } from './table.ts';

export type { RejectReason };

/** Where a rule or another statement came from, and what its authors say of it. */
export interface Origin {
  readonly span: Span;
  /**
   * A name that stays when lines move: block, group and a word for the rule (`filter forward/web_server/allow-https`),
   * with a hash of the content where two would collide. Names in artifacts come from it.
   */
  readonly name: string;
  /** The rule's own text on one line, for comments in artifacts. */
  readonly text: string;
  readonly documentation: readonly string[];
  readonly owner: string | undefined;
  readonly ticket: string | undefined;
  /** The `use` statements through which a group's rule came here, outermost first. */
  readonly via: readonly Span[];
}

/** A member of a zone: an interface by name (`*` at the end: all with that beginning), some VLANs of it, or NIC ports. */
export interface ZoneMember {
  readonly interface: string | undefined;
  readonly vlans: IntervalSet | undefined;
  readonly ports: IntervalSet | undefined;
  readonly span: Span;
}

export interface Zone {
  readonly name: string;
  readonly members: readonly ZoneMember[];
  readonly span: Span;
}

/** A set that packets write. */
export interface Memory {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
  /** Milliseconds after which an entry is gone unless remembered anew; undefined: never. */
  readonly timeout: number | undefined;
  /** A key is in it once it was remembered so often, each time of late: so long ago as `timeout` says, or less. */
  readonly hits: number;
  readonly bounds: Bounds;
  readonly span: Span;
}

export type Verdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'drop' }
  /** Without a reason: TCP reset for TCP, port-unreachable for the rest. */
  | { readonly kind: 'reject'; readonly reason: RejectReason | undefined }
  | {
      readonly kind: 'synproxy';
      readonly mss: number | undefined;
      readonly windowScale: number | undefined;
      readonly timestamps: boolean;
      readonly selectiveAck: boolean;
    }
  /** Go on behind the scope (the group use) this rule stands in. */
  | { readonly kind: 'leave' };

/**
 * A counter (packets and bytes) by name, or one for each value of a cell. `traffic host SET as C` keeps two for each
 * name: what the host sent and what it received (`from` and `to` alone keep one of them), so a packet between two hosts
 * of one set counts once in each direction.
 */
export type Counter =
  | { readonly kind: 'named'; readonly name: string; readonly direction?: 'sent' | 'received' }
  | { readonly kind: 'per row'; readonly cell: Cell; readonly direction?: 'sent' | 'received' };

export type Effect =
  | { readonly kind: 'log'; readonly prefix: string; readonly level: string; readonly group: number | undefined }
  | { readonly kind: 'count'; readonly counter: Counter }
  /** New mark = (mark & ~mask) | value; in stateful rules the flow's. */
  | { readonly kind: 'mark set'; readonly value: number | Cell; readonly mask: number }
  | {
      readonly kind: 'remember' | 'forget';
      readonly memory: Memory;
      readonly key: readonly MemoryKeyField[];
      /** Milliseconds; undefined: the memory's own. */
      readonly duration: number | undefined;
    }
  | { readonly kind: 'dscp set'; readonly value: number | Cell }
  /** `size` undefined: clamp to the path's MTU. */
  | { readonly kind: 'mss'; readonly size: number | undefined }
  | { readonly kind: 'notrack' }
  | { readonly kind: 'helper'; readonly helper: string }
  | { readonly kind: 'opaque'; readonly plane: string; readonly text: string };

/** An effect and the further clauses under which it happens. */
export interface GatedEffect {
  readonly effect: Effect;
  readonly condition: Condition;
  readonly gates: readonly Gate[];
  readonly span: Span;
}

/** New addresses: one or a range to choose from, a cell, or the same host part in another prefix. */
export type AddressTarget =
  | { readonly kind: 'range'; readonly low: bigint; readonly high: bigint }
  | Cell
  | {
      readonly kind: 'prefix';
      readonly from: { readonly value: bigint; readonly length: number };
      readonly to: { readonly value: bigint; readonly length: number };
    };

export type PortTarget = { readonly kind: 'range'; readonly low: number; readonly high: number } | Cell;

/** Where a translation leads, by family; a packet of a family without a target does not match the rule. */
export interface TranslationTarget {
  readonly v4: AddressTarget | undefined;
  readonly v6: AddressTarget | undefined;
  readonly ports: PortTarget | undefined;
}

export type Translation =
  | {
      readonly kind: 'snat';
      readonly target: TranslationTarget;
      readonly random: boolean;
      readonly persistent: boolean;
    }
  | {
      readonly kind: 'dnat';
      readonly target: TranslationTarget;
      readonly random: boolean;
      readonly persistent: boolean;
      readonly hairpin: boolean;
    }
  | { readonly kind: 'masquerade'; readonly ports: PortTarget | undefined; readonly random: boolean }
  | { readonly kind: 'redirect'; readonly ports: PortTarget | undefined };

/** What a rule does when its condition and gates hold. At most one of verdict, translation and socket is there. */
export interface Rule {
  readonly kind: 'rule';
  readonly origin: Origin;
  readonly eachPacket: boolean;
  readonly condition: Condition;
  readonly gates: readonly Gate[];
  readonly effects: readonly GatedEffect[];
  readonly verdict: Verdict | undefined;
  readonly translation: Translation | undefined;
  /** `dispatch`: the socket that gets the packet. */
  readonly socket: string | undefined;
  /** What is over it is dropped at the socket; `up to`. */
  readonly socketLimit?: RateGate | undefined;
  /** Of a rule that chooses for a `shape` block: the number of the class, see shape-classes.ts. */
  readonly class?: number | Cell | undefined;
  /** Of a rule of `nat` that has effects and nothing else: on which walk they happen. */
  readonly walk?: Walk | undefined;
}

/** `nat` is walked twice: before routing for destinations, behind it for sources. */
export type Walk = 'dnat' | 'snat';

/** The body for each selected row, in the order of rows: row 1's rules, then row 2's. */
export interface Each {
  readonly kind: 'each';
  readonly origin: Origin;
  readonly row: RowVariable;
  /** Row numbers that `where` selected, ascending; undefined: all. */
  readonly rows: Uint32Array | undefined;
  readonly body: readonly RuleItem[];
}

/** The rules of a group at one use; `leave` inside goes on behind it. */
export interface Scope {
  readonly kind: 'scope';
  readonly origin: Origin;
  readonly group: string;
  readonly body: readonly RuleItem[];
}

export type RuleItem = Rule | Each | Scope;

export interface RuleBlock {
  readonly origin: Origin;
  readonly body: readonly RuleItem[];
}

/** Rules for frames that come in by these zones (undefined: by any interface of any zone). */
export interface MitigateBlock extends RuleBlock {
  readonly zones: readonly Zone[] | undefined;
}

export interface FilterBlock extends RuleBlock {
  readonly hook: 'input' | 'forward' | 'output';
  readonly stateful: boolean;
  readonly default: Verdict;
  readonly invalid: 'drop' | 'pass';
  readonly pickup: boolean;
  /** The rules of `std.essential` that a default of drop implies; empty when off. They stand before `body`. */
  readonly essential: readonly RuleItem[];
}

export interface MangleBlock extends RuleBlock {
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
}

export interface Balance {
  readonly name: string;
  readonly origin: Origin;
  readonly addresses: AddressSet;
  /** protocol × 65536 + port */
  readonly services: IntervalSet;
  readonly pool: Table;
  /** Column names in `pool`; weight undefined: all alike. */
  readonly addressColumn: string;
  readonly weightColumn: string | undefined;
  readonly tableSize: number;
  readonly hashOn: 'flow' | 'source';
  readonly fragmentsOn: readonly ('source' | 'destination' | 'protocol')[];
  readonly rememberFlows: number | undefined;
  readonly localFirst: boolean;
  readonly forward: 'gre' | 'ipip' | 'gue' | 'dnat' | 'direct';
  readonly from: AddressSet | undefined;
}

/** How packets of a class wait. */
export const LEAVES = ['pfifo', 'sfq', 'fq_codel', 'fq', 'cake'] as const;

export type Leaf = (typeof LEAVES)[number];

/** A class of a shaper. Those of one origin and row are one class, whichever of an `each`'s walks finds it. */
export interface ShapeClass {
  readonly kind: 'class';
  readonly origin: Origin;
  readonly name: string | Cell;
  readonly condition: Condition;
  readonly guarantee: Rate | Cell | undefined;
  readonly ceiling: Rate | Cell | undefined;
  /** 0 is sent first, 7 last, where neither is guaranteed. */
  readonly priority: number | undefined;
  /** Bytes. */
  readonly burst: number | undefined;
  /** Milliseconds that packets are to wait at most. */
  readonly latency: number | undefined;
  readonly leaf: Leaf | undefined;
  /** Whether packets of flows that can tell are marked instead of dropped (RFC 3168); undefined: as the queue does by itself. */
  readonly ecn: boolean | undefined;
  readonly nested: readonly ShapeItem[];
}

export interface ShapeEach {
  readonly kind: 'each';
  readonly origin: Origin;
  readonly row: RowVariable;
  readonly rows: Uint32Array | undefined;
  readonly body: readonly ShapeItem[];
}

export type ShapeItem = ShapeClass | ShapeEach;

export interface Shape {
  readonly origin: Origin;
  readonly zone: Zone;
  readonly direction: 'ingress' | 'egress';
  readonly rate: Rate;
  readonly link: 'ethernet' | 'atm' | 'docsis';
  readonly overhead: number;
  readonly queues: number | undefined;
  /** What goes beyond a rate is dropped, and nothing waits; what no class takes by `fair` shares the rate with all. */
  readonly policed: boolean;
  readonly body: readonly ShapeItem[];
  readonly default: 'fair' | 'unshaped' | { readonly class: string };
}

export interface PlaneRequest {
  /** `nftables`, `tc`, `xdp`, `p4` */
  readonly plane: string;
  readonly variant: string | undefined;
  readonly on: readonly string[];
  readonly span: Span;
}

export interface SocketPlace {
  readonly family: 4 | 6;
  readonly address: bigint;
  readonly port: number;
}

export interface Target {
  readonly name: string;
  readonly origin: Origin;
  /** The policy's zones, as this target binds them. */
  readonly zones: ReadonlyMap<string, Zone>;
  /** The bits of the packet mark that are reserved for Sluice; undefined: none, and the policy may use all of them. */
  readonly markMask: number | undefined;
  readonly groOff: boolean;
  /** The host has a route for every destination, and none that refuses: it answers no packet for want of one. */
  readonly defaultRoute: boolean;
  /** Where the sockets that `dispatch` names listen, by name: at most one place for each family. */
  readonly sockets: ReadonlyMap<string, readonly SocketPlace[]>;
  readonly planes: readonly PlaneRequest[];
}

/** A part of the language that is understood but that no plane carries out yet. */
export interface Unsupported {
  readonly construct: 'tenant' | 'host' | 'tunnel';
  readonly span: Span;
}

export interface Policy {
  /** The file's name without its ending; names tables in artifacts. */
  readonly name: string;
  readonly zones: readonly Zone[];
  readonly tables: readonly Table[];
  readonly memories: readonly Memory[];
  readonly mitigate: readonly MitigateBlock[];
  readonly raw: RuleBlock | undefined;
  /** Rules with dnat or redirect, and rules with snat or masquerade, each in the order written. */
  readonly nat: RuleBlock | undefined;
  readonly filters: { readonly input?: FilterBlock; readonly forward?: FilterBlock; readonly output?: FilterBlock };
  readonly mangles: {
    readonly prerouting?: MangleBlock;
    readonly input?: MangleBlock;
    readonly forward?: MangleBlock;
    readonly output?: MangleBlock;
    readonly postrouting?: MangleBlock;
  };
  readonly count: RuleBlock | undefined;
  readonly shapes: readonly Shape[];
  readonly balances: readonly Balance[];
  readonly dispatch: RuleBlock | undefined;
  readonly expectations: readonly ExpectationBlock[];
  readonly targets: readonly Target[];
  readonly unsupported: readonly Unsupported[];
  /** Where each rule is to have a counter of its own (`--keep-counters`): the rules by the names of these counters. */
  readonly ruleCounters?: ReadonlyMap<string, Origin>;
}

/** `expect { … }`: what the environment gives, and what must come out. */
export interface ExpectationBlock {
  readonly span: Span;
  readonly given: Given;
  readonly expectations: readonly Expectation[];
}

export interface Given {
  readonly routes: readonly { readonly to: AddressSet; readonly out: Zone }[];
  readonly addresses: readonly { readonly set: AddressSet; readonly zone: Zone | undefined }[];
  readonly down: AddressSet;
  /** Seconds since 1970, UTC. */
  readonly time: number | undefined;
  readonly memories: readonly { readonly memory: Memory; readonly values: AddressSet }[];
}

export interface ExpectedEndpoint {
  readonly address: { readonly family: 4 | 6; readonly value: bigint } | undefined;
  readonly port: number | undefined;
}

export interface Expectation {
  readonly span: Span;
  readonly verdict: 'allow' | 'drop' | 'reject';
  readonly reason: RejectReason | undefined;
  readonly protocol: number;
  readonly icmp: { readonly type: number; readonly code: number } | undefined;
  readonly source: ExpectedEndpoint;
  readonly destination: ExpectedEndpoint;
  readonly in: Zone | undefined;
  readonly out: Zone | undefined;
  readonly tcpFlags: number | undefined;
  readonly length: number | undefined;
  readonly ttl: number | undefined;
  readonly dscp: number | undefined;
  readonly mark: number | undefined;
  readonly fragment: 'first' | 'later' | undefined;
  /** A packet of its flow was let through before; `reply`: and this one goes the other way. */
  readonly flow: 'established' | 'reply' | undefined;
  readonly after: { readonly packets: number; readonly withinMilliseconds: number } | undefined;
  readonly becomes:
    { readonly source: ExpectedEndpoint | undefined; readonly destination: ExpectedEndpoint | undefined } | undefined;
  readonly socket: string | undefined;
  readonly counted: readonly string[];
  readonly logged: boolean;
}
