import type { DiagnosticKind } from '../../grammar/diagnostic.ts';

/** What can go wrong when a Program is planned: SL06xx. */
export const PROBLEMS = {
  noRowKey: {
    code: 'SL0601',
    severity: 'error',
    title: 'a rule for each row that names no column',
    explanation: `The rules of an \`each\` stand for one rule per row. Sluice carries them out as one lookup: a field of the
packet chooses the row. This rule compares no field with a column (or only negates such a comparison), so nothing
chooses a row.

Compare a field with a column (\`from u.room\`), or move the rule out of the \`each\`.`,
  },
  noUniqueKey: {
    code: 'SL0602',
    severity: 'error',
    title: 'several rows may match, and each does something else',
    explanation: `A packet may meet several rows of the table, and what happens depends on which comes first. A lookup finds one
row, so the policy must promise that there is only one: declare the compared columns a \`key\`. Sluice checks the promise
against the data and names two rows that break it.`,
  },
  rowOrder: {
    code: 'SL0603',
    severity: 'error',
    title: 'the order of rows matters',
    explanation: `All rules of row 1 come before all rules of row 2. Two rules of this body find their rows by different columns
and decide differently, so one packet could meet row 1 by the one and row 2 by the other, and only a walk over all rows
would tell which comes first. Two \`each\`s, one after the other, say which rule goes first for all rows.`,
  },
  nestedRows: {
    code: 'SL0604',
    severity: 'error',
    title: 'an each that no lookup carries out',
    explanation: `An \`each\` inside an \`each\`, or a \`leave\` that stands in one beside other rules, needs a walk over rows that no plane
offers yet. Join the tables beforehand, or give the \`leave\` an \`each\` of its own.`,
  },
} as const satisfies Record<string, DiagnosticKind>;
