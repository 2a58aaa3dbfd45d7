/** Which rules would refuse what a host sends to itself, which never enters a filter of a policy. */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { Span } from '../../../../grammar/source.ts';
import type { DumpTable, TableName } from '../dump/dump.ts';
import { PROBLEMS } from '../problems.ts';
import type { ImportedRule, Slot, Term } from '../rules.ts';

type Rules = ReadonlyMap<string, readonly ImportedRule[]>;

/** The chains whose blocks such packets do not enter. */
const LOOPBACK_CHAINS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  mangle: ['PREROUTING'],
  filter: ['INPUT', 'OUTPUT'],
};

/** A warning for the first such rule of each chain that loopback meets. */
export function loopbackFindings(table: DumpTable, rules: Rules): Diagnostic[] {
  return (LOOPBACK_CHAINS[table.name] ?? []).flatMap((name) => {
    const chain = table.chains.find((one) => one.name === name);
    if (!chain) return [];
    const walk = new LoopbackWalk(rules, name === 'OUTPUT' ? 'out' : 'in');
    const ended = walk.through(name, 0);
    const [first = ended || chain.policy !== 'DROP' ? undefined : chain.span] = walk.refusals;
    if (!first) return [];
    const message = `${name} would refuse some of what the host sends to itself, and a policy lets that pass`;
    const hint = 'Nothing is to be done, unless programs of this host must not reach each other.';
    return [diagnostic(PROBLEMS.loopback, first, message, { hint })];
  });
}

class LoopbackWalk {
  readonly refusals: Span[] = [];
  readonly #rules: Rules;
  readonly #slot: Slot;

  constructor(rules: Rules, slot: Slot) {
    this.#rules = rules;
    this.#slot = slot;
  }

  /** Whether every such packet has got its verdict at the end of the chain. */
  through(chain: string, depth: number): boolean {
    if (depth > 64) return true;
    for (const rule of this.#rules.get(chain) ?? []) {
      if (rule.terms.some((term) => this.#isOfOthers(term))) continue;
      const isForAll = rule.terms.every(({ slot }) => slot === this.#slot);
      const { outcome, span } = rule;
      if (outcome.kind === 'drop' || outcome.kind === 'reject') this.refusals.push(span);
      const decides = outcome.kind === 'accept' || outcome.kind === 'drop' || outcome.kind === 'reject';
      const jumps = outcome.kind === 'jump' || outcome.kind === 'goto';
      const ends = decides || (jumps && this.through(outcome.chain, depth + 1));
      if (ends && isForAll) return true;
      if (outcome.kind === 'return' && isForAll) return false;
    }
    return false;
  }

  /** Whether the clause is of other interfaces. */
  #isOfOthers({ slot, items, negated }: Term): boolean {
    return (slot === 'in' || slot === 'out') && items.includes('lo') === negated;
  }
}
