/** The tables of all fields that a list of rules tests, and which of them are too large. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Origin } from '../../../compiler/model/index.ts';
import { FIELDS, type FieldDefinition } from '../fields.ts';
import { PROBLEMS } from '../problems.ts';
import type { FieldTable, TestedRule } from '../tree.ts';
import { fieldOfAtom, fieldTable, type ZoneNumbers } from './field-table.ts';
import { TooManyRows, wordsFor } from './row-bits.ts';

/** Most bytes in the rows of one field. */
const MOST_BYTES = 2 ** 29;

/** Whose tables these are, and for whom. */
interface Owner {
  readonly zones: ZoneNumbers;
  readonly blocks: readonly Origin[];
  readonly plane: string;
}

export function fieldTables(
  rules: readonly TestedRule[],
  owner: Owner,
): { readonly fields: readonly FieldTable[]; readonly diagnostics: readonly Diagnostic[] } {
  const tested = new Set(rules.flatMap(({ atoms }) => atoms.map(fieldOfAtom)));
  // Rules are found by the rows that a packet has: where no rule tests a field, by one of the family.
  if (rules.length > 0 && tested.size === 0) tested.add('family');
  const fields: FieldTable[] = [];
  const diagnostics: Diagnostic[] = [];
  const words = 2 * wordsFor(rules.length);
  for (const definition of FIELDS) {
    if (!tested.has(definition.field)) continue;
    try {
      const table = fieldTable(definition.field, rules, words, owner.zones);
      if (table.rowBits.length * words * 4 > MOST_BYTES) throw new TooManyRows();
      fields.push(table);
    } catch (error) {
      if (!(error instanceof TooManyRows)) throw error;
      diagnostics.push(tooLarge(definition, rules.length, owner));
    }
  }
  return { fields, diagnostics };
}

function tooLarge({ noun }: FieldDefinition, rules: number, { blocks: [block], plane }: Owner): Diagnostic {
  const message = `the table of the ${noun} would be too large for ${rules} rules`;
  return diagnostic(PROBLEMS.tooLarge, block?.span, message, {
    hint: `Join values that decide the same into one set, or take \`${plane}\` out of the target.`,
  });
}
