/** How a command ends that findings keep from what was asked of it. */
import { FAULTS } from '../../compiler/proof/problems.ts';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';

/** A fault where Sluice itself is what is wrong, findings otherwise. */
export function exitCodeOf(findings: readonly Diagnostic[]): ExitCode {
  return findings.some(({ code }) => FAULTS.has(code)) ? EXIT.fault : EXIT.findings;
}
