/** What a NIC keeps of a policy, in P4's own terms: tables, their keys, and their entries. */
import type { Family } from '../../compiler/4-program/program.ts';
import type { Origin } from '../../compiler/model/index.ts';
import type { MaskedValue } from '../../compiler/net/masked.ts';
import type { Membership } from './encode/memberships.ts';
import type { KeyField } from './fields.ts';
import type { FilterId } from './why-filter-up.ts';
import type { NicDescription } from './targets/index.ts';

export interface NicProgram {
  /** The policy's target. */
  readonly target: string;
  readonly nic: NicDescription;
  /** Ports to the network, by number; what comes in there goes up to the host by the interface of that name. */
  readonly ports: readonly string[];
  /** Of the policy, numbered from 1. */
  readonly zones: readonly string[];
  readonly zoneEntries: readonly ZoneEntry[];
  /** Those of each family that have a rule to drop by, in the order in which they are asked. */
  readonly families: readonly FamilyTables[];
  /** Every rule, in the policy's order, for people. */
  readonly split: readonly SplitRule[];
}

/** Frames of a port, with these tags, come in by a zone; the first entry that matches counts. */
export interface ZoneEntry {
  readonly port: number;
  /** Of `vlan` as a key holds it; undefined: tagged or not. */
  readonly vlan: MaskedValue | undefined;
  readonly zone: number;
}

/** Those of `mitigate` decide about packets, and ask what those of filters have found before. */
export type RuleListName = 'mitigate' | FilterId;

/** A list's tables for packets of one family. */
export interface FamilyTables {
  readonly list: RuleListName;
  readonly family: Family;
  readonly memberships: readonly MembershipTable[];
  readonly rules: RuleTable;
}

/** How a table finds the longest prefix: `ternary` where the NIC has no tables of longest prefixes, the longest first. */
export type PrefixMatch = 'lpm' | 'ternary';

/** In which sets a field's value is, by the longest prefix. */
export interface MembershipTable {
  /** `source_sets_ipv4` */
  readonly name: string;
  readonly field: KeyField;
  readonly match: PrefixMatch;
  /** Of the key: whole bytes for longest prefixes. */
  readonly width: number;
  /** What each bit stands for, from the lowest. */
  readonly sets: readonly string[];
  readonly entries: readonly Membership[];
}

/** The rules, in order: ternary. */
export interface RuleTable {
  /** `mitigate_ipv4`, `filter_input_ipv4` */
  readonly name: string;
  readonly keys: readonly RuleKey[];
  readonly entries: readonly RuleEntry[];
  /** What the rules would need under each encoding that was weighed: the chosen one, then the others, the cheapest first. */
  readonly encodings: readonly EncodingCost[];
}

export interface RuleKey {
  readonly field: KeyField;
  /** Of the struct of keys. */
  readonly name: string;
  readonly width: number;
  /** Whether it is the value itself, or the bits of the sets that it is in. */
  readonly holds: 'value' | 'sets';
}

export interface RuleEntry {
  /** One of `split`. */
  readonly rule: SplitRule;
  readonly action: NicAction;
  /** By key; undefined: whatever it is. */
  readonly values: readonly (MaskedValue | undefined)[];
}

/** `up`: the host decides. In a filter: it forbids the packet, or does not. */
export type NicAction = 'drop' | 'up';

export interface EncodingCost {
  /** The fields that are looked up in tables of sets; the others stand in the rules' key as they are. */
  readonly looked: readonly KeyField[];
  readonly entries: number;
  readonly keyWidth: number;
  /** Entries × key width of all tables together, in bits. */
  readonly bits: number;
  /** Of the rules, and of each field that is looked up before. */
  readonly tables: readonly { readonly entries: number; readonly keyBits: number }[];
}

/** What became of a rule of the policy. */
export interface SplitRule {
  readonly origin: Origin;
  readonly action: NicAction;
  /** Why its packets go up; undefined where they do not. */
  readonly why: string | undefined;
}
