/** Findings, written the way the user asked for. */
import { renderForGitHub } from '../../compiler/diagnostics/github.ts';
import { findingsAsJson } from '../../compiler/diagnostics/json.ts';
import { renderFindings } from '../../compiler/diagnostics/render.ts';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import { version } from '../package.ts';
import { formatOf, type PolicyFlags } from '../policy-options.ts';
import { wantsColour, type Session } from '../session.ts';

/**
 * Writes findings: for people to standard error, for GitHub to standard output, as JSON in one document on standard output
 * together with `rest`, what else the command has to tell.
 */
export function report(session: Session, flags: PolicyFlags, findings: readonly Diagnostic[], rest: object): void {
  switch (formatOf(flags)) {
    case 'json': {
      const document = { sluice: version, ...rest, findings: findingsAsJson(findings) };
      session.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
      return;
    }
    case 'github':
      session.stdout.write(renderForGitHub(findings));
      return;
    case 'text':
      writeText(session, findings);
  }
}

/** Writes findings for people. */
export function writeText({ stderr, environment }: Session, findings: readonly Diagnostic[]): void {
  const width = stderr.columns === undefined ? {} : { columns: stderr.columns };
  stderr.write(renderFindings(findings, { colour: wantsColour(stderr, environment), ...width }));
}
