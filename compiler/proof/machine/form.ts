/**
 * What a plane's text says, read back: rules that are asked in order, sets and maps in columns, and where packets enter.
 * It is neutral between planes (a field here is a field of the packet or of its flow, not of a plane's language), so that
 * the proof knows nothing of the text; and small: whatever a plane implies without saying it stands here as a match.
 */
import type { Family } from '../../4-program/program.ts';

/**
 * Fields that a machine reads, with their width in bits. A field that the packet lacks breaks off the rule. Transport
 * fields are read where the transport header would be, whatever stands there: a rule that asks for a port of a packet
 * without ports reads nonsense, and has to ask for the protocol first.
 */
export const READ_WIDTHS = {
  /** 4 or 6. */
  family: 8,
  protocol: 8,
  /** 32 bits in IPv4, 128 in IPv6. */
  source: 128,
  destination: 128,
  'source port': 16,
  'destination port': 16,
  'tcp flags': 8,
  'icmp type': 8,
  'icmp code': 8,
  /** IPv4: the packet in bytes. IPv6: what follows the fixed header. */
  length: 16,
  ttl: 8,
  dscp: 6,
  /** IPv4: flags and offset as in the header. IPv6: the offset of the fragment header, absent without one. */
  'fragment offset': 16,
  /** IPv6: 1 where more follow, 0 in the last; absent without a fragment header. */
  'more fragments': 1,
  /** IPv6: 1 where there is a fragment header, 0 where not. */
  'fragment header': 1,
  'maximum segment': 16,
  vlan: 12,
  'source mac': 48,
  mark: 32,
  /** Absent in packets of no flow, as are the following. */
  'flow mark': 32,
  /** 1 once a packet of the flow was let through. */
  'flow confirmed': 1,
  'original source': 128,
  'original destination': 128,
  /** 0 new, 1 established, 2 related, 3 invalid, 4 untracked. */
  state: 3,
  /** Whatever number the owner of the socket has; absent without a socket. */
  'socket owner': 32,
  /** Nanoseconds are cut off: seconds since 1970, UTC. */
  time: 64,
  /** Seconds of the day, UTC. */
  'time of day': 32,
  /** 0 Sunday … 6 Saturday, UTC. */
  weekday: 8,
  /** Names of interfaces; absent where the hook has none. `*` at the end: all with that beginning. */
  in: 0,
  out: 0,
} as const;

export type ReadField = keyof typeof READ_WIDTHS;

/** A field, of which only the bits in `mask` are looked at. */
export interface FieldRead {
  readonly kind: 'field';
  readonly field: ReadField;
  /** Given for fields that have another place or width in each family. */
  readonly family: Family | undefined;
  readonly mask: bigint | undefined;
}

/** `bits` bits, from bit `offset` on of the transport header, or of what follows it. */
export interface BytesRead {
  readonly kind: 'bytes';
  readonly of: 'transport header' | 'payload';
  readonly offset: number;
  readonly bits: number;
  readonly mask: bigint | undefined;
}

/** What the address is to this host: 0 unicast, 1 its own, 2 broadcast, 3 multicast; `toward`: as seen from the interface that the packet came in or goes out by. */
export interface AddressKindRead {
  readonly kind: 'address kind';
  readonly field: 'source' | 'destination';
  readonly toward: 'in' | 'out' | undefined;
}

/** 1 where the flow has the label, 0 where not; absent in packets of no flow. */
export interface LabelRead {
  readonly kind: 'label';
  readonly label: number;
}

/** Jenkins' hash of the reads' bits, modulo `modulus`. */
export interface HashRead {
  readonly kind: 'hash';
  readonly of: readonly Read[];
  readonly modulus: number;
  readonly seed: number;
}

/** A number of 32 bits that stands in a key itself, whatever the packet. */
export interface ConstantRead {
  readonly kind: 'constant';
  readonly value: number;
}

export type Read = FieldRead | BytesRead | AddressKindRead | LabelRead | HashRead | ConstantRead;

/** Values of one part of a key, or of a map's data: ends of intervals (layout in net/words.ts), or names. */
export type Column =
  | { readonly kind: 'numbers'; readonly width: number; readonly lows: Uint32Array; readonly highs: Uint32Array }
  | { readonly kind: 'names'; readonly indices: Uint32Array; readonly names: readonly string[] };

/** What an element has of its own: statements that a packet meets which is looked up and found there. */
export interface Attachment {
  readonly counted: boolean;
  readonly limit: Limit | undefined;
  readonly comment: string | undefined;
}

/** A set, or a map: elements are rows of columns. */
export interface MachineSet {
  /** Undefined for a list that stands in a rule. */
  readonly name: string | undefined;
  readonly count: number;
  /** The parts of the key: element `i` holds what is between both ends in every part. */
  readonly key: readonly Column[];
  /** Parts of a map's data. */
  readonly data: readonly Column[];
  /** A map of verdicts: which of `list` an element leads to. */
  readonly verdicts: { readonly indices: Uint32Array; readonly list: readonly Verdict[] } | undefined;
  readonly attachments: { readonly indices: Uint32Array; readonly list: readonly Attachment[] } | undefined;
  /** Rules change it, and others may: what is in it is not known beforehand. */
  readonly isDynamic: boolean;
  /** Milliseconds after which an element that is added is forgotten; undefined: never. */
  readonly timeout: number | undefined;
  /** How many elements it takes; undefined: as many as come. */
  readonly size: number | undefined;
}

