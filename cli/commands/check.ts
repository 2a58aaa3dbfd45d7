/** `sluice check`: is the policy right? */
import { checkPolicy } from '../../compiler/check.ts';
import { startOfDay } from '../../compiler/inputs.ts';
import type { Policy } from '../../compiler/model/index.ts';
import { isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import { runExpectations } from '../../compiler/semantics/expect.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { distinct } from '../findings/distinct.ts';
import { forbid } from '../findings/forbid.ts';
import { report } from '../findings/report.ts';
import { withShownPaths } from '../findings/shown-paths.ts';
import { openPolicy, shownPathOf } from '../inputs/policy-file.ts';
import { recordedInputs } from '../inputs/recorded-inputs.ts';
import { todayOf } from '../inputs/today.ts';
import { formatOf, policyArgument, policyOptions, type PolicyFlags } from '../policy-options.ts';
import type { Session } from '../session.ts';
import { formatCount } from '../terminal/numbers.ts';
import { Phases } from '../terminal/phases.ts';
import { startProgress } from '../terminal/progress.ts';

interface Checked {
  readonly findings: readonly Diagnostic[];
  readonly policy: Policy | undefined;
}

export const check: CommandDefinition<PolicyFlags> = {
  name: 'check',
  summary: 'check a policy and run its expect blocks',
  description: [
    'Reads a policy with everything that it uses (files, tables, the standard library), reports all errors and warnings ' +
      'at once, and runs its expect blocks. Writes nothing.',
  ],
  arguments: [policyArgument()],
  options: policyOptions(),
  examples: [
    { command: 'sluice check policy.sluice', does: 'check a policy' },
    {
      command: 'sluice check - < policy.sluice',
      does: 'check what comes in; files that it names are relative to this folder',
    },
    { command: 'sluice check policy.sluice --json', does: 'findings as data' },
    { command: 'sluice check policy.sluice --format github', does: 'findings as annotations of a pull request' },
  ],
  async run(session, [path = ''], flags) {
    const progress = startProgress(session);
    let checked: Checked;
    try {
      checked = await checkFile(path, flags, session, new Phases(progress.phase));
    } finally {
      progress.stop();
    }
    report(session, flags, checked.findings, { policy: path });
    if (forbid(checked.findings, flags.strict ?? false)) return EXIT.findings;
    if (formatOf(flags) === 'text') session.stdout.write(conclusion(checked, path));
    return EXIT.fine;
  },
};

async function checkFile(path: string, flags: PolicyFlags, session: Session, phases: Phases): Promise<Checked> {
  const today = todayOf(flags.date, session.environment);
  phases.begin('read');
  const opened = await openPolicy(path, session);
  if ('finding' in opened) return { findings: [opened.finding], policy: undefined };
  const inputs = recordedInputs(opened.policy, today);
  phases.begin('check');
  const { policy, diagnostics } = checkPolicy(opened.policy.source, inputs);
  phases.begin('expect');
  const isSound = policy !== undefined && !diagnostics.some(isError);
  const unmet = isSound ? runExpectations(policy, today ? { now: startOfDay(today) } : {}) : [];
  const found = [...diagnostics, ...unmet, ...inputs.findings()];
  return { findings: withShownPaths(distinct(found), opened.policy, inputs.hasRead), policy };
}

/** The last word where nothing is wrong: `policy.sluice: no errors, 14 expectations held`. */
function conclusion({ policy }: Checked, path: string): string {
  const held = policy?.expectations.reduce((sum, block) => sum + block.expectations.length, 0) ?? 0;
  const expectations = held === 0 ? '' : `, ${formatCount(held)} expectation${held === 1 ? '' : 's'} held`;
  return `${shownPathOf(path)}: no errors${expectations}\n`;
}
