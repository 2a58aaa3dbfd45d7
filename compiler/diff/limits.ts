/**
 * Which bucket of one policy is which of the other. Names of buckets follow from the rules that they stand in, and two
 * policies may call one limit differently: any pairing of alike buckets means the same, since both begin empty.
 */
import { everyRule } from '../4-program/every-rule.ts';
import type { Program } from '../4-program/program.ts';
import type { Gate } from '../model/condition.ts';
import { canonicalText } from '../proof/canonical.ts';

/** A gate as both policies name it, for texts. */
export type NamedGate = (gate: Gate) => object;

export interface PairedLimits {
  readonly old: NamedGate;
  readonly new: NamedGate;
}

type Limit = Extract<Gate, { readonly limiter: string }>;

export function pairLimits(old: Program, later: Program): PairedLimits {
  const [before, after] = [namesByKind(old), namesByKind(later)];
  const shared = new Map<string, string>();
  for (const [kind, names] of after) {
    const left = new Set(before.get(kind));
    const renamed = names.filter((name) => !left.delete(name));
    const free = [...left];
    renamed.forEach((name, at) => shared.set(name, free[at] ?? `${name}, of the new policy`));
  }
  return {
    old: (gate) => named(gate, (name) => name),
    new: (gate) => named(gate, (name) => shared.get(name) ?? name),
  };
}

/** The names of all limits by everything else that is said of them, in the order of the rules. */
function namesByKind({ stages }: Program): ReadonlyMap<string, readonly string[]> {
  const kinds = new Map<string, Set<string>>();
  const rules = stages.flatMap(({ implied, items }) => everyRule([...implied, ...items]));
  for (const { gates, effects } of rules) {
    for (const gate of [...gates, ...effects.flatMap((effect) => effect.gates)]) {
      if (gate.kind === 'sample') continue;
      const kind = kindOf(gate);
      kinds.set(kind, (kinds.get(kind) ?? new Set()).add(gate.limiter));
    }
  }
  return new Map([...kinds].map(([kind, names]) => [kind, [...names]]));
}

function kindOf(gate: Limit): string {
  return canonicalText(
    named(gate, () => ''),
    ({ row, column }) => `${row.table.name}.${column}`,
  );
}

/** What rows are called is of no account. */
function named(gate: Gate, nameOf: (name: string) => string): object {
  if (gate.kind === 'sample') return gate;
  return { ...gate, limiter: nameOf(gate.limiter), rows: gate.rows.map(({ table }) => table.name) };
}
