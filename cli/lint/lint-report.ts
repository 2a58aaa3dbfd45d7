/** What lint found, in the form that was asked for. */
import { renderForGitHub } from '../../compiler/diagnostics/github.ts';
import { findingsAsJson } from '../../compiler/diagnostics/json.ts';
import { junitReport, junitSuite } from '../../compiler/diagnostics/junit.ts';
import { COMPILER_SECTIONS, kindsOf } from '../../compiler/diagnostics/catalogue.ts';
import { findingsAsSarif } from '../../compiler/diagnostics/sarif.ts';
import { LINT_RULES } from '../../compiler/lint/index.ts';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import { writeText } from '../findings/report.ts';
import { version } from '../package.ts';
import { PROBLEMS } from '../problems.ts';
import type { Session } from '../session.ts';
import { writeJson } from '../output/write-json.ts';
import { formatCount } from '../terminal/numbers.ts';

export const LINT_FORMATS = ['text', 'json', 'sarif', 'github', 'junit'] as const;

export type LintFormat = (typeof LINT_FORMATS)[number];

/** One policy's part of a report. */
export interface ReportedFile {
  readonly path: string;
  readonly findings: readonly Diagnostic[];
  readonly suppressed: number;
  /** How many findings the baseline has. */
  readonly known: number;
  readonly fixed: number;
}

/** `isFailure`: whether a finding is at or above the level that was asked for. */
export function writeLintReport(
  session: Session,
  format: LintFormat,
  files: readonly ReportedFile[],
  isFailure: (finding: Diagnostic) => boolean,
): void {
  const findings = files.flatMap((file) => file.findings);
  const { stdout } = session;
  switch (format) {
    case 'json': {
      const names = new Map(LINT_RULES.map(({ code, name }) => [code, name]));
      const parts = files.map(({ path, suppressed, known, fixed, findings: own }) => ({
        path,
        findings: findingsAsJson(own).map((finding) => ({ rule: names.get(finding.code) ?? null, ...finding })),
        suppressed,
        known,
        fixed,
      }));
      writeJson(stdout, { sluice: version, files: parts });
      return;
    }
    case 'sarif':
      stdout.write(`${JSON.stringify(findingsAsSarif(findings, { version, kinds: allKinds() }), undefined, 2)}\n`);
      return;
    case 'github':
      stdout.write(renderForGitHub(findings));
      return;
    case 'junit': {
      const suites = files.map(({ path, findings: own }) => junitSuite(own, { suite: path, isFailure }));
      stdout.write(junitReport(suites));
      return;
    }
    case 'text':
      writeText(session, findings);
      for (const file of files) stdout.write(`${conclusionOf(file)}\n`);
  }
}

function allKinds() {
  const names = new Map(LINT_RULES.map(({ code, name }) => [code, name]));
  return kindsOf([...COMPILER_SECTIONS, { title: 'Commands', problems: PROBLEMS }]).map((kind) => {
    const name = names.get(kind.code);
    return name === undefined ? kind : { ...kind, name };
  });
}

/** `policy.sluice: 2 findings, 1 suppressed` */
function conclusionOf({ path, findings, suppressed, known, fixed }: ReportedFile): string {
  const count = findings.length === 0 ? 'nothing found' : counted(findings.length, 'finding');
  const parts = [
    count,
    ...(fixed > 0 ? [`${formatCount(fixed)} fixed`] : []),
    ...(suppressed > 0 ? [`${formatCount(suppressed)} suppressed`] : []),
    ...(known > 0 ? [`${formatCount(known)} in the baseline`] : []),
  ];
  return `${path}: ${parts.join(', ')}`;
}

function counted(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;
}
