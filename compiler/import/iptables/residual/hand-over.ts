/**
 * What only iptables can ask of a packet stays with iptables: a rule of `mangle` asks it in the same hook, before the policy,
 * and sets a bit of the mark that the policy asks for. One bit for each question, of those that nothing else uses.
 */
import type { Span } from '../../../../grammar/source.ts';
import type { Family, TableName } from '../dump/dump.ts';

/** A rule of the dump that asks something of iptables. */
export interface HandedOver {
  readonly family: Family;
  readonly table: TableName;
  readonly chain: string;
  readonly span: Span;
  /** The options of iptables that ask it. */
  readonly options: string;
  /** What it is, for people. */
  readonly what: string;
  readonly bit: number;
}

const WHOLE = 0xffffffff;

export class HandOver {
  readonly asked: HandedOver[] = [];
  readonly #bits = new Map<string, number>();
  #used = 0;

  /** Bits of the mark that some rule of the dump asks for or sets. */
  use(mask: number): void {
    this.#used = (this.#used | mask) >>> 0;
  }

  /** The bit that tells what the options ask; undefined: all are in use. */
  ask(question: Omit<HandedOver, 'bit'>): number | undefined {
    const bit = this.#bits.get(question.options) ?? this.#freeBit();
    if (bit === undefined) return undefined;
    this.#bits.set(question.options, bit);
    this.asked.push({ ...question, bit });
    return bit;
  }

  /** The highest that is free: those of other programs are mostly low ones. */
  #freeBit(): number | undefined {
    const taken = [...this.#bits.values()].reduce((all, bit) => all | bit, this.#used);
    const free = (~taken & WHOLE) >>> 0;
    return free === 0 ? undefined : (1 << (31 - Math.clz32(free))) >>> 0;
  }
}
