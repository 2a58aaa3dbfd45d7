/** What can become of a packet in a chain, and in those that it leads to. */
import type { ImportedRule, Term } from '../rules.ts';
import { CHANGEABLE, isChangedBy } from './changes.ts';

/** A chain that jumps to itself is refused by the kernel; a dump that has one is not from a kernel. */
export const DEEPEST = 64;

type Kind = ImportedRule['outcome']['kind'];

export class ChainFacts {
  readonly #rules: ReadonlyMap<string, readonly ImportedRule[]>;
  /** Whether a rule can end a packet's way. */
  readonly #hasVerdicts: boolean;
  readonly #jumps = new Map<string, number>();

  constructor(rules: ReadonlyMap<string, readonly ImportedRule[]>, hasVerdicts: boolean) {
    this.#rules = rules;
    this.#hasVerdicts = hasVerdicts;
    for (const { outcome } of [...rules.values()].flat()) {
      if (outcome.kind === 'jump' || outcome.kind === 'goto') {
        this.#jumps.set(outcome.chain, this.jumpsTo(outcome.chain) + 1);
      }
    }
  }

  rulesOf(chain: string): readonly ImportedRule[] {
    return this.#rules.get(chain) ?? [];
  }

  /** How many rules lead to the chain. */
  jumpsTo(chain: string): number {
    return this.#jumps.get(chain) ?? 0;
  }

  /** One rule for all that enter: whatever counts at the jump counts the same packets there. */
  isBare(chain: string): boolean {
    const [rule, ...others] = this.rulesOf(chain);
    return others.length === 0 && rule?.terms.length === 0 && this.isPlain(chain) && rule.outcome.kind !== 'jump';
  }

  /** Nobody comes back out of the chain. */
  endsAll(chain: string): boolean {
    const last = this.rulesOf(chain).at(-1);
    const decides = last !== undefined && ['accept', 'drop', 'reject'].includes(last.outcome.kind);
    return this.#hasVerdicts && decides && last.terms.length === 0 && this.isPlain(chain);
  }

  /** No way leads back out of the chain but its end. */
  isPlain(chain: string, depth = 0): boolean {
    if (depth > DEEPEST) return false;
    return this.rulesOf(chain).every(({ outcome }) => {
      if (outcome.kind === 'return' || outcome.kind === 'goto') return false;
      return outcome.kind !== 'jump' || this.isPlain(outcome.chain, depth + 1);
    });
  }

  /** Whether all that a packet can do in the chain is come back. */
  isEmpty(chain: string, depth = 0): boolean {
    if (depth > DEEPEST) return false;
    return this.rulesOf(chain).every(({ outcome, effects }) => {
      if (effects.length > 0) return false;
      // Behind a goto, too, a packet is back behind the jump.
      return outcome.kind === 'jump' || outcome.kind === 'goto'
        ? this.isEmpty(outcome.chain, depth + 1)
        : outcome.kind === 'return' || outcome.kind === 'none';
    });
  }

  /** How many rules the chain has, with those of chains that it jumps to. */
  size(chain: string, depth = 0): number {
    if (depth > DEEPEST) return Infinity;
    const sizes = this.rulesOf(chain).map(({ outcome }) =>
      outcome.kind === 'jump' ? this.size(outcome.chain, depth + 1) : 1,
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Whether some packet can meet a rule with such an outcome. */
  has(chain: string, kinds: readonly Kind[], depth = 0): boolean {
    if (depth > DEEPEST) return false;
    return this.rulesOf(chain).some(({ outcome }) =>
      outcome.kind === 'jump' || outcome.kind === 'goto'
        ? this.has(outcome.chain, kinds, depth + 1)
        : kinds.includes(outcome.kind),
    );
  }

  /** Whether rules of the chain change what the terms ask for: then they cannot be asked again. */
  changes(chain: string, terms: readonly Term[], depth = 0): boolean {
    if (depth > DEEPEST || !terms.some(({ slot }) => CHANGEABLE.has(slot))) return false;
    return this.rulesOf(chain).some(
      ({ effects, outcome }) =>
        effects.some((effect) => terms.some((term) => isChangedBy(effect, term))) ||
        ((outcome.kind === 'jump' || outcome.kind === 'goto') && this.changes(outcome.chain, terms, depth + 1)),
    );
  }
}
