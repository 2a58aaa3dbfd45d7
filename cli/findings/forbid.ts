import { isError, type Diagnostic } from '../../grammar/diagnostic.ts';

/** Whether findings forbid to go on: errors do, and where the user is `strict` warnings too. */
export function forbid(findings: readonly Diagnostic[], strict: boolean): boolean {
  return findings.some((finding) => isError(finding) || (strict && finding.severity === 'warning'));
}
