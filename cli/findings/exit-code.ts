/** How a command ends that findings keep from what was asked of it. */
import { PROBLEMS as NFTABLES } from '../../backends/nftables/problems.ts';
import { PROBLEMS as READ_BACK } from '../../compiler/proof/machine/problems.ts';
import { FAULTS } from '../../compiler/proof/problems.ts';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';

/** Codes that say that what was emitted is wrong, or not understood. */
const EMITTED = new Set<string>([NFTABLES.notReadBack.code, READ_BACK.rulesDiffer.code]);

/** A fault where Sluice itself is what is wrong, findings otherwise. */
export function exitCodeOf(findings: readonly Diagnostic[]): ExitCode {
  return findings.some(({ code }) => FAULTS.has(code) || EMITTED.has(code)) ? EXIT.fault : EXIT.findings;
}
