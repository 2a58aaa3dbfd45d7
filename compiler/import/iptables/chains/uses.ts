/** Which chains packets come into, and by how many ways. */
import type { DumpTable } from '../dump/dump.ts';
import type { ImportedRule } from '../rules.ts';

/** The rules of a table, by chain, and the number of ways into each chain. */
export interface ReachedRules {
  readonly table: DumpTable;
  readonly rules: Rules;
  readonly uses: ReadonlyMap<string, number>;
}

export type Rules = ReadonlyMap<string, readonly ImportedRule[]>;

/** The rules that some packets may meet. */
export function reachedRules({ rules, uses }: ReachedRules): ImportedRule[] {
  return [...rules].flatMap(([chain, list]) => (uses.has(chain) ? list : []));
}

/** More ways than this are not told apart. */
const MANY = 2;

/** The number of ways from the built-in chains into each chain, 2 for more; chains that nobody comes into are missing. */
export function usesOfChains(table: DumpTable, rules: Rules): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  const waiting = table.chains.filter(({ policy }) => policy !== undefined).map(({ name }) => name);
  for (let chain = waiting.pop(); chain !== undefined; chain = waiting.pop()) {
    const before = uses.get(chain) ?? 0;
    if (before === MANY) continue;
    uses.set(chain, before + 1);
    for (const { outcome } of rules.get(chain) ?? []) {
      if (outcome.kind === 'jump' || outcome.kind === 'goto') waiting.push(outcome.chain);
    }
  }
  return uses;
}
