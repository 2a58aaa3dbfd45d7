/** Texts that are equal exactly for what means the same: the names of decisions, effects and answers in diagrams. */
import type { Cell } from '../model/condition.ts';
import { IntervalSet } from '../net/interval-set.ts';

/**
 * A part of a rule as text: keys sorted, places in the policy left out, tables, memories and zones by name. `cell` says what
 * a cell of a row stands for.
 */
export function canonicalText(part: unknown, cell: (cell: Cell, key: string) => unknown): string {
  return JSON.stringify(part, (key, value: unknown) => {
    if (key === 'span' || value === undefined) return undefined;
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    if (value instanceof IntervalSet) return `${value.width}: ${value.toString()}`;
    if (value instanceof Uint8Array) return [...value];
    if ('kind' in value && value.kind === 'cell') return cell(value as Cell, key);
    if (NAMED.has(key) && 'name' in value) return value.name;
    return sorted(value);
  });
}

/** Keys whose values are known by their names. */
const NAMED: ReadonlySet<string> = new Set(['table', 'memory', 'zone']);

function sorted(value: object): object {
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Numbers for texts, from 1 on. */
export class Numbering {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [''];

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  textOf(number: number): string {
    return this.#texts[number] ?? '';
  }
}
