/** Rules on their way from a dump to a policy's text. */
import type { Span } from '../../../grammar/source.ts';
import type { Family } from './dump/dump.ts';

/** What a clause of the policy is about; a rule may have several of one slot, and all must hold. */
export const SLOTS = [
  'in',
  'out',
  'family',
  'from',
  'source port',
  'to',
  'destination port',
  'service',
  'tcp flags',
  'fragment',
  'state',
  'mark',
  'dscp',
  'length',
  'ttl',
  'mac',
  'during',
  'where',
  'opaque',
  'sample',
  'limit',
] as const;

export type Slot = (typeof SLOTS)[number];

/** A clause: any of the items. */
export interface Term {
  readonly slot: Slot;
  readonly items: readonly string[];
  readonly negated: boolean;
  /** `on wire`, `original`: whose addresses, where it is not the block's own. */
  readonly view?: string;
  /** A limit's table, by the name under which other rules would share it. */
  readonly shared?: string;
}

/** What a rule does once it matches. */
export type Outcome =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'none' }
  | { readonly kind: 'reject'; readonly reason: string | undefined }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** `snat`, `dnat`, `masquerade`, `redirect`, with what stands behind the clauses. */
  | { readonly kind: 'translate'; readonly action: string; readonly behind: string };

export interface ImportedRule {
  readonly family: Family;
  /** The chain that the rule stands in. */
  readonly chain: string;
  readonly terms: readonly Term[];
  /** In the order in which they happen: `log "x"`, `mark set 1`. */
  readonly effects: readonly string[];
  readonly outcome: Outcome;
  readonly comments: readonly string[];
  readonly span: Span;
  /** The packets that met it, where it is more than the rule of its line. */
  readonly packets?: number;
  /** The rule is one for each row of a table. */
  readonly rows?: OverRows;
}

/** A rule for each row: its clauses and effects name the row's cells, `ROW.COLUMN`. */
export interface OverRows {
  readonly table: string;
  readonly row: string;
}

/** Whether the clause lets only some of the packets pass that meet all others. */
export function isGate(term: Term): boolean {
  return term.slot === 'limit' || term.slot === 'sample' || isTurn(term);
}

/** Whether the clause draws lots, takes turns or runs out in nft's own words: it is asked once of a packet. */
export function isTurn({ slot, items }: Term): boolean {
  return slot === 'opaque' && items.some((item) => /^(numgen|quota|limit rate) /.test(item));
}

/** Whether the clause counts packets over time, so that it matters who else counts with it. */
export function isCounting({ slot, items }: Term): boolean {
  return slot === 'limit' || (slot === 'opaque' && items.some((item) => /^(numgen inc|quota|limit rate) /.test(item)));
}
