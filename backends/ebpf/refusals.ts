/** What XDP cannot carry out, each said once of a place. */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Origin } from '../../compiler/model/index.ts';
import { PROBLEMS } from './problems.ts';

export class Refusals {
  readonly diagnostics: Diagnostic[] = [];

  add({ span }: Pick<Origin, 'span'>, message: string, hint: string): void {
    if (this.diagnostics.some((known) => known.span === span && known.message === message)) return;
    this.diagnostics.push(diagnostic(PROBLEMS.notExact, span, message, { hint }));
  }
}

/** What to do about a rule that another plane can carry out. */
export function leaveWhole(block: string): string {
  return `Add \`nftables\` to the target: it then takes \`${block}\` whole.`;
}
