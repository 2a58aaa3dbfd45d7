/** Clauses: the conditions of a rule. All must hold; a comma in one clause is "or". */
import type { Name, Node } from './node.ts';
import type { DateLiteral, Expression, IcmpLiteral, IntegerLiteral, RateLiteral, Value } from './values.ts';

/** `in uplink`, `out uplink, dmz` */
export interface ZoneClause extends Node {
  readonly kind: 'zone';
  readonly direction: 'in' | 'out';
  readonly zones: readonly Name[];
}

/** Whose addresses: the real hosts' (the rule), the ones before translation, or those in the frame. */
export type AddressView = 'default' | 'original' | 'on wire';

/** `from SET [port SET]`, `to SET [port SET]`, `host SET` (source or destination). */
export interface AddressClause extends Node {
  readonly kind: 'address';
  readonly side: 'from' | 'to' | 'host';
  readonly view: AddressView;
  readonly addresses: Value;
  readonly ports?: Value;
}

/** `tcp/25, ssh`, `udp`, `f.proto/f.port`: protocol and destination port. */
export interface ServiceClause extends Node {
  readonly kind: 'service';
  readonly services: readonly Value[];
}

/** `icmp echo-request`, `icmp6 135, 136` */
export interface IcmpClause extends Node {
  readonly kind: 'icmp';
  readonly icmp: IcmpLiteral;
}

/** `dscp is ef, cs5` */
export interface DscpClause extends Node {
  readonly kind: 'dscp';
  readonly values: Value;
}

/** `mark is 0x10/0xff` */
export interface MarkClause extends Node {
  readonly kind: 'mark';
  readonly values: readonly MarkValue[];
}

export interface MarkValue extends Node {
  readonly kind: 'mark-value';
  readonly value: Value;
  readonly mask?: IntegerLiteral;
}

/** `tcp flags syn`, `tcp flags syn+ack, rst`, `tcp flags syn/syn+ack+fin+rst`. Without a mask: all of them are set. */
export interface TcpFlagsClause extends Node {
  readonly kind: 'tcp-flags';
  readonly alternatives: readonly TcpFlagsTest[];
}

export interface TcpFlagsTest extends Node {
  readonly kind: 'tcp-flags-test';
  /** Flag names (fin syn rst psh ack urg ece cwr); empty for `none`. */
  readonly set: readonly string[];
  readonly mask?: readonly string[];
}

/** `length 1400-65535`, `ttl 1-4`, `vlan 100-199`, `mac aa:…` */
export interface FieldClause extends Node {
  readonly kind: 'field';
  readonly field: 'length' | 'ttl' | 'vlan' | 'mac';
  readonly values: Value;
}

/** `fragment` (any part of a fragmented packet), `fragment first`, `fragment later` */
export interface FragmentClause extends Node {
  readonly kind: 'fragment';
  readonly which: 'any' | 'first' | 'later';
}

export interface FamilyClause extends Node {
  readonly kind: 'family';
  readonly family: 4 | 6;
}

export type FlowState = 'new' | 'established' | 'related' | 'invalid' | 'untracked';

export interface StateClause extends Node {
  readonly kind: 'state';
  readonly states: readonly FlowState[];
}

/** A part of what one bucket or count is for: `source`, `source/24/64`, `flow`. */
export interface KeyPart extends Node {
  readonly kind: 'key-part';
  readonly field: 'source' | 'destination' | 'source port' | 'destination port' | 'protocol' | 'flow' | 'in' | 'mac';
  /** Prefix lengths the address is cut to, by family. */
  readonly prefix4?: number;
  readonly prefix6?: number;
}

export interface TableBounds {
  /** `keys N` */
  readonly keys?: IntegerLiteral;
  /** `when full match|miss` */
  readonly whenFull?: 'match' | 'miss';
  /** `approximate`: forgetting and imprecision are accepted. */
  readonly approximate: boolean;
}

/** `over RATE [per KEY] [burst N] [bucket NAME]`, `up to RATE …` */
export interface RateClause extends Node {
  readonly kind: 'rate';
  readonly sense: 'over' | 'up to';
  readonly rate: RateLiteral | Value;
  readonly per: readonly KeyPart[];
  readonly burst?: Value;
  /** What limits of this name count in, all together. */
  readonly bucket?: Name;
  readonly bounds: TableBounds;
}

/** `over N connections per KEY`, `up to N connections per KEY` */
export interface ConnectionsClause extends Node {
  readonly kind: 'connections';
  readonly sense: 'over' | 'up to';
  readonly count: Value;
  readonly per: readonly KeyPart[];
  readonly bounds: TableBounds;
}

/** `sample 1/N` */
export interface SampleClause extends Node {
  readonly kind: 'sample';
  readonly one: IntegerLiteral;
  readonly of: IntegerLiteral;
}

export interface UntilClause extends Node {
  readonly kind: 'until';
  readonly date: DateLiteral;
}

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** `during 08:00-18:00 mon-fri +01:00`; minutes of a day; the end is not included. */
export interface DuringClause extends Node {
  readonly kind: 'during';
  readonly fromMinute: number;
  readonly toMinute: number;
  /** Empty: every day. */
  readonly days: readonly Weekday[];
  readonly offsetMinutes: number;
}

export interface WhereClause extends Node {
  readonly kind: 'where';
  readonly expression: Expression;
}

/** `opaque nftables "ct zone 5"`: one plane's own words. */
export interface OpaqueClause extends Node {
  readonly kind: 'opaque';
  readonly plane: Name;
  readonly text: string;
}

/** The exact complement of one clause. */
export interface NotClause extends Node {
  readonly kind: 'not';
  readonly clause: Clause;
}

export type Clause =
  | ZoneClause
  | AddressClause
  | ServiceClause
  | IcmpClause
  | DscpClause
  | MarkClause
  | TcpFlagsClause
  | FieldClause
  | FragmentClause
  | FamilyClause
  | StateClause
  | RateClause
  | ConnectionsClause
  | SampleClause
  | UntilClause
  | DuringClause
  | WhereClause
  | OpaqueClause
  | NotClause;

export type ClauseKind = Clause['kind'];
