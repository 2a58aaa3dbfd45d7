/**
 * What a plan becomes for XDP: one list of rules, and tables that find the rules which a packet may meet. Rules are data:
 * the program's text depends on which fields they test, never on how many they are.
 */
import type { Balance, Origin } from '../../compiler/model/index.ts';
import type { Cell, PayloadTest, SameFieldTest } from '../../compiler/model/condition.ts';
import type { IntervalSet } from '../../compiler/net/interval-set.ts';
import type { PacketField } from './fields.ts';
import type { TableAtom } from './lower/conditions.ts';

/**
 * What a rule does to a packet that meets it: `on` goes on with the next rule, `skip` with the rule of that number, `filter` with
 * the first rule of the filter that the packet would meet; `balance` hands it to the service of that number; `socket`, in
 * `dispatch` only, to the socket of that name, which drops what is over the limit; `class`, in `shape` only, gives it the class of
 * that number, and `class of row` that of the row whose key it has.
 */
export type Action =
  | { readonly kind: 'pass' | 'drop' | 'on' | 'filter' }
  | { readonly kind: 'skip'; readonly to: number }
  | { readonly kind: 'balance'; readonly service: number }
  | { readonly kind: 'socket'; readonly socket: string; readonly limit?: LimitCondition }
  | { readonly kind: 'class'; readonly number: number }
  | { readonly kind: 'class of row'; readonly found: FoundRows; readonly class: Cell };

/** Rows of a table that are found by one key, of which no packet has two. */
export interface FoundRows {
  readonly field: PacketField;
  /** Of addresses. */
  readonly family: 4 | 6 | undefined;
  readonly key: Cell;
  readonly rows: Uint32Array;
}

/** A condition that no table finds: it is asked of packets that the tables have led to the rule. */
export type Condition =
  | { readonly kind: 'payload'; readonly negated: boolean; readonly test: PayloadTest }
  | { readonly kind: 'same field'; readonly negated: boolean; readonly test: SameFieldTest }
  | { readonly kind: 'masked'; readonly negated: boolean; readonly test: MaskedFieldTest }
  | { readonly kind: 'sample'; readonly one: number; readonly of: number }
  | LimitCondition
  | MemoryCondition;

/** Whether a bucket has room (or, `over`, has none). */
export interface LimitCondition {
  readonly kind: 'limit';
  /** The numbers of its tables of buckets, for IPv4 and for IPv6; the same where addresses are in no key. */
  readonly buckets: readonly [ipv4: number, ipv6: number];
  readonly over: boolean;
  /** What a new key meets in a full table. */
  readonly holdsWhenFull: boolean;
  readonly pace: Pace;
  /** The row that the rule is for; a part of the key. */
  readonly row: number | undefined;
}

/** Whether an address is remembered; or that it be remembered or forgotten, which always holds, and is asked last. */
export interface MemoryCondition {
  readonly kind: 'memory' | 'remember' | 'forget';
  readonly negated: boolean;
  /** The numbers of its tables of buckets, for IPv4 and for IPv6; undefined: it has no addresses of the family. */
  readonly tables: readonly [ipv4: number | undefined, ipv6: number | undefined];
  readonly field: 'source' | 'destination';
  /** How long, in nanoseconds; undefined: until it is forgotten. */
  readonly lasts: bigint | undefined;
}

/** A rate as a whole number of the clock's ticks for each packet, byte or bit. */
export interface Pace {
  readonly period: bigint;
  /** Packets, bytes or bits. */
  readonly burst: bigint;
  /** Ticks in a nanosecond. */
  readonly clock: bigint;
  /** What a packet counts for each of its bytes; 0: it counts one. */
  readonly perByte: 0 | 1 | 8;
}

/** A word of 64 bits in a bucket's key. */
export interface KeyWord {
  readonly mask: bigint;
  /** One of those that a `struct packet` of the program begins with. */
  readonly word: number;
  /** A packet whose bits under the mask are all set lacks it. */
  readonly mayLack: boolean;
}

/** A table of buckets, or of what a memory holds. */
export interface BucketTable {
  /** In the kernel: at most 15 letters, by the name of the policy's rule. */
  readonly name: string;
  /** The first rule that asks it. */
  readonly origin: Origin;
  /** Most buckets in it. */
  readonly keys: number;
  readonly key: readonly KeyWord[];
  /** Tables of two builds that have the same mean the same. */
  readonly identity: bigint;
}

/** A memory, for the loader. */
export interface KeptMemory {
  readonly name: string;
  readonly tables: MemoryCondition['tables'];
  /** How long an address is remembered, in nanoseconds; undefined: until it is forgotten. */
  readonly lasts: bigint | undefined;
}

