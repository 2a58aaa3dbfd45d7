/** What a block or group of the policy will hold. */
import type { Span } from '../../../grammar/source.ts';
import type { Family } from './dump/dump.ts';
import type { OverRows, Term } from './rules.ts';

export interface RuleItem {
  readonly kind: 'rule';
  readonly families: readonly Family[];
  /** `allow`, `snat`; empty: the first effect is what the rule does. */
  readonly action: string;
  readonly terms: readonly Term[];
  /** Behind the clauses: `-> 192.0.2.1`. */
  readonly behind: string;
  /** With the clauses that belong to them alone. */
  readonly effects: readonly string[];
  readonly comments: readonly string[];
  readonly spans: readonly Span[];
  /** The packets that met it, as the dump says. */
  readonly packets: number;
  readonly rows?: OverRows;
}

export interface UseItem {
  readonly kind: 'use';
  readonly families: readonly Family[];
  /** Which group, by its key in `Lists.groups`. */
  readonly group: string;
}

export type Item = RuleItem | UseItem;

/** The rules of one table: for each built-in chain, and for each group that they use. */
export interface Lists {
  readonly blocks: ReadonlyMap<string, readonly Item[]>;
  readonly groups: ReadonlyMap<string, readonly Item[]>;
  /** What becomes of packets at the end of each built-in chain. */
  readonly policies: ReadonlyMap<string, string>;
  /** Rules that have to stand at the head of `mangle prerouting`. */
  readonly moved?: readonly RuleItem[];
}

export function decides({ action }: RuleItem): boolean {
  return action !== '' && action !== 'do';
}
