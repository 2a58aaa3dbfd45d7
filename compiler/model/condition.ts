/**
 * What must hold of a packet for a rule to speak. Conditions are closed under all/any/not; a negated test is the exact
 * complement over all packets (true where the field is absent).
 */
import type { Span } from '../../grammar/source.ts';
import type { AddressSet } from '../net/address-set.ts';
import type { IntervalSet } from '../net/interval-set.ts';
import type { AddressField, NumberField, PayloadField, ZoneField } from './fields.ts';
import type { Memory, Zone } from './policy.ts';
import type { Table } from './table.ts';

/** A variable of an `each`, bound to one row at a time. Two `each`s over one table have two variables. */
export interface RowVariable {
  readonly name: string;
  readonly table: Table;
}

/** A cell of the row at hand. */
export interface Cell {
  readonly kind: 'cell';
  readonly row: RowVariable;
  readonly column: string;
}

/** Whose addresses: `real` (after undoing every translation), before translation, or what the frame carries. */
export type View = 'real' | 'original' | 'on wire';

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | Test;

export type Test =
  | NumberTest
  | MaskedTest
  | AddressTest
  | ZoneTest
  | ServiceCellTest
  | MemoryTest
  | AddressOfZoneTest
  | SameFieldTest
  | PayloadTest
  | UntilTest
  | DuringTest
  | OpaqueTest;

/** A number field is in a set, or in the value (or range) of a cell. */
export interface NumberTest {
  readonly kind: 'number';
  readonly field: NumberField;
  readonly in: IntervalSet | Cell;
  /** Whose port, for ports and services (`to original SET port SET`); `real` where it is left out. */
  readonly view?: View | undefined;
  /** What the policy calls the set (`web_ports`), where it is one name: artifacts use it. */
  readonly name?: string | undefined;
}

/** `field & mask == value`, for marks and flags. */
export interface MaskedTest {
  readonly kind: 'masked';
  readonly field: NumberField;
  readonly value: number;
  readonly mask: number;
}

/** `mask`: a suffix match, compared under the mask; family 4 or 6. */
export interface AddressTest {
  readonly kind: 'address';
  readonly field: AddressField;
  readonly view: View;
  readonly in:
    | AddressSet
    | Cell
    | { readonly kind: 'masked'; readonly family: 4 | 6; readonly value: bigint; readonly mask: bigint };
  /** What the policy calls the set (`admins`, `users.room`), where it is one name: artifacts use it. */
  readonly name?: string | undefined;
}

export interface ZoneTest {
  readonly kind: 'zone';
  readonly field: ZoneField;
  readonly zones: readonly Zone[];
}

/** `f.proto/f.port`: protocol and destination port against cells (a number or set where that part is constant). */
export interface ServiceCellTest {
  readonly kind: 'service cell';
  readonly protocol: Cell | number;
  readonly port: Cell | IntervalSet;
}

/** The key made of these fields is in the memory; one for each of its columns. */
export interface MemoryTest {
  readonly kind: 'memory';
  readonly memory: Memory;
  readonly key: readonly MemoryKeyField[];
}

export type MemoryKeyField = 'source' | 'destination' | 'source port' | 'destination port' | 'protocol';

/** The address is one that an interface of the zone has at run time. */
export interface AddressOfZoneTest {
  readonly kind: 'address of zone';
  readonly field: AddressField;
  readonly zone: Zone;
}

/** Equality of two fields of one kind: `where source == destination`. */
export interface SameFieldTest {
  readonly kind: 'same field';
  readonly left: AddressField | NumberField;
  readonly right: AddressField | NumberField;
}

/** The bytes, most significant first, under the mask equal `value`. */
export interface PayloadTest {
  readonly kind: 'payload';
  readonly field: PayloadField;
  readonly value: Uint8Array;
  readonly mask: Uint8Array;
}

/** True before 00:00 UTC of the day after the date; `seconds` since 1970. */
export interface UntilTest {
  readonly kind: 'until';
  readonly seconds: number;
}

/** Minutes of the day in a fixed offset from UTC; from included, to excluded; may wrap over midnight. */
export interface DuringTest {
  readonly kind: 'during';
  readonly fromMinute: number;
  readonly toMinute: number;
  /** 0 Sunday … 6 Saturday, of the day on which the window begins; all seven where none was named. */
  readonly days: readonly number[];
  readonly offsetMinutes: number;
}

export interface OpaqueTest {
  readonly kind: 'opaque';
  readonly plane: string;
  readonly text: string;
  readonly span: Span;
}

/** What a bucket, or a count of connections, is for. Without parts: one for all. */
export interface KeyPart {
  readonly field: 'source' | 'destination' | 'source port' | 'destination port' | 'protocol' | 'in' | 'source mac';
  /** Addresses are cut to these prefix lengths (32 and 128: whole). */
  readonly prefix4: number;
  readonly prefix6: number;
}

export interface Bounds {
  /** How many keys the table holds. */
  readonly keys: number;
  /** What a packet with a new key meets when it is full: the clause holds, or it does not. */
  readonly whenFull: 'match' | 'miss';
  readonly approximate: boolean;
}

/** Amount of packets (events), bits or bytes in `perSeconds` seconds. */
export interface Rate {
  readonly of: 'events' | 'bits' | 'bytes';
  readonly amount: number;
  readonly perSeconds: number;
}

/**
 * Conditions that keep state or draw lots. They are asked last, in the order written, of packets that meet all else;
 * only an answer of "conforms" charges a bucket.
 */
export type Gate =
  /** Generic cell rate algorithm; the gate is open for conforming packets (`up to`) or for the others (`over`). */
  | {
      readonly kind: 'rate';
      /** Names the bucket table: one for each statement × group use; row and key select the bucket in it. */
      readonly limiter: string;
      /** `bucket NAME`: every limit that names it has this bucket table, and is alike but for its place. */
      readonly bucket?: string;
      readonly sense: 'over' | 'up to';
      readonly rate: Rate | Cell;
      readonly burst: number;
      readonly per: readonly KeyPart[];
      readonly rows: readonly RowVariable[];
      readonly bounds: Bounds;
      readonly span: Span;
    }
  /** Number of tracked connections with the same key, this one included, against `count`. */
  | {
      readonly kind: 'connections';
      readonly limiter: string;
      readonly sense: 'over' | 'up to';
      readonly count: number;
      readonly per: readonly KeyPart[];
      readonly rows: readonly RowVariable[];
      readonly bounds: Bounds;
      readonly span: Span;
    }
  | { readonly kind: 'sample'; readonly one: number; readonly of: number; readonly span: Span };

export type RateGate = Extract<Gate, { readonly kind: 'rate' }>;
