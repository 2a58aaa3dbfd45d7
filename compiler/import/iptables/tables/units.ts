/** What is put in order: a class of rules that may become one rule over a table, or one rule by itself. */
import { termsDisjoint } from '../chains/disjoint.ts';
import type { ImportedRule, Slot } from '../rules.ts';
import type { AddressSpace } from './address-space.ts';
import type { Entries } from './entries.ts';
import { forRowsAround, prefixRows, type PrefixRows } from './overlaps.ts';

export type AddressField = 'from' | 'to';

export class Unit {
  /** The entries, in the order of the list; their numbers are their places. */
  readonly places: Uint32Array;
  /** What all of them have in common: for a class, without the clauses that its columns say. */
  readonly rule: ImportedRule;
  readonly isClass: boolean;
  readonly #entries: Entries;
  readonly #space: AddressSpace;
  readonly #rows = new Map<AddressField, PrefixRows>();

  constructor(places: Uint32Array, rule: ImportedRule, isClass: boolean, entries: Entries, space: AddressSpace) {
    this.#space = space;
    this.places = places;
    this.rule = rule;
    this.isClass = isClass;
    this.#entries = entries;
  }

  get first(): number {
    return this.places[0]!;
  }

  get last(): number {
    return this.places.at(-1)!;
  }

  /** What the entries ask of an address. */
  rows(field: AddressField): PrefixRows {
    const known = this.#rows.get(field);
    if (known) return known;
    const made = this.isClass ? this.#columns(field) : this.#clause(field);
    this.#rows.set(field, made);
    return made;
  }

  #columns(field: AddressField): PrefixRows {
    const { places } = this;
    const [addresses, lengths] = [this.#entries[field], this.#entries[`${field}Length`]];
    return prefixRows(addresses.gather(places), new Uint8Array(lengths.gather(places)), places);
  }

  /** Of a rule by itself: the only prefix that it asks for; whatever else it asks is taken for any address. */
  #clause(field: AddressField): PrefixRows {
    const [term, ...others] = this.rule.terms.filter(({ slot }) => slot === field);
    const isOne = term && others.length === 0 && !term.negated && term.view === undefined && term.items.length === 1;
    const prefix = isOne ? this.#space.prefixOf(term.items[0]!) : undefined;
    const { address, length } = prefix ?? { address: 0, length: 0 };
    return prefixRows(Uint32Array.of(address), Uint8Array.of(length), this.places);
  }
}

/** Clauses whose answer some effect can change: of what they keep apart, an effect in between may make one. */
const CHANGING: ReadonlySet<Slot> = new Set(['mark', 'dscp', 'ttl', 'opaque']);

/** Whether the two can change places, whatever addresses they are for. */
export function commute(a: Unit, b: Unit): boolean {
  const isApart = a.rule.terms.some(
    (term) => !CHANGING.has(term.slot) && b.rule.terms.some((other) => termsDisjoint(term, other)),
  );
  return isApart || (isPlainVerdict(a.rule) && isPlainVerdict(b.rule) && sameVerdict(a.rule, b.rule));
}

const VERDICTS: ReadonlySet<string> = new Set(['accept', 'drop', 'reject', 'return']);

/** Decides, and does nothing else. */
function isPlainVerdict({ outcome, effects, terms }: ImportedRule): boolean {
  if (!VERDICTS.has(outcome.kind)) return false;
  return effects.length === 0 && terms.every(({ slot }) => slot !== 'limit' && slot !== 'sample' && slot !== 'opaque');
}

function sameVerdict({ outcome: a }: ImportedRule, { outcome: b }: ImportedRule): boolean {
  return a.kind === b.kind && (a.kind !== 'reject' || (b.kind === 'reject' && a.reason === b.reason));
}

/** The numbers of a class's rows that have addresses in common, at both ends, with a rule by itself. */
export function rowsMeeting(unit: Unit, rule: Unit): number[] {
  const from = { rows: unit.rows('from'), of: rule.rows('from') };
  const to = { rows: unit.rows('to'), of: rule.rows('to') };
  const [near, far] = from.rows.isAny || from.of.isAny ? [to, from] : [from, to];
  const met: number[] = [];
  forRowsAround(near.rows, near.of.addresses[0]!, near.of.lengths[0]!, (row) => {
    if (haveCommon(far.rows, row, far.of)) met.push(row);
  });
  return met;
}

function haveCommon(rows: PrefixRows, row: number, { addresses, lengths }: PrefixRows): boolean {
  const length = Math.min(rows.lengths[row]!, lengths[0]!);
  return length === 0 || (rows.addresses[row]! ^ addresses[0]!) >>> (32 - length) === 0;
}
