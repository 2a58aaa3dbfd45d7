/** How options are written: the tables of matches and targets, and one use of each in a rule. */
import type { HandOver } from './residual/hand-over.ts';
import type { Memories } from './memories.ts';
import type { Sets } from './sets/sets.ts';
import type { RuleBuilder } from './rule-builder.ts';

export interface OptionSpec {
  /** How many words follow it. */
  readonly words: number;
  /** Other spellings, with their hyphens. */
  readonly aliases?: readonly string[];
}

/** Options by their long names without hyphens, as the man page has them. */
export type OptionTable = Readonly<Record<string, OptionSpec>>;

export const FLAG: OptionSpec = { words: 0 };
export const VALUE: OptionSpec = { words: 1 };

/** A word of a shape: itself, or which of the rule's values stands there. */
export type Argument = string | number;

/** An option where it is used in a shape. */
export interface UsedOption {
  readonly name: string;
  readonly negated: boolean;
  readonly arguments: readonly Argument[];
}

/** The options of one match or target in one rule. */
export class Options {
  readonly #used: readonly UsedOption[];
  readonly #values: readonly string[];

  constructor(used: readonly UsedOption[], values: readonly string[]) {
    this.#used = used;
    this.#values = values;
  }

  has(name: string): boolean {
    return this.#used.some((option) => option.name === name);
  }

  isNegated(name: string): boolean {
    return this.#used.some((option) => option.name === name && option.negated);
  }

  /** The first word behind the option. */
  value(name: string): string | undefined {
    return this.words(name)?.[0];
  }

  words(name: string): readonly string[] | undefined {
    const option = this.#used.find((one) => one.name === name);
    return option?.arguments.map((argument) =>
      typeof argument === 'number' ? (this.#values[argument] ?? '') : argument,
    );
  }

  /** A number, decimal or hexadecimal; undefined where it is none. */
  number(name: string): number | undefined {
    const word = this.value(name);
    return word !== undefined && /^(0x[\da-fA-F]+|\d+)$/.test(word) ? Number(word) : undefined;
  }
}

/** What rules of a dump write and read while packets pass. */
export interface WrittenLists {
  readonly memories: Memories;
  readonly sets: Sets;
  readonly handOver: HandOver;
}

/** A match (`-m NAME`) or a target (`-j NAME`) of iptables-extensions(8). */
export interface Extension {
  readonly name: string;
  readonly options: OptionTable;
  /** Notes what rules of the whole dump write and read, before any of them is translated. */
  readonly prepare?: (options: Options, lists: WrittenLists) => void;
  /** Says in the rule what the options mean. */
  readonly translate: (options: Options, rule: RuleBuilder) => void;
}
