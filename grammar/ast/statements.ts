/** Statements: what a policy file is a list of. */
import type { TableBounds, TcpFlagsTest } from './clauses.ts';
import type { Annotated, Name, Node } from './node.ts';
import type { Endpoint, RejectReason, RuleItem } from './rules.ts';
import type { DateLiteral, DurationLiteral, IcmpLiteral, IntegerLiteral, StringLiteral, Value } from './values.ts';

/** `use std.services (ssh, http as web)`, `use "office.sluice"` (the whole file: names and blocks). */
export interface Use extends Annotated {
  readonly kind: 'use';
  /** `['std', 'services']`, or one path in quotes. */
  readonly module: { readonly std: string } | { readonly path: string };
  readonly moduleSpan: Node;
  readonly names?: readonly { readonly name: Name; readonly as?: Name }[];
}

/** `bond1 vlan 100-199`, `"wlan-guest"`, `port 1-4`, `"wg*"` */
export interface ZoneMember extends Node {
  readonly kind: 'zone-member';
  readonly interface?: Name;
  readonly vlans?: Value;
  readonly ports?: Value;
}

export interface Zone extends Annotated {
  readonly kind: 'zone';
  readonly name: Name;
  readonly members: readonly ZoneMember[];
}

/** `let admins = …` or `let blocked from "blocklist.txt" [or empty]` */
export interface Let extends Annotated {
  readonly kind: 'let';
  readonly name: Name;
  readonly value: Value | { readonly kind: 'file'; readonly path: StringLiteral };
  readonly orEmpty: boolean;
}

export type ColumnTypeName =
  | 'u8'
  | 'u16'
  | 'u32'
  | 'u64'
  | 'bool'
  | 'string'
  | 'ipv4'
  | 'ipv6'
  | 'ip'
  | 'prefix4'
  | 'prefix6'
  | 'prefix'
  | 'port'
  | 'ports'
  | 'proto'
  | 'mac'
  | 'rate'
  | 'size'
  | 'duration'
  | 'date'
  | 'enum';

export interface ColumnDeclaration extends Node {
  readonly kind: 'column-declaration';
  readonly name: Name;
  readonly type: ColumnTypeName;
  /** The members of an `enum(…)`. */
  readonly members?: readonly Name[];
  readonly key: boolean;
  readonly volatile: boolean;
  readonly default?: Value;
}

export interface TableKey extends Node {
  readonly kind: 'table-key';
  readonly columns: readonly Name[];
}

export interface Table extends Annotated {
  readonly kind: 'table';
  readonly name: Name;
  readonly columns: readonly ColumnDeclaration[];
  /** `key (public, proto, port)` */
  readonly keys: readonly TableKey[];
  readonly rows:
    | { readonly kind: 'file'; readonly path: StringLiteral }
    | { readonly kind: 'inline'; readonly rows: readonly ValueRow[] };
  readonly orEmpty: boolean;
}

/** `(full, 100mbit)` */
export interface ValueRow extends Node {
  readonly kind: 'row';
  readonly cells: readonly Value[];
}

/** `memory banned(address: ip) timeout 1h keys 65536 when full miss` */
export interface Memory extends Annotated {
  readonly kind: 'memory';
  readonly name: Name;
  readonly columns: readonly ColumnDeclaration[];
  readonly timeout?: DurationLiteral;
  /** How often a key must have been remembered to be in it. */
  readonly hits?: IntegerLiteral;
  readonly bounds: TableBounds;
}

/** `service dns = udp/53, tcp/53` */
export interface Service extends Annotated {
  readonly kind: 'service-declaration';
  readonly name: Name;
  readonly services: readonly Value[];
}

export interface Group extends Annotated {
  readonly kind: 'group';
  readonly name: Name;
  readonly parameters: readonly Name[];
  readonly body: readonly RuleItem[];
}

/** A second block of a kind says where it goes. */
export type BlockOrder = 'only' | 'before' | 'after';

export interface Mitigate extends Annotated {
  readonly kind: 'mitigate';
  readonly order: BlockOrder;
  readonly in: readonly Name[];
  readonly body: readonly RuleItem[];
}

export interface Raw extends Annotated {
  readonly kind: 'raw';
  readonly order: BlockOrder;
  readonly body: readonly RuleItem[];
}

export interface Nat extends Annotated {
  readonly kind: 'nat';
  readonly order: BlockOrder;
  readonly body: readonly RuleItem[];
}

export type FilterHook = 'input' | 'forward' | 'output';
export type MangleHook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

export interface Filter extends Annotated {
  readonly kind: 'filter';
  readonly order: BlockOrder;
  readonly hook: FilterHook;
  readonly stateless: boolean;
  readonly default?: { readonly verdict: 'allow' | 'drop' | 'reject'; readonly reason?: RejectReason };
  readonly invalid?: 'drop' | 'pass';
  /** `pickup`: a TCP flow may start in its middle. */
  readonly pickup: boolean;
  readonly body: readonly RuleItem[];
}

export interface Mangle extends Annotated {
  readonly kind: 'mangle';
  readonly order: BlockOrder;
  readonly hook: MangleHook;
  readonly body: readonly RuleItem[];
}

export interface Count extends Annotated {
  readonly kind: 'count-block';
  readonly order: BlockOrder;
  readonly body: readonly RuleItem[];
}

/** `shape uplink egress rate 6gbit link ethernet overhead 18 across 4 queues { … }`, `shape uplink ingress rate 1gbit policed { … }` */
export interface Shape extends Annotated {
  readonly kind: 'shape';
  readonly zone: Name;
  readonly direction: 'ingress' | 'egress';
  readonly rate: Value;
  readonly link?: 'ethernet' | 'atm' | 'docsis';
  readonly overhead?: IntegerLiteral;
  readonly queues?: IntegerLiteral;
  /** Packets beyond a rate are dropped, and none waits. */
  readonly policed: boolean;
  readonly body: readonly RuleItem[];
}

