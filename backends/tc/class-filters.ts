/**
 * Filters that find a frame's class by themselves: by `u32` in tables of header bytes, or by `flower`, which has a hash table for each
 * mask, whichever asks less of a frame.
 */
import type { Family, ProgramEach, ProgramItem, ProgramRule, Stage } from '../../compiler/4-program/program.ts';
import { cellNumber, type Rows } from '../../compiler/model/cells.ts';
import type { Cell, Origin, Shape } from '../../compiler/model/index.ts';
import { jhash } from '../../compiler/net/jhash.ts';
import type { ClassSearch } from '../../compiler/plane.ts';
import { flowerKeys } from './flower-keys.ts';
import { askedOf, NoKeys, type Asked } from './frame-filters.ts';
import { entriesOf, type Entry } from './u32-entries.ts';
import { u32Filters } from './u32-tables.ts';

const FAMILIES: readonly Family[] = [4, 6];
/** One of flower's hashes costs more than so many filters of u32 (test/bench/shape-fw.bench.ts). */
const FILTERS_A_HASH = 10;
/** Filters of `u32` that are thought of at all. */
const MOST_ENTRIES = 200_000;

export interface ClassFilter {
  /** Counted from 1: the first that is for a frame has it. */
  readonly preference: number;
  readonly protocol: 'ip' | 'ipv6';
  /** As tc writes it: `0x20` of flower, `5:2a:1` of u32, `5:` of a table of u32's. */
  readonly handle: string;
  /** What it asks: `flower dst_ip 10.0.7.0/24`. */
  readonly what: string;
  /** The number of the class; undefined: it only leads on to other filters. */
  readonly number?: number | undefined;
  /** Undefined: it is of no single rule. */
  readonly origin?: Origin | undefined;
}

/** One that leads to a class. */
export interface LeadingFilter extends ClassFilter {
  readonly number: number;
  readonly origin: Origin;
}

/** A rule that filters have no words for, and what to write instead. */
export interface Unasked {
  readonly origin: Origin;
  readonly message: string;
  readonly hint: string;
}

interface ClassFilters<F extends ClassFilter> {
  readonly filters: readonly F[];
  readonly unasked: readonly Unasked[];
}

/** How filters find the class of a frame. */
export interface ClassChoice extends ClassFilters<ClassFilter> {
  readonly way: 'u32' | 'flower';
  /** Filters, or hash tables, that are asked of the frame that asks most. */
  readonly longest: number;
  /** The same of the other way; undefined: it cannot be gone. */
  readonly other: number | undefined;
}

/** Of a shaper of what leaves, by what asks least of a frame. */
export function classChoice(stage: Stage | undefined, shape: Shape): ClassChoice {
  const walk = new Walk(stage, shape);
  const byFlower = flowerFilters(walk);
  const entries = walk.unasked.length === 0 ? entriesByFamily(walk.asks) : undefined;
  const byU32 = entries && u32Filters(entries);
  const hashes = new Set(byFlower.filters.map(({ preference, what }) => `${preference} ${maskOf(what)}`)).size;
  const canFlower = byFlower.unasked.length === 0;
  if (byU32 && (byU32.longest <= FILTERS_A_HASH * hashes || !canFlower)) {
    const { filters, longest } = byU32;
    return { way: 'u32', longest, other: canFlower ? hashes : undefined, filters, unasked: [] };
  }
  return { way: 'flower', longest: hashes, other: byU32?.longest, ...byFlower };
}

/** For `explain`. */
export function searchInWords({ way, longest, other }: ClassChoice): ClassSearch {
  const words = {
    u32: (count: number) => ({
      by: 'filters of tc in tables of header bytes (u32)',
      lookup: `at most ${count} ${count === 1 ? 'filter' : 'filters'}`,
    }),
    flower: (count: number) => ({
      by: 'filters of tc, for each `class` and family (flower)',
      lookup: `hash for each mask, ${count}`,
    }),
  };
  const avoided = other === undefined ? undefined : words[way === 'u32' ? 'flower' : 'u32'](other);
  const without = 'without a filter only by nftables, or by a program of `xdp`';
  return { ...words[way](longest), without, avoided };
}

/** Of a shaper that polices, by flower: it alone sees what is behind the header of IP. */
export function policingFilters(stage: Stage | undefined, shape: Shape): ClassFilters<LeadingFilter> {
  return flowerFilters(new Walk(stage, shape));
}

/** What a rule asks of frames of a family, for each row or once. */
interface RuleAsks {
  readonly origin: Origin;
  readonly family: Family;
  readonly preference: number;
  readonly each: readonly { readonly asked: Asked; readonly number: number }[];
}

/** The rules of a stage that are for a shaper; there is none for what no class takes. */
class Walk {
  readonly asks: RuleAsks[] = [];
  readonly unasked: Unasked[] = [];
  readonly #shape: Shape;
  #preference = 0;

