/** Filters that find a frame's class by themselves: those of a class and family in one place, where flower has a hash table for each mask. */
import type { Family, ProgramEach, ProgramItem, ProgramRule, Stage } from '../../compiler/4-program/program.ts';
import { cellNumber, type Rows } from '../../compiler/model/cells.ts';
import type { Cell, Origin, Shape } from '../../compiler/model/index.ts';
import { jhash } from '../../compiler/net/jhash.ts';
import { keysOf, NoKeys } from './frame-filters.ts';

const FAMILIES: readonly Family[] = [4, 6];

export interface ClassFilter {
  /** Counted from 1: the first that is for a frame has it. */
  readonly preference: number;
  readonly protocol: 'ip' | 'ipv6';
  readonly handle: number;
  /** What it asks: `flower dst_ip 10.0.7.0/24`. */
  readonly what: string;
  /** The number of the class. */
  readonly number: number;
  readonly origin: Origin;
}

/** A rule that flower has no words for, and what to write instead. */
export interface Unasked {
  readonly origin: Origin;
  readonly message: string;
  readonly hint: string;
}

export interface ClassFilters {
  readonly filters: readonly ClassFilter[];
  readonly unasked: readonly Unasked[];
}

/** Those of a shaper, from the stage that has the rules of all; there is none for what no class takes. */
export function classFilters(stage: Stage | undefined, shape: Shape): ClassFilters {
  const walk = new Walk(shape);
  for (const item of stage?.items ?? []) walk.item(item);
  return walk;
}

class Walk implements ClassFilters {
  readonly filters: ClassFilter[] = [];
  readonly unasked: Unasked[] = [];
  readonly #shape: Shape;
  #preference = 0;

  constructor(shape: Shape) {
    this.#shape = shape;
  }

  /** What is for other shapers' zones comes to no filter. */
  item(item: ProgramItem): void {
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
      const made = new Map<string, number>();
      try {
        for (const rows of all) {
          const number = numberAt(decision.class, rows);
          for (const keys of keysOf(rule, family, this.#shape, rows)) made.set(keys, number);
        }
      } catch (error) {
        if (!(error instanceof NoKeys)) throw error;
        // A class is several rules, of which each may have the same in it.
        if (!this.unasked.some((one) => one.origin === origin)) {
          this.unasked.push({ origin, message: error.message, hint: error.hint });
        }
        return;
      }
      const protocol = family === 4 ? 'ip' : 'ipv6';
      for (const [keys, handle] of handlesOf([...made.keys()])) {
        const what = `flower ${keys}`.trimEnd();
        this.filters.push({ preference: this.#preference, protocol, handle, what, number: made.get(keys)!, origin });
      }
    }
  }
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
