/** Literals, sets and expressions: whatever stands for a value. */
import type { Name, Node } from './node.ts';

/** `10.0.0.1` or `2001:db8::1`. */
export interface AddressLiteral extends Node {
  readonly kind: 'address';
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** `10.0.0.0/8`; host bits that are set are found by the checker, not here. */
export interface PrefixLiteral extends Node {
  readonly kind: 'prefix';
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly length: number;
}

/** A suffix match for dynamic prefixes: `::1:2/::ffff:ffff`. */
export interface MaskedAddressLiteral extends Node {
  readonly kind: 'masked-address';
  readonly family: 4 | 6;
  readonly value: bigint;
  readonly mask: bigint;
}

/** `10.0.0.1-10.0.0.9`, `1024-65535`: no spaces around the hyphen. */
export interface RangeLiteral extends Node {
  readonly kind: 'range';
  readonly low: AddressLiteral | IntegerLiteral;
  readonly high: AddressLiteral | IntegerLiteral;
}

export interface IntegerLiteral extends Node {
  readonly kind: 'integer';
  readonly value: bigint;
  /** Written as `0x…`; the digit count matters for `payload` comparisons. */
  readonly hexDigits?: number;
}

export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly value: string;
}

/** `aa:bb:cc:dd:ee:ff` */
export interface MacLiteral extends Node {
  readonly kind: 'mac';
  readonly value: bigint;
}

/** `100/second`, `40kpps` (packets), `5mbit`, `6gbit` (bits a second), `10mbyte/second` (bytes). */
export interface RateLiteral extends Node {
  readonly kind: 'rate';
  readonly of: 'events' | 'bits' | 'bytes';
  /** Events, bits or bytes in `perSeconds` seconds; both exact integers: `10/minute` is 10 in 60. */
  readonly amount: bigint;
  readonly perSeconds: number;
}

/** `64KiB`, `1500B`, `10MB`; in bytes. */
export interface SizeLiteral extends Node {
  readonly kind: 'size';
  readonly bytes: bigint;
}

/** `12h`, `5s`, `100ms`, `7d`; in milliseconds. */
export interface DurationLiteral extends Node {
  readonly kind: 'duration';
  readonly milliseconds: number;
}

export interface PercentLiteral extends Node {
  readonly kind: 'percent';
  readonly value: number;
}

/** `2026-12-31` */
export interface DateLiteral extends Node {
  readonly kind: 'date';
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A name that something declares: a `let`, a memory, a service, a parameter, a row variable. */
export interface NameReference extends Node {
  readonly kind: 'reference';
  readonly name: Name;
}

/** `u.room` (a cell of the row at hand) or `users.room` (all values of a column). */
export interface ColumnReference extends Node {
  readonly kind: 'column';
  readonly owner: Name;
  readonly column: Name;
}

/** `any`: every value. */
export interface AnyValue extends Node {
  readonly kind: 'any';
}

/** `address of uplink`: whatever addresses the zone's interfaces have at run time. */
export interface AddressOfZone extends Node {
  readonly kind: 'address-of';
  readonly zone: Name;
}

/** `tcp/80`, `tcp/8000-8080`, `udp` (every port), `f.proto/f.port`, `proto 47/…`. */
export interface ServiceLiteral extends Node {
  readonly kind: 'service';
  /** A protocol by name, by number (`proto 99`), or from a row. */
  readonly protocol: Name | IntegerLiteral | ColumnReference;
  /** Absent: the whole protocol. */
  readonly ports?: Value;
}

/** `icmp echo-request`, `icmp4 3/4`, `icmp6 135`. */
export interface IcmpLiteral extends Node {
  readonly kind: 'icmp';
  /** `icmp` names a type for both families, the others number it for one. */
  readonly family: 'both' | 4 | 6;
  readonly types: readonly IcmpType[];
}

export interface IcmpType extends Node {
  readonly kind: 'icmp-type';
  readonly type: Name | IntegerLiteral;
  readonly code?: IntegerLiteral;
}

/** `A + B`, `A - B`, `A & B`; `&` binds tighter than the others. */
export interface SetOperation extends Node {
  readonly kind: 'operation';
  readonly operator: '+' | '-' | '&';
  readonly left: Value;
  readonly right: Value;
}

/** `a, b, c`, or the same in braces. */
export interface ValueList extends Node {
  readonly kind: 'list';
  readonly braces: boolean;
  readonly items: readonly Value[];
}

export type Literal =
  | AddressLiteral
  | PrefixLiteral
  | MaskedAddressLiteral
  | RangeLiteral
  | IntegerLiteral
  | StringLiteral
  | MacLiteral
  | RateLiteral
  | SizeLiteral
  | DurationLiteral
  | PercentLiteral
  | DateLiteral
  | ServiceLiteral
  | IcmpLiteral;

export type Value = Literal | NameReference | ColumnReference | AnyValue | AddressOfZone | SetOperation | ValueList;

/** A field of the packet in a `where` expression. */
export interface FieldReference extends Node {
  readonly kind: 'field';
  readonly field:
    | 'source'
    | 'destination'
    | 'source port'
    | 'destination port'
    | 'protocol'
    | 'length'
    | 'ttl'
    | 'dscp'
    | 'mark'
    | 'vlan';
}

/** `payload[a..b]`: bytes a to b (both included) behind the transport header. */
export interface PayloadSlice extends Node {
  readonly kind: 'payload';
  readonly first: number;
  readonly last: number;
}

/** `mark & 0xff` on the left of a comparison. */
export interface MaskedField extends Node {
  readonly kind: 'masked-field';
  readonly field: FieldReference;
  readonly mask: IntegerLiteral;
}

export type Operand = FieldReference | PayloadSlice | MaskedField | Value;

export type Expression =
  | (Node & { readonly kind: 'or' | 'and'; readonly terms: readonly Expression[] })
  | (Node & { readonly kind: 'not'; readonly term: Expression })
  | (Node & {
      readonly kind: 'comparison';
      readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in';
      readonly left: Operand;
      readonly right: Operand;
    });
