/** `sluice check`: is the policy right, and would it compile? */
import { lowerPolicy, type LoweredPolicy } from '../../compiler/compile.ts';
import type { Policy } from '../../compiler/model/index.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { exitCodeOf } from '../findings/exit-code.ts';
import { forbid } from '../findings/forbid.ts';
import { report } from '../findings/report.ts';
import { shownPathOf } from '../inputs/policy-file.ts';
import { choicesFrom, formatOf, policyArgument, policyOptions, type PolicyFlags } from '../policy-options.ts';
import { formatCount } from '../terminal/numbers.ts';
import { Phases } from '../terminal/phases.ts';
import { startProgress } from '../terminal/progress.ts';
import { throughCompiler, type Processed } from '../through-compiler.ts';

export const check: CommandDefinition<PolicyFlags> = {
  name: 'check',
  summary: 'check a policy, run its expect blocks, and see that it compiles',
  description: [
    'Reads a policy with everything that it uses (files, tables, the standard library), runs its expect blocks, plans it ' +
      'for each of its targets, proves that the plans mean what it means, and reports all errors and warnings at once. Writes nothing.',
    'What passes here compiles, as long as the output can be written.',
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
    const choices = choicesFrom(flags, session);
    const progress = startProgress(session);
    let checked: Processed<LoweredPolicy>;
    try {
      checked = await throughCompiler(path, choices, session, new Phases(progress.phase), lowerPolicy);
    } finally {
      progress.stop();
    }
    const { findings, read } = checked;
    report(session, flags, findings, { policy: path });
    if (forbid(findings, flags.strict ?? false)) return exitCodeOf(findings);
    if (formatOf(flags) === 'text') session.stdout.write(conclusion(path, read?.result.policy));
    return EXIT.fine;
  },
};

/** The last word where nothing is wrong: `policy.sluice: no errors, 14 expectations held`. */
function conclusion(path: string, policy: Policy | undefined): string {
  const held = policy?.expectations.reduce((sum, block) => sum + block.expectations.length, 0) ?? 0;
  const expectations = held === 0 ? '' : `, ${formatCount(held)} expectation${held === 1 ? '' : 's'} held`;
  return `${shownPathOf(path)}: no errors${expectations}\n`;
}