export type BalanceSetting =
  | (Node & { readonly kind: 'vip'; readonly addresses: Value; readonly services: readonly Value[] })
  | (Node & { readonly kind: 'pool'; readonly table: Table | Name })
  | (Node & {
      readonly kind: 'hash';
      readonly algorithm: 'maglev';
      readonly size: IntegerLiteral;
      readonly on: 'flow' | 'source';
    })
  | (Node & { readonly kind: 'fragments'; readonly on: readonly ('source' | 'destination' | 'protocol')[] })
  | (Node & { readonly kind: 'remember-flows'; readonly flows: IntegerLiteral })
  | (Node & { readonly kind: 'local-first' })
  | (Node & {
      readonly kind: 'forward';
      readonly by: 'gre' | 'ipip' | 'gue' | 'dnat' | 'direct';
      readonly from?: Value;
    });

export interface Balance extends Annotated {
  readonly kind: 'balance';
  readonly name: Name;
  readonly settings: readonly BalanceSetting[];
}

export interface Dispatch extends Annotated {
  readonly kind: 'dispatch';
  readonly order: BlockOrder;
  readonly body: readonly RuleItem[];
}

/** `allow tcp 10.1.2.3:40000 -> 203.0.113.9:443 in inside out uplink becomes 198.51.100.7:40000` */
export interface Expectation extends Annotated {
  readonly kind: 'expectation';
  readonly verdict: 'allow' | 'drop' | 'reject';
  readonly reason?: RejectReason;
  /** A protocol; for ICMP with its type. */
  readonly protocol: Name | IntegerLiteral | IcmpLiteral;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly in?: Name;
  readonly out?: Name;
  readonly options: readonly ExpectOption[];
  readonly becomes?: { readonly source?: Endpoint; readonly destination?: Endpoint };
}

export type ExpectOption =
  | (Node & { readonly kind: 'tcp-flags'; readonly test: TcpFlagsTest })
  | (Node & { readonly kind: 'length' | 'ttl' | 'mark' | 'dscp'; readonly value: Value })
  | (Node & { readonly kind: 'fragment'; readonly which: 'first' | 'later' })
  /** `established`: a packet of this flow was let through before; `reply`: this one answers such a flow. */
  | (Node & { readonly kind: 'established' | 'reply' })
  /** `after 5 packets [within 1s]`: as many of the same were sent just before. */
  | (Node & { readonly kind: 'after'; readonly packets: IntegerLiteral; readonly within?: DurationLiteral })
  /** `to socket web`, `counted as smtp`, `logged` */
  | (Node & { readonly kind: 'socket' | 'counted'; readonly name: Name })
  | (Node & { readonly kind: 'logged' });

/** What the environment decides, given for the expectations of this block. */
export type Given =
  | (Annotated & { readonly kind: 'given-route'; readonly to: Value; readonly out: Name })
  | (Annotated & { readonly kind: 'given-address'; readonly addresses: Value; readonly zone?: Name })
  | (Annotated & { readonly kind: 'given-down'; readonly addresses: Value })
  | (Annotated & { readonly kind: 'given-time'; readonly date: DateLiteral; readonly minute?: number })
  | (Annotated & { readonly kind: 'given-memory'; readonly memory: Name; readonly values: Value });

export interface Expect extends Annotated {
  readonly kind: 'expect';
  readonly body: readonly (Expectation | Given)[];
}

export type TargetSetting =
  | (Node & { readonly kind: 'target-zone'; readonly zone: Zone })
  | (Node & { readonly kind: 'marks'; readonly reserve: IntegerLiteral })
  /** `nftables`, `tc on bond0`, `xdp on bond0 generic`, `p4 pna on dpu0` */
  | (Node & { readonly kind: 'plane'; readonly plane: Name; readonly variant?: Name; readonly on: readonly Name[] })
  | (Node & { readonly kind: 'gro-off' })
  | (Node & { readonly kind: 'default-route' })
  /** `socket web = 127.0.0.1:8080, [::1]:8080`: where the socket that `dispatch` names listens. */
  | (Node & { readonly kind: 'socket-place'; readonly socket: Name; readonly endpoints: readonly Endpoint[] });

export interface Target extends Annotated {
  readonly kind: 'target';
  readonly name: Name;
  readonly settings: readonly TargetSetting[];
}

export interface Tunnel extends Annotated {
  readonly kind: 'tunnel';
  readonly type: 'gre' | 'ipip';
  readonly from: Value;
  readonly anycast: boolean;
  readonly to: Value;
}

export interface TenantPrefix extends Annotated {
  readonly kind: 'tenant-prefix';
  readonly prefixes: Value;
}

export interface Tenant extends Annotated {
  readonly kind: 'tenant';
  readonly name: Name;
  readonly body: readonly (Statement | Tunnel | TenantPrefix)[];
}

/** A line of a `host` block, kept as its words until a plane carries it out. */
export interface HostSetting extends Annotated {
  readonly kind: 'host-setting';
  readonly words: readonly (Name | Value)[];
}

export interface Host extends Annotated {
  readonly kind: 'host';
  readonly name: Name;
  readonly settings: readonly HostSetting[];
}

export type Block = Mitigate | Raw | Nat | Filter | Mangle | Count | Shape | Balance | Dispatch;
export type Declaration = Zone | Let | Table | Memory | Service | Group;
export type Statement = Use | Declaration | Block | Expect | Target | Tenant | Host;
export type StatementKind = Statement['kind'];

export interface PolicyFile extends Node {
  readonly kind: 'file';
  readonly statements: readonly Statement[];
}