  constructor(stage: Stage | undefined, shape: Shape) {
    this.#shape = shape;
    for (const item of stage?.items ?? []) this.#item(item);
  }

  /** What is for other shapers' zones asks for no frame. */
  #item(item: ProgramItem): void {
    const rest = `${this.#shape.origin.name}/default`;
    if (item.kind === 'each') this.#each(item);
    else if (item.kind === 'rule' && item.origin.name !== rest) this.#rule(item, [new Map()]);
  }

  /** Each rule in it is asked for all rows at once: where the order of rows would matter, there is no plan (6-plan/row-lookups.ts). */
  #each({ row, rows, items }: ProgramEach): void {
    const numbers = rows ?? Uint32Array.from({ length: row.table.rowCount }, (_, at) => at);
    const all = [...numbers].map((number): Rows => new Map([[row, number]]));
    for (const item of items) if (item.kind === 'rule') this.#rule(item, all);
  }

  #rule(rule: ProgramRule, all: readonly Rows[]): void {
    const { decision, origin } = rule;
    if (decision?.kind !== 'class') return;
    for (const family of FAMILIES) {
      this.#preference += 1;
      const isAsked = collect(this.unasked, origin, () => {
        const each = all.flatMap((rows) => {
          const asked = askedOf(rule, family, this.#shape, rows);
          return asked ? [{ asked, number: numberAt(decision.class, rows) }] : [];
        });
        this.asks.push({ origin, family, preference: this.#preference, each });
      });
      if (!isAsked) return;
    }
  }
}

/** Whether nothing in it was unasked; a class is several rules, of which each may have the same in it. */
function collect(unasked: Unasked[], origin: Origin, made: () => void): boolean {
  try {
    made();
    return true;
  } catch (error) {
    if (!(error instanceof NoKeys)) throw error;
    if (!unasked.some((one) => one.origin === origin)) {
      unasked.push({ origin, message: error.message, hint: error.hint });
    }
    return false;
  }
}

function flowerFilters({ asks, unasked: before }: Walk): ClassFilters<LeadingFilter> {
  const unasked = [...before];
  const filters: LeadingFilter[] = [];
  for (const { origin, family, preference, each } of asks) {
    collect(unasked, origin, () => {
      const made = new Map<string, number>();
      for (const { asked, number } of each) {
        for (const keys of flowerKeys(asked, family)) made.set(keys, number);
      }
      const protocol = family === 4 ? 'ip' : 'ipv6';
      for (const [keys, handle] of handlesOf([...made.keys()])) {
        filters.push({
          preference,
          protocol,
          handle: `0x${handle.toString(16)}`,
          what: `flower ${keys}`.trimEnd(),
          number: made.get(keys)!,
          origin,
        });
      }
    });
  }
  return { filters, unasked };
}

/** What is asked of a frame, whatever the values: of `flower dst_ip 10.0.7.0/24`, the field and the length. */
function maskOf(what: string): string {
  const [, ...words] = what.split(' ');
  return words.map((word, at) => (at % 2 === 0 ? word : word.slice(word.indexOf('/') + 1 || word.length))).join(' ');
}

/** In order, those of a rule by what they ask, whatever the order of rows; undefined: they are too many to think of. */
function entriesByFamily(asks: readonly RuleAsks[]): ReadonlyMap<Family, readonly Entry[]> | undefined {
  const lists = new Map(FAMILIES.map((family): [Family, Entry[]] => [family, []]));
  for (const { family, origin, each } of asks) {
    const own: Entry[] = [];
    const list = lists.get(family)!;
    for (const { asked, number } of each) {
      const entries = entriesOf(asked, family, number, origin, MOST_ENTRIES);
      if (!entries || list.length + own.length + entries.length > MOST_ENTRIES) return undefined;
      for (const one of entries) own.push(one);
    }
    for (const one of own.toSorted(byWhatIsAsked)) list.push(one);
  }
  return lists;
}

function byWhatIsAsked(one: Entry, other: Entry): number {
  const at = one.values.findIndex(
    (value, byte) => value !== other.values[byte] || one.masks[byte] !== other.masks[byte],
  );
  return at < 0 ? 0 : one.values[at]! - other.values[at]! || one.masks[at]! - other.masks[at]!;
}

function numberAt(chosen: number | Cell, rows: Rows): number {
  return typeof chosen === 'number' ? chosen : cellNumber(chosen, rows)!;
}

/** A handle for each filter by what it asks, so that others beside it do not change it. */
function handlesOf(keys: readonly string[]): readonly (readonly [string, number])[] {
  const taken = new Set<number>();
  const encoder = new TextEncoder();
  return keys.map((text) => {
    let handle = jhash(encoder.encode(text), 0) & 0x7fffffff || 1;
    while (taken.has(handle)) handle += 1;
    taken.add(handle);
    return [text, handle];
  });
}