/** A token bucket. */
export interface Limit {
  /** The statement holds where there are no tokens, not where there are. */
  readonly over: boolean;
  readonly amount: number;
  readonly perSeconds: number;
  readonly of: 'packets' | 'bytes';
  /** Packets, or bytes besides those of one unit of time; undefined: the plane's own. */
  readonly burst: number | undefined;
}

/** Why a packet is refused. */
export type Refusal =
  | { readonly kind: 'tcp reset' }
  /** Codes of "unreachable" in ICMP and ICMPv6; a packet of a family without one goes on. */
  | { readonly kind: 'unreachable'; readonly codes: { readonly [F in Family]?: number } };

/** `continue` goes on with the next rule, `return` behind the rule that called the chain. */
export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/** A set by its name, or a list in place. */
export type SetUse = string | MachineSet;

/** Ends of an interval of addresses, or of ports. */
export type Interval = readonly [low: bigint, high: bigint];

export type TranslationTo =
  /** What is undefined stays as it is. */
  | { readonly kind: 'constant'; readonly addresses: Interval | undefined; readonly ports: Interval | undefined }
  /** The data of the element that the key finds: an address (or several), and a port where there is a second part. */
  | { readonly kind: 'map'; readonly key: readonly Read[]; readonly map: SetUse }
  /** The host part stays, the network is the data of the element that the address is in. */
  | { readonly kind: 'prefix'; readonly key: readonly Read[]; readonly map: SetUse };

/** One part of a rule. What does not hold breaks off the rule; what holds or is done leads on to the next. */
export type Statement =
  | { readonly kind: 'match'; readonly key: readonly Read[]; readonly negated: boolean; readonly set: SetUse }
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'reject'; readonly refusal: Refusal }
  /** The verdict of the element that the key finds. */
  | { readonly kind: 'verdict map'; readonly key: readonly Read[]; readonly map: SetUse }
  | { readonly kind: 'count'; readonly counter: string }
  | {
      readonly kind: 'log';
      readonly prefix: string;
      readonly level: string | undefined;
      readonly group: number | undefined;
    }
  /** A named bucket, or the one whose name is the data of the element found. */
  | { readonly kind: 'limit'; readonly limit: string }
  | { readonly kind: 'limit map'; readonly key: readonly Read[]; readonly map: SetUse }
  /** One packet in so many: holds where a random number below `of` is below `below`. */
  | { readonly kind: 'sample'; readonly below: number; readonly of: number }
  | {
      readonly kind: 'update';
      /** `add` leaves an element's time as it is, `update` begins it anew. */
      readonly verb: 'add' | 'update' | 'delete';
      readonly set: string;
      readonly key: readonly Read[];
      readonly timeout: number | undefined;
      /** Each element has such a bucket of its own. */
      readonly limit: Limit | undefined;
      /** Each element counts connections. */
      readonly connections: { readonly over: boolean; readonly count: number } | undefined;
    }
  /** New value = (`from` & `keep`) | `value`. */
  | {
      readonly kind: 'set mark';
      readonly of: 'packet' | 'flow';
      readonly from: 'packet' | 'flow' | undefined;
      readonly keep: number;
      readonly value: number;
    }
  /** The mark is the data of the element found. */
  | {
      readonly kind: 'set mark by map';
      readonly of: 'packet' | 'flow';
      readonly key: readonly Read[];
      readonly map: SetUse;
    }
  /** What says which class the packet queues in. */
  | { readonly kind: 'set priority'; readonly value: number }
  | { readonly kind: 'set priority by map'; readonly key: readonly Read[]; readonly map: SetUse }
  | { readonly kind: 'set dscp'; readonly family: Family; readonly value: number }
  /** `size` undefined: what the route allows. */
  | { readonly kind: 'set maximum segment'; readonly size: number | undefined }
  | { readonly kind: 'set label'; readonly label: number }
  | { readonly kind: 'notrack' }
  | { readonly kind: 'helper'; readonly helper: string }
  | {
      readonly kind: 'translate';
      readonly verb: 'snat' | 'dnat' | 'masquerade' | 'redirect';
      /** A packet of another family goes on; undefined: both. */
      readonly family: Family | undefined;
      readonly to: TranslationTo;
      readonly random: boolean;
      readonly persistent: boolean;
    }
  /** Holds where the socket there takes the packet. */
  | { readonly kind: 'to socket'; readonly family: Family; readonly address: bigint; readonly port: number }
  | {
      readonly kind: 'synproxy';
      readonly mss: number | undefined;
      readonly windowScale: number | undefined;
      readonly timestamps: boolean;
      readonly selectiveAck: boolean;
    }
  /** The policy's own words, which nobody looks into. */
  | { readonly kind: 'opaque'; readonly text: string };

export interface MachineRule {
  readonly statements: readonly Statement[];
  /** Line of the text, counted from 1. */
  readonly line: number;
}

/** Where packets enter a chain. */
export interface Entry {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: 'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  /** Lower ones come first. */
  readonly priority: number;
  readonly devices: readonly string[];
  /** What a packet meets that no rule decided about. */
  readonly policy: 'accept' | 'drop';
}

export interface MachineChain {
  readonly name: string;
  readonly entry: Entry | undefined;
  readonly rules: readonly MachineRule[];
}

/** A helper that is given to flows by an object. */
export interface HelperObject {
  readonly helper: string;
  readonly protocol: number;
}

export interface Machine {
  readonly chains: ReadonlyMap<string, MachineChain>;
  readonly sets: ReadonlyMap<string, MachineSet>;
  readonly counters: ReadonlySet<string>;
  readonly limits: ReadonlyMap<string, Limit>;
  readonly helpers: ReadonlyMap<string, HelperObject>;
}
