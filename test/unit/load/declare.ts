import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import type { Table } from '../../../grammar/ast/index.ts';
import { parse } from '../../../grammar/parse.ts';

/** The declaration that a policy of one statement makes. */
export function declareTable(text: string): Table {
  const { file, diagnostics } = parse({ path: 'policy.sluice', text });
  const [statement] = file.statements;
  if (statement?.kind !== 'table' || diagnostics.length > 0) {
    throw new Error(`${text}\n${renderFindings(diagnostics)}`);
  }
  return statement;
}