/** `field & mask == value`, of an address of one family or of a number. */
export interface MaskedFieldTest {
  readonly field: PacketField;
  readonly family: 4 | 6 | undefined;
  readonly value: bigint;
  readonly mask: bigint;
}

/** A rule as far as tables find it. */
export interface TestedRule {
  readonly origin: Origin;
  /** Tests of fields against constant sets: what the tables are made from. */
  readonly atoms: readonly TableAtom[];
  /** Of a rule for rows, what each of them gives to the values of its key. */
  readonly given?: GivenNumbers | undefined;
}

/** Numbers beside the bits of rows, which values of a field have. */
export interface GivenNumbers {
  readonly field: PacketField;
  readonly family: 4 | 6 | undefined;
  /** The place among the numbers of the field's rows. */
  readonly column: number;
  /** No two have a value in common. */
  readonly sets: readonly { readonly set: IntervalSet; readonly number: number }[];
}

export interface ListedRule extends TestedRule {
  /** In the order in which they are asked. */
  readonly conditions: readonly Condition[];
  /** Numbers of counters. */
  readonly counts: readonly number[];
  readonly action: Action;
}

/** Values of a field from `lows` on, up to before the next, and the row of rules that they share. */
export interface Ranges {
  readonly width: number;
  /** Ascending, the first is 0; layout as in IntervalSet. */
  readonly lows: Uint32Array;
  readonly rows: Uint16Array;
}

/** A field that some rule tests: which of its values share a row, and the rules of each row. */
export interface FieldTable {
  readonly field: PacketField;
  /** For addresses: of IPv4, of IPv6. For all others: of the values. */
  readonly ranges: readonly Ranges[];
  /** The row of packets that lack the field. */
  readonly absentRow: number;
  /** For each row, a bit for each rule, the lowest bit of the first word is rule 0. */
  readonly rowBits: readonly Uint32Array[];
  /** For each row, the numbers that its values are given. */
  readonly rowNumbers: readonly Uint32Array[];
}

/** An interface that the program runs on. */
export interface XdpInterface {
  readonly name: string;
  readonly generic: boolean;
  /** The number of the zone that untagged frames come in by, and those of each VLAN; 0: none. */
  readonly untagged: number;
  readonly byVlan: Uint8Array;
}

/** A Maglev table, and the backends in it. */
export interface Pool {
  readonly firstEntry: number;
  /** The table's size. */
  readonly entries: number;
  readonly firstBackend: number;
  /** How many. */
  readonly backends: number;
}

/** A `balance` block. */
export interface Service {
  readonly name: string;
  readonly origin: Origin;
  /** Of packets of IPv4, of IPv6; the same where both get to all backends. */
  readonly pools: readonly [Pool, Pool];
  readonly forward: 'ipip' | 'gre' | 'direct';
  readonly hashOn: Balance['hashOn'];
  readonly fragmentsOn: Balance['fragmentsOn'];
  /** Of one counter for each outcome. */
  readonly firstCounter: number;
  /** The number of its memory of flows. */
  readonly memory: number | undefined;
  /** Whether what a socket of this host takes is left to it. */
  readonly localFirst: boolean;
}

/** Where a service remembers the backends of flows. */
export interface FlowMemory {
  /** In the kernel: at most 15 letters. */
  readonly name: string;
  /** Flows that it has room for. */
  readonly flows: number;
  /** Memories of two builds that have the same mean the same. */
  readonly identity: bigint;
}

export interface Backend {
  readonly family: 4 | 6;
  readonly address: bigint;
  readonly weight: number;
  /** Where outer headers are from; undefined: where the kernel would send from. */
  readonly source: bigint | undefined;
  /** Of two builds, backends that have the same are the same. */
  readonly identity: bigint;
}

/** All `balance` blocks. */
export interface Balancing {
  /** By number. */
  readonly services: readonly Service[];
  readonly backends: readonly Backend[];
  /** By number. */
  readonly memories: readonly FlowMemory[];
  /** Of all Maglev tables. */
  readonly entries: number;
}

/** The numbers of the rules that stateless filters begin with; undefined: XDP has no such filter. */
export interface Filters {
  readonly input: number | undefined;
  readonly forward: number | undefined;
}

/** What the program does: `mitigate`, then `balance`, then filters. */
export interface XdpProgram {
  readonly target: string;
  readonly rules: readonly ListedRule[];
  readonly fields: readonly FieldTable[];
  /** Names of counters, by number. */
  readonly counters: readonly string[];
  /** By number. */
  readonly bucketTables: readonly BucketTable[];
  readonly memories: readonly KeptMemory[];
  readonly balancing: Balancing;
  readonly filters: Filters;
  readonly interfaces: readonly XdpInterface[];
  /** Names of zones; their numbers count from 1. */
  readonly zones: readonly string[];
}
