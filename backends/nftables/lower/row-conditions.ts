/**
 * Conjunctions that compare with cells of the row that a lookup found, besides those of its key: such cells stand behind
 * the key in a set of their own, in which the packet's fields are looked up together.
 */
import type { Atom, ProgramRule } from '../../../compiler/4-program/program.ts';
import { cellKey, constantPart } from '../../../compiler/6-plan/row-keys.ts';
import type { KeyPart, Lookup } from '../../../compiler/6-plan/plan.ts';
import type { RowVariable } from '../../../compiler/model/index.ts';
import type { IntervalSet } from '../../../compiler/net/interval-set.ts';
import { conditionsOf, isFamilyMatch, protocolsOf, type Conditions } from './conditions.ts';
import type { Context } from './context.ts';
import { lookupKey } from './lookup-keys.ts';
import { matchText } from './matches.ts';
import { portsPresent } from './numbers.ts';
import type { RulePlace } from './rules.ts';
import { RowValues } from './row-values.ts';

/** A conjunction as matches and exclusions, where a row may have been found. */
export function conditionsAt(
  atoms: readonly Atom[],
  rule: Pick<ProgramRule, 'family' | 'origin'>,
  { context, row, protocols, family }: RulePlace,
): Conditions {
  if (!row) {
    const conditions = conditionsOf(atoms, rule, context, protocols);
    if (family === undefined || family !== rule.family) return conditions;
    return { ...conditions, matches: conditions.matches.filter((match) => !isFamilyMatch(match)) };
  }
  const variables = [...new Set(atoms.flatMap(variablesOf))].filter((variable) => row.isOf(variable));
  const cellsOf = ({ test }: Atom) => variables.flatMap((variable) => cellKey(test, variable));
  const plain = conditionsOf(
    atoms.filter((atom) => cellsOf(atom).length === 0),
    rule,
    context,
    protocols,
  );
  // A row found by an address has its family.
  const matches = row.key.hasAddress ? plain.matches.filter((match) => !isFamilyMatch(match)) : [...plain.matches];
  const exclusions = [...plain.exclusions];
  for (const atom of atoms) {
    const cells = cellsOf(atom);
    if (cells.length === 0) continue;
    const constant = constantPart(atom.test);
    const left = protocolsOf(constant, protocols);
    const found = [
      ...conditionsOf(constant, { ...rule, family: undefined }, context).matches,
      ...withCells(row, cells, left, context),
    ];
    if (atom.negated) exclusions.push(found);
    else matches.push(...found);
  }
  return { matches, exclusions, last: plain.last };
}

function variablesOf({ test }: Atom): RowVariable[] {
  const values =
    test.kind === 'address' || test.kind === 'number'
      ? [test.in]
      : test.kind === 'service cell'
        ? [test.protocol, test.port]
        : [];
  return values.flatMap((value) => (typeof value === 'object' && 'row' in value ? [value.row] : []));
}

/** The packet's fields are in the cells of the row that was found. */
function withCells(row: RowValues, all: Lookup['key'], protocols: IntervalSet | undefined, context: Context): string[] {
  const sameField = (a: KeyPart, b: KeyPart) => a.field === b.field && a.view === b.view;
  // What found the row holds of it.
  const cells = all.filter(
    (part) => !row.lookup.key.some((known) => sameField(part, known) && part.column === known.column),
  );
  if (cells.length === 0) return [];
  if (cells.some((part) => row.lookup.key.some((known) => sameField(part, known)))) {
    context.refuse(
      row.lookup.origin,
      'one field of the packet is compared with two columns of a row, and nftables looks up a field once',
      'Write the two comparisons into two rules, or join the columns.',
    );
    return [];
  }
  const lookup: Lookup = { ...row.lookup, key: [...row.lookup.key, ...cells] };
  const key = lookupKey(lookup, [row.rows], context);
  const asksPorts = key.fields.some((field) => field.endsWith('port')) && !key.fields.includes('protocol');
  const ports = asksPorts ? portsPresent({ protocols }).map(matchText) : [];
  return [...ports, new RowValues(lookup, key, row.rows, context).member()];
}
