/** The values around which a policy changes its mind: what it names, and the neighbours of that on either side. */
import { choiceOfClass } from '../../../compiler/4-program/shape.ts';
import type { AddressTarget, Policy, Rule, RuleItem } from '../../../compiler/model/policy.ts';
import type { Cell, Condition, RowVariable, Test } from '../../../compiler/model/condition.ts';
import type { Column } from '../../../compiler/model/table.ts';
import { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { cellRange, prefixAt, type PrefixValue } from '../../../compiler/model/cells.ts';
import type { Draw } from './draw.ts';

/** Which packets a block meets: by the way they go. */
export type BlockKind = 'input' | 'forward' | 'output' | 'any';

/** A rule and the rows of tables that its `each`s stand at. */
export interface Place {
  readonly rule: Rule;
  readonly block: BlockKind;
  /** The variables of the `each`s around it, outermost first, with the rows that `where` selects. */
  readonly variables: readonly { readonly row: RowVariable; readonly rows: Uint32Array | undefined }[];
}

export interface Edges {
  /** Every rule of the policy. */
  readonly places: readonly Place[];
  /** Addresses that the policy names, and their neighbours, by family. */
  readonly addresses: { readonly 4: readonly bigint[]; readonly 6: readonly bigint[] };
  readonly ports: readonly number[];
}

/** Longest part of a table that is looked at for edges. */
const MOST_ROWS = 64;

export function edgesOf(policy: Policy): Edges {
  const collector = new Collector();
  for (const { kind, items } of blocksOf(policy)) collector.items(items, kind, []);
  for (const table of policy.tables) {
    for (const column of table.columns) collector.column(column, Math.min(table.rowCount, MOST_ROWS));
  }
  return collector.edges();
}

function blocksOf(policy: Policy): { readonly kind: BlockKind; readonly items: readonly RuleItem[] }[] {
  const { filters, mangles } = policy;
  const any = [...policy.mitigate, policy.raw, policy.nat, policy.count, policy.dispatch];
  const byKind = [
    ...any.map((block) => ['any', block?.body] as const),
    ...[mangles.prerouting, mangles.postrouting].map((block) => ['any', block?.body] as const),
    ...(['input', 'forward', 'output'] as const).flatMap((hook) => [
      [hook, filters[hook]?.essential] as const,
      [hook, filters[hook]?.body] as const,
      [hook, mangles[hook]?.body] as const,
    ]),
  ];
  const classes = policy.shapes.map((shape) => ({ kind: 'any' as const, items: choiceOfClass(shape, policy.shapes) }));
  return [...byKind.map(([kind, items]) => ({ kind, items: items ?? [] })), ...classes];
}

class Collector {
  readonly #places: Place[] = [];
  readonly #addresses = { 4: new Set<bigint>(), 6: new Set<bigint>() };
  readonly #ports = new Set<number>();

  edges(): Edges {
    return {
      places: this.#places,
      addresses: { 4: [...this.#addresses[4]], 6: [...this.#addresses[6]] },
      ports: [...this.#ports],
    };
  }

  items(items: readonly RuleItem[], block: BlockKind, variables: Place['variables']): void {
    for (const item of items) {
      if (item.kind === 'rule') this.#rule(item, block, variables);
      else if (item.kind === 'each') this.items(item.body, block, [...variables, { row: item.row, rows: item.rows }]);
      else this.items(item.body, block, variables);
    }
  }

  column(column: Column, rows: number): void {
    const { data } = column;
    for (let row = 0; row < rows; row++) {
      const prefix = prefixAt(column, row);
      if (prefix !== undefined) this.#prefix(prefix);
      if (data.store === 'range') this.#range(data.low[row] ?? 0, data.high[row] ?? 0);
      else if (data.store === 'integer' && column.type.kind === 'port') {
        this.#range(data.values[row] ?? 0, data.values[row] ?? 0);
      }
    }
  }

  #rule(rule: Rule, block: BlockKind, variables: Place['variables']): void {
    this.#places.push({ rule, block, variables });
    this.#condition(rule.condition);
    for (const effect of rule.effects) this.#condition(effect.condition);
    const { translation } = rule;
    if (translation?.kind === 'snat' || translation?.kind === 'dnat') {
      this.#target(4, translation.target.v4);
      this.#target(6, translation.target.v6);
    }
    if (translation !== undefined) {
      const ports = 'target' in translation ? translation.target.ports : translation.ports;
      if (ports?.kind === 'range') this.#range(ports.low, ports.high);
    }
  }

  #condition(condition: Condition): void {
    switch (condition.kind) {
      case 'all':
      case 'any':
        for (const part of condition.of) this.#condition(part);
        return;
      case 'not':
        return this.#condition(condition.of);
      default:
        return this.#test(condition);
    }
  }

  #test(test: Test): void {
    if (test.kind === 'address' && !('kind' in test.in)) {
      this.#addressIntervals(4, test.in.ipv4);
      this.#addressIntervals(6, test.in.ipv6);
    } else if (test.kind === 'number' && test.in instanceof IntervalSet) {
      if (test.field === 'service' || test.field.endsWith('port')) {
        for (const [low, high] of test.in.numberIntervals()) this.#range(low & 0xffff, high & 0xffff);
      }
    }
  }

  #addressIntervals(family: 4 | 6, set: IntervalSet): void {
    const shown = Math.min(set.intervalCount, MOST_ROWS);
    for (let index = 0; index < shown; index++) {
      this.#address(family, BigInt(set.lowAt(index)), BigInt(set.highAt(index)));
    }
  }

  #target(family: 4 | 6, target: AddressTarget | undefined): void {
    if (target?.kind === 'range') this.#address(family, target.low, target.high);
    else if (target?.kind === 'prefix') this.#prefix({ family, ...target.to });
  }

  #prefix(prefix: PrefixValue): void {
    const { low, high } = endsOfPrefix(prefix);
    this.#address(prefix.family, low, high);
  }

  #address(family: 4 | 6, low: bigint, high: bigint): void {
    for (const value of [low - 1n, low, low + 1n, high - 1n, high, high + 1n]) {
      if (value >= 0n && value < 1n << widthOf(family)) this.#addresses[family].add(value);
    }
  }

  #range(low: number, high: number): void {
    for (const value of [low - 1, low, high, high + 1]) if (value >= 0 && value <= 0xffff) this.#ports.add(value);
  }
}

