/** What is at hand wherever a value is read. */
import type { Value } from '../../grammar/ast/index.ts';
import type { DiagnosticDetails, DiagnosticKind, Label } from '../../grammar/diagnostic.ts';
import type { Span } from '../../grammar/source.ts';
import type { Findings } from './findings.ts';
import type { Definitions } from './definitions.ts';
import type { Resolved } from './resolved.ts';
import type { Scope } from './scope.ts';

export interface ValueContext {
  readonly scope: Scope;
  /** Further words of this place (DSCP classes, protocols), for names that the scope does not know. */
  readonly words?: Scope | undefined;
  readonly findings: Findings;
  readonly definitions: Definitions;
  /** The `use` statements through which one came here, outermost first. */
  readonly via: readonly Span[];
}

/** Reports with the uses through which one came here as further places. */
export function report(
  context: ValueContext,
  kind: DiagnosticKind,
  span: Span,
  message: string,
  details: DiagnosticDetails = {},
): void {
  const uses: Label[] = context.via.map((use) => ({ span: use, text: 'used here' }));
  context.findings.report(kind, span, message, { ...details, labels: [...(details.labels ?? []), ...uses] });
}

/** What a value stands for here. What is wrong with it is reported, and the value is then unknown. */
export function evaluate(value: Value, context: ValueContext): Resolved {
  return context.definitions.evaluate(value, context);
}
