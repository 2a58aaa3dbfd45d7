/** `sluice diff POLICY --kernel`. */
import { compile } from '../../compiler/compile.ts';
import type { Direction } from '../../compiler/diff/direction.ts';
import type { RunningChange } from '../../compiler/diff/running.ts';
import type { Comparison } from '../../compiler/proof/machine/compare.ts';
import { isError } from '../../grammar/diagnostic.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { forbid } from '../findings/forbid.ts';
import { report } from '../findings/report.ts';
import { buildHash } from '../output/build-hash.ts';
import { regionAsData, responsibleAsData } from '../output/policy-diff-data.ts';
import { choicesFrom, formatOf, type PolicyFlags } from '../policy-options.ts';
import type { Session } from '../session.ts';
import { Phases } from '../terminal/phases.ts';
import { startProgress } from '../terminal/progress.ts';
import { runningText } from '../terminal/running-rules.ts';
import { throughCompiler } from '../through-compiler.ts';
import { UsageError } from '../usage-error.ts';
import { compareTarget, differsBy, findingsAbout, runsAsBuilt, type ComparedTarget } from './compare-target.ts';
import { requireListing, type ComparedPlane } from './running.ts';

/** `failing`: the differences that make the exit code 1. */
export async function diffWithKernel(
  path: string,
  flags: PolicyFlags,
  failing: readonly Direction[],
  session: Session,
): Promise<ExitCode> {
  requireListing();
  const progress = startProgress(session);
  try {
    const { read, findings } = await throughCompiler(
      path,
      choicesFrom(flags, session),
      session,
      new Phases(progress.phase),
      (main, inputs, options) => compile(main, inputs, { ...options, nameBuild: buildHash }),
    );
    const policy = read?.result.policy;
    const shown = read?.shown ?? asItIs;
    const targets = read?.result.targets ?? [];
    if (!policy || findings.some(isError)) return conclude(path, findings, undefined, flags, session, shown);
    const [target, another] = targets;
    if (another) {
      const names = targets.map(({ name }) => name).join(', ');
      throw new UsageError(`One target runs here: say which with --target (${names}).`);
    }
    progress.phase('list');
    const compared = target && compareTarget(policy, target);
    const all = [...findings, ...(compared ? findingsAbout(compared) : [])];
    const code = conclude(path, all, compared, flags, session, shown);
    return compared && differsBy(compared, failing) ? EXIT.findings : code;
  } finally {
    progress.stop();
  }
}

/** Nothing was read, so nothing names a file. */
const asItIs = (name: string): string => name;

function conclude(
  path: string,
  findings: Parameters<typeof report>[2],
  compared: ComparedTarget | undefined,
  flags: PolicyFlags,
  session: Session,
  shown: (named: string) => string,
): ExitCode {
  report(session, flags, findings, { policy: path, ...(compared ? asData(compared, shown) : {}) });
  if (!compared) return EXIT.findings;
  if (formatOf(flags) === 'text') session.stdout.write(runningText(compared, shown));
  return forbid(findings, flags.strict ?? false) ? EXIT.findings : EXIT.fine;
}

function asData(compared: ComparedTarget, shown: (named: string) => string): object {
  const planes = compared.planes.map(({ plane, build, compared: of }) => ({
    plane,
    build,
    ...comparisonAsData(of, shown),
  }));
  return { equal: runsAsBuilt(compared), target: compared.target, planes };
}

function comparisonAsData(compared: ComparedPlane, shown: (named: string) => string): object {
  if (compared === 'none') return { runs: false };
  if ('why' in compared) return { notCompared: compared.why };
  const { build, differences, packets } = compared;
  const ofPackets =
    packets &&
    ('why' in packets ? { packetsNotCompared: packets.why } : { packets: packets.map((part) => asRow(part, shown)) });
  return { runs: true, runningBuild: build ?? null, differences, ...ofPackets };
}

function asRow(one: Comparison<readonly RunningChange[]>, shown: (named: string) => string): object {
  const { kind, part } = one;
  if (kind === 'the same') return { part, kind };
  if (kind === 'not compared') return { part, kind, message: one.reason };
  return {
    part,
    kind,
    message: one.message,
    ...(one.told ? { changes: one.told.map((change) => changeAsData(change, shown)) } : {}),
  };
}

function changeAsData(change: RunningChange, shown: (named: string) => string): object {
  return { ...regionAsData(change), rules: change.new.map((rule) => responsibleAsData(rule, shown)) };
}