export function widthOf(family: 4 | 6): bigint {
  return family === 4 ? 32n : 128n;
}

function endsOfPrefix({ family, value, length }: PrefixValue): { low: bigint; high: bigint } {
  const hostBits = widthOf(family) - BigInt(length);
  const low = (value >> hostBits) << hostBits;
  return { low, high: low | ((1n << hostBits) - 1n) };
}

/** A value at an end of the range, inside it or just outside, kept between 0 and `most`. */
function nearRange(draw: Draw, low: bigint, high: bigint, most: bigint, outsidePercent: number): bigint {
  if (draw.chance(outsidePercent)) {
    const outside = [low - 1n, high + 1n].filter((value) => value >= 0n && value <= most);
    if (outside.length > 0) return draw.pick(outside);
  }
  const size = high - low;
  switch (draw.integer(0, 3)) {
    case 0:
      return low;
    case 1:
      return high;
    default:
      return low + (size < 0x7fff_ffffn ? BigInt(draw.integer(0, Number(size))) : BigInt(draw.integer(0, 0x7fff_ffff)));
  }
}

/** A value near one of the set's intervals; undefined for an empty set. */
export function nearSet(draw: Draw, set: IntervalSet, outsidePercent: number): bigint | undefined {
  if (set.intervalCount === 0) return undefined;
  const index = draw.integer(0, set.intervalCount - 1);
  const most = (1n << BigInt(set.width)) - 1n;
  return nearRange(draw, BigInt(set.lowAt(index)), BigInt(set.highAt(index)), most, outsidePercent);
}

/** A number near a cell's, or near its range; undefined where the cell is empty. */
export function nearCell(
  draw: Draw,
  cell: Cell,
  rows: ReadonlyMap<RowVariable, number>,
  most: number,
  outsidePercent: number,
): number | undefined {
  const range = cellRange(cell, rows);
  if (range === undefined) return undefined;
  return Number(nearRange(draw, BigInt(range.low), BigInt(range.high), BigInt(most), outsidePercent));
}

/** An address in a cell's prefix or just outside. */
export function nearPrefix(draw: Draw, prefix: PrefixValue, outsidePercent: number): bigint {
  const { low, high } = endsOfPrefix(prefix);
  return nearRange(draw, low, high, (1n << widthOf(prefix.family)) - 1n, outsidePercent);
}
