/** Going over formulas. */
import type { Formula } from './resolved.ts';

interface Kinded {
  readonly kind: string;
}

function isLeaf<Leaf extends Kinded>(formula: Formula<Leaf>): formula is Leaf {
  return formula.kind !== 'any' && formula.kind !== 'all' && formula.kind !== 'not';
}

/** What a formula becomes when leaves and branches are read from the leaves up. */
export interface FormulaReader<Leaf, Result> {
  readonly leaf: (leaf: Leaf) => Result;
  readonly branch: (kind: 'any' | 'all', of: readonly Result[]) => Result;
  readonly not: (of: Result) => Result;
}

export function readFormula<Leaf extends Kinded, Result>(
  formula: Formula<Leaf>,
  reader: FormulaReader<Leaf, Result>,
): Result {
  if (isLeaf(formula)) return reader.leaf(formula);
  if (formula.kind === 'not') return reader.not(readFormula<Leaf, Result>(formula.of, reader));
  const of = formula.of.map((term) => readFormula<Leaf, Result>(term, reader));
  return reader.branch(formula.kind, of);
}

/** The formula with each leaf replaced. */
export function mapFormula<Leaf extends Kinded, Other>(
  formula: Formula<Leaf>,
  replace: (leaf: Leaf) => Formula<Other>,
): Formula<Other> {
  return readFormula<Leaf, Formula<Other>>(formula, {
    leaf: replace,
    branch: (kind, of) => ({ kind, of }),
    not: (of) => ({ kind: 'not', of }),
  });
}
