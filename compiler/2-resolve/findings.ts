/** The findings of a check, collected; the same one (a group's rule is checked at each use) is kept once. */
import {
  diagnostic,
  isError,
  type Diagnostic,
  type DiagnosticDetails,
  type DiagnosticKind,
} from '../../grammar/diagnostic.ts';
import type { Span } from '../../grammar/source.ts';

export class Findings {
  readonly #found: Diagnostic[] = [];
  readonly #ignored: ReadonlySet<string>;
  readonly #known = new Map<Span['source'] | undefined, Set<string>>();

  /** `ignored`: kinds of findings that are not worth saying this time. */
  constructor(ignored: readonly DiagnosticKind[] = []) {
    this.#ignored = new Set(ignored.map(({ code }) => code));
  }

  report(kind: DiagnosticKind, span: Span | undefined, message: string, details: DiagnosticDetails = {}): void {
    this.add(diagnostic(kind, span, message, details));
  }

  add(finding: Diagnostic): void {
    if (this.#ignored.has(finding.code)) return;
    const source = finding.span?.source;
    let known = this.#known.get(source);
    if (!known) this.#known.set(source, (known = new Set()));
    const key = `${finding.code} ${finding.span?.start} ${finding.span?.end} ${finding.cell?.line} ${finding.message}`;
    if (known.has(key)) return;
    known.add(key);
    this.#found.push(finding);
  }

  /** In the order in which they were found. */
  all(): readonly Diagnostic[] {
    return this.#found;
  }

  get hasErrors(): boolean {
    return this.#found.some(isError);
  }
}
