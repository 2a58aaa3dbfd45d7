/** `sluice test`: a policy's own expectations, which of its rules they touch, and proposals for the others. */
import { Option } from 'commander';
import { oneLine } from '../../compiler/3-check/origin.ts';
import { junitReport } from '../../compiler/diagnostics/junit.ts';
import { placeOfSpan } from '../../compiler/diagnostics/place.ts';
import { coverageOf, type CoveredRule } from '../../compiler/expectations/coverage.ts';
import { generateExpectations, type Generated } from '../../compiler/expectations/generate.ts';
import { startOfDay } from '../../compiler/inputs.ts';
import { examineExpectations, type ExaminedExpectation } from '../../compiler/semantics/expect.ts';
import { diagnostic, isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { forbid } from '../findings/forbid.ts';
import { report } from '../findings/report.ts';
import { missingForLab } from '../lab/missing.ts';
import { tryExpectations, type TriedExpectation } from '../kernel/try-expectations.ts';
import { checkedPolicy, type CheckedFile } from '../inputs/checked-policy.ts';
import { coverageAsData } from '../output/coverage-data.ts';
import { expectationSuite } from '../output/junit-expectations.ts';
import { replaceFile } from '../output/replace-file.ts';
import { version } from '../package.ts';
import {
  choicesFrom,
  formatOf,
  pathFrom,
  policiesArgument,
  policyOptions,
  type PolicyFlags,
} from '../policy-options.ts';
import { PROBLEMS } from '../problems.ts';
import { reasonOf } from '../system-error.ts';
import { UsageError } from '../usage-error.ts';
import { coverageText, expectationsText, triedText } from '../terminal/tested-policy.ts';

interface TestFlags extends PolicyFlags {
  readonly coverage?: true;
  readonly coverageReport?: string;
  readonly generate?: true;
  readonly kernel?: true;
  readonly junit?: string;
}

/** Options of commands about policies that make sense here. */
const SHARED_OPTIONS: ReadonlySet<string | undefined> = new Set(['--date', '--strict', '--format', '--json']);

export const test: CommandDefinition<TestFlags> = {
  name: 'test',
  summary: "run a policy's expectations, and see which rules they touch",
  description: [
    'Runs the `expect` blocks of policies on the reference semantics, as `check` does, and tells of each line whether it holds; ' +
      'plans nothing. The exit code is 1 where one is not met.',
    'With --coverage, tells which rules and defaults no expectation touches: those that have a say in what becomes of no packet of ' +
      'theirs. With --coverage-report, writes that as data, by file and line.',
    'With --generate, proposes expectations for rules that none touches, as text for the policy: what it does to a packet ' +
      'that meets the rule. They say what is, not what is meant: read them before they go in.',
    'With --kernel, the kernel is asked, too: what the first target compiles to is loaded into network namespaces of our own, ' +
      'and for each line its packet is sent, behind those that it says came before. That needs root, and touches nothing ' +
      'outside these namespaces. Lines that packets cannot carry out exactly are told, with the reason; whether something ' +
      'is logged is left to the reference semantics.',
  ],
  arguments: [policiesArgument()],
  options: [
    new Option('--coverage', 'tell which rules no expectation touches'),
    new Option('--coverage-report <file>', 'write how many expectations touch each rule, as data').argParser(pathFrom),
    new Option('--generate', 'propose expectations for rules that none touches, on standard output'),
    new Option('--kernel', 'carry out the expectations with real packets, too: as root, in namespaces of our own'),
    new Option('--junit <file>', 'write what held as a JUnit report').argParser(pathFrom),
    ...policyOptions().filter(({ long }) => SHARED_OPTIONS.has(long)),
  ],
  examples: [
    { command: 'sluice test policy.sluice', does: 'every expectation, and whether it holds' },
    { command: 'sluice test policy.sluice --coverage', does: 'and which rules none of them touches' },
    { command: 'sluice test policy.sluice --generate >> policy.sluice', does: 'expectations for those' },
    { command: 'sudo sluice test policy.sluice --kernel', does: 'the same lines, by the kernel' },
    {
      command: 'sluice test sites/*.sluice --junit report.xml --coverage-report coverage.json',
      does: 'for a build server',
    },
  ],
  async run(session, paths, flags) {
    if (flags.kernel) requireLab();
    const { today } = choicesFrom(flags, session);
    const now = today ? startOfDay(today) : 0;
    const tested: TestedFile[] = [];
    for (const path of paths) {
      const file = testedFile(await checkedPolicy(path, undefined, today, session), now, flags.generate ?? false);
      tested.push(flags.kernel ? await triedFile(file, now) : file);
    }
    const findings = [...tested.flatMap((file) => file.findings), ...(await writeReports(tested, flags))];
    report(session, flags, findings, { policies: tested.map(fileAsData) });
    if (formatOf(flags) === 'text') session.stdout.write(tested.map((file) => textOf(file, flags)).join(''));
    return findings.some(isError) || forbid(findings, flags.strict ?? false) ? EXIT.findings : EXIT.fine;
  },
};

interface TestedFile {
  readonly checked: CheckedFile;
  readonly findings: readonly Diagnostic[];
  readonly examined: readonly ExaminedExpectation[];
  readonly rules: readonly CoveredRule[];
  readonly generated: Generated | undefined;
  /** What the kernel made of the lines; undefined: it was not asked. */
  readonly tried?: readonly TriedExpectation[];
}

/** Throws, saying what to do, where packets cannot be sent. */
function requireLab(): void {
  const missing = missingForLab();
  if (missing === undefined) return;
  throw new UsageError(
    `--kernel needs ${missing}. It makes network namespaces and sends packets there: run it on Linux, as root ` +
      '(`sudo sluice test … --kernel`), with nftables, iproute2, util-linux and a C compiler installed.',
  );
}

async function triedFile(file: TestedFile, now: number): Promise<TestedFile> {
  const { policy, named } = file.checked;
  if (!policy) return file;
  const { lines, findings } = await tryExpectations(policy, file.examined, now);
  const told = named([...findings, ...lines.flatMap(({ finding }) => finding ?? [])]);
  return { ...file, findings: [...file.findings, ...told], tried: lines };
}

function testedFile(checked: CheckedFile, now: number, wantsProposals: boolean): TestedFile {
  const { policy } = checked;
  if (!policy) return { checked, findings: checked.findings, examined: [], rules: [], generated: undefined };
  const examined = examineExpectations(policy, policy.expectations, { now });
  const rules = coverageOf(policy, examined);
  const untouched = rules.filter(({ hits }) => hits === 0);
  const generated =
    wantsProposals && checked.source
      ? generateExpectations(checked.source.main, checked.source.inputs, policy, untouched, now)
      : undefined;
  const unmet = checked.named(examined.flatMap(({ finding }) => finding ?? []));
  return { checked, findings: [...checked.findings, ...unmet], examined, rules, generated };
}

/** With proposals on standard output, nothing else is there. */
function textOf({ checked, examined, rules, generated, tried }: TestedFile, flags: TestFlags): string {
  if (!checked.policy) return '';
  if (flags.generate) return proposalText(generated, checked);
  const coverage = flags.coverage ? coverageText(rules, checked.shown) : '';
  return `${expectationsText(checked.shownPath, examined)}${tried ? triedText(tried) : ''}${coverage}`;
}

function proposalText(generated: Generated | undefined, { shown }: CheckedFile): string {
  const without = (generated?.without ?? []).map(({ origin, isDefault }) => {
    const { path, start } = placeOfSpan(origin.span);
    return `# no packet was found for ${shown(path)}:${start.line}: ${origin.text}${isDefault ? ' (by default)' : ''}\n`;
  });
  return `${generated?.text === undefined ? '' : `\n${generated.text}`}${without.join('')}`;
}

function fileAsData({ checked, examined, rules, generated, tried }: TestedFile): object {
  return {
    policy: checked.shownPath,
    expectations: examined.map(({ expectation, finding }) => ({
      line: placeOfSpan(expectation.span).start.line,
      text: oneLine(expectation.span),
      held: finding === undefined,
      ...(finding ? { message: finding.message } : {}),
    })),
    coverage: coverageAsData(rules, checked.shown),
    ...(generated ? { generated: generated.text ?? null } : {}),
    ...(tried ? { kernel: tried.map(triedAsData) } : {}),
  };
}

function triedAsData({ expectation, outcome, finding }: TriedExpectation): object {
  const { line } = placeOfSpan(expectation.span).start;
  return { line, text: oneLine(expectation.span), outcome, ...(finding ? { message: finding.message } : {}) };
}

/** Writes what goes into files; findings where that fails. */
async function writeReports(tested: readonly TestedFile[], flags: TestFlags): Promise<readonly Diagnostic[]> {
  const reports: [string, string][] = [];
  if (flags.coverageReport !== undefined) {
    const files = tested.flatMap(({ rules, checked }) => coverageAsData(rules, checked.shown));
    reports.push([flags.coverageReport, `${JSON.stringify({ sluice: version, files }, undefined, 2)}\n`]);
  }
  if (flags.junit !== undefined) {
    const suites = tested.flatMap(({ checked, examined, tried }) => [
      expectationSuite(checked.shownPath, examined),
      ...(tried
        ? [
            expectationSuite(
              `${checked.shownPath} in the kernel`,
              tried.map((line) => ({ ...line, skipped: line.outcome === 'not tried' })),
            ),
          ]
        : []),
    ]);
    reports.push([flags.junit, junitReport(suites)]);
  }
  const findings: Diagnostic[] = [];
  for (const [path, text] of reports) {
    try {
      await replaceFile(path, [new TextEncoder().encode(text)]);
    } catch (error) {
      findings.push(diagnostic(PROBLEMS.reportUnwritable, undefined, `${path} cannot be written: ${reasonOf(error)}`));
    }
  }
  return findings;
}
