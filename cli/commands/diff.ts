/** `sluice diff`: what two policies do otherwise to packets. */
import { Argument, Option } from 'commander';
import type { Direction } from '../../compiler/diff/direction.ts';
import { diffPolicies, isEqual, type PolicyDifference } from '../../compiler/diff/policies.ts';
import type { Policy } from '../../compiler/model/index.ts';
import { diagnostic, isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { report } from '../findings/report.ts';
import { checkedPolicy, type CheckedFile } from '../inputs/checked-policy.ts';
import { STANDARD_INPUT } from '../inputs/policy-file.ts';
import { diffWithKernel } from '../kernel/diff-kernel.ts';
import { differenceAsData } from '../output/policy-diff-data.ts';
import { choicesFrom, formatOf, pathFrom, policyOptions, type PolicyFlags } from '../policy-options.ts';
import { PROBLEMS } from '../problems.ts';
import type { Session } from '../session.ts';
import { differenceText } from '../terminal/policy-diff.ts';
import { startProgress } from '../terminal/progress.ts';
import { UsageError } from '../usage-error.ts';

type FailOn = 'widening' | 'narrowing' | 'any';

interface DiffFlags extends PolicyFlags {
  readonly git?: string;
  readonly kernel?: true;
  readonly failOn?: FailOn;
}

/** Options of commands about policies that make sense here. */
const SHARED_OPTIONS: ReadonlySet<string | undefined> = new Set([
  '--target',
  '--date',
  '--strict',
  '--without',
  '--no-proof',
  '--keep-counters',
  '--profile',
  '--format',
  '--json',
]);

/** Where the two policies come from. */
interface Versions {
  readonly old: readonly [path: string, revision: string | undefined];
  readonly new: readonly [path: string, revision: string | undefined];
}

export const diff: CommandDefinition<DiffFlags> = {
  name: 'diff',
  summary: 'show what two policies do otherwise to packets',
  description: [
    'Compares what two policies do to all packets, block by block, and shows where they differ: which packets, in the ' +
      "policies' own names, what becomes of them in the old and in the new one, the rules that say so, and one such packet. " +
      'Regions do not overlap, and no two of them can be told as one. Policies that mean the same are equal, however they ' +
      'are written.',
    'In front of a difference, `+` is said of packets that are let through now and were not, `-` of the reverse, `±` of both at ' +
      'different times (a limit), and `~` of everything else: translations, counters, marks, queues, sockets.',
    'With --git, one policy is compared with itself: REV with what is in the work tree, or REV..REV. Tables and lists are read as ' +
      'they are in the revision, too.',
    'With --kernel, a policy is compared with what runs here, as root: the rules that run are listed, what the policy compiles to ' +
      'is loaded into a network namespace of our own and listed there, and every set, chain and rule in which the two listings ' +
      'differ is shown. Then the rules that run are read, and compared with the policy over all packets, in regions as above, the ' +
      'rules being the old side: `+` is said of what would be let through if the policy were loaded, and is not now. The rules named are ' +
      'those of the policy. Where it takes a look into sets of more than 65,536 elements, one packet of the block is shown. What packets have filled in meanwhile (limits, ' +
      'memories, counters) is left out. Give the options that the build was made with (--keep-counters and the like): they are for this alone.',
    'With --fail-on, the exit code is 1 where something differs in that way: for a check of changes. What could not be compared is ' +
      'an error in any case; with --kernel, it counts as a change of any kind.',
  ],
  arguments: [
    new Argument(
      '<old>',
      'the old policy: a file, or `-` for standard input (with --git: the policy, a file)',
    ).argParser(pathFrom),
    new Argument('[new]', 'the new policy: a file, or `-`').argParser(pathFrom),
  ],
  options: [
    new Option('--git <rev>', 'compare a revision (REV) with the work tree, or two (REV..REV)').argParser(pathFrom),
    new Option('--kernel', 'compare the policy with what runs in the kernel here; needs root').conflicts('git'),
    new Option('--fail-on <change>', 'end with exit code 1 at such a change').choices(['widening', 'narrowing', 'any']),
    ...policyOptions().filter(({ long }) => SHARED_OPTIONS.has(long)),
  ],
  examples: [
    { command: 'sluice diff old.sluice new.sluice', does: 'two files' },
    { command: 'sluice diff policy.sluice --git HEAD', does: 'what the changes in the work tree come to' },
    {
      command: 'sluice diff policy.sluice --git main..HEAD --fail-on widening',
      does: 'refuse a branch that opens something',
    },
    {
      command: 'sudo sluice diff policy.sluice --kernel --fail-on any',
      does: 'whether what runs here is what the policy compiles to',
    },
    { command: 'sluice diff old.sluice new.sluice --json', does: 'all of it as data' },
  ],
  async run(session, [first = '', second], flags) {
    if (flags.kernel) {
      if (second !== undefined) throw new UsageError('With --kernel, name one policy.');
      return diffWithKernel(first, flags, flags.failOn === undefined ? [] : FAILING[flags.failOn], session);
    }
    const versions = versionsOf(first, second, flags.git);
    const { today } = choicesFrom(flags, session);
    const progress = startProgress(session);
    const files: CheckedFile[] = [];
    let wrong: Diagnostic | undefined;
    let difference: PolicyDifference | undefined;
    try {
      for (const [path, revision] of [versions.old, versions.new]) {
        progress.phase(`read ${path}`);
        files.push(await checkedPolicy(path, revision, today, session));
      }
      const [old, later] = files.map(({ policy }) => policy);
      if (old && later) {
        wrong = unknownTarget([old, later], flags.target);
        if (!wrong) difference = diffPolicies(old, later, { target: flags.target, onStage: progress.phase });
      }
    } finally {
      progress.stop();
    }
    return conclude(files, { wrong, difference }, flags, session);
  },
};

function versionsOf(first: string, second: string | undefined, git: string | undefined): Versions {
  if (git === undefined) {
    if (second === undefined) throw new UsageError('Name two policies, or one with --git REV or --kernel.');
    if (first === STANDARD_INPUT && second === STANDARD_INPUT) {
      throw new UsageError('Standard input can be read only once.');
    }
    return { old: [first, undefined], new: [second, undefined] };
  }
  if (second !== undefined) throw new UsageError('With --git, name one policy.');
  if (first === STANDARD_INPUT) throw new UsageError('With --git, name a file: revisions have no standard input.');
  const revisions = git.split('..');
  if (revisions.length > 2 || revisions.some((revision) => NO_REVISION.test(revision))) {
    throw new UsageError(`--git takes REV or REV..REV, not \`${git}\`.`);
  }
  const [from, to] = revisions;
  return { old: [first, from], new: [first, to] };
}

/** Nothing, what is left of three dots, and what git would take for an option. */
const NO_REVISION = /^($|[.-])/;

function unknownTarget(policies: readonly Policy[], wanted: string | undefined): Diagnostic | undefined {
  const names = new Set(policies.flatMap(({ targets }) => targets.map(({ name }) => name)));
  if (wanted === undefined || names.has(wanted)) return undefined;
  const hint = names.size === 0 ? 'They declare none.' : `Their targets: ${[...names].join(', ')}.`;
  return diagnostic(PROBLEMS.unknownTarget, undefined, `neither policy has a target \`${wanted}\``, { hint });
}

interface Compared {
  /** Why there is nothing to compare, besides what the files say. */
  readonly wrong: Diagnostic | undefined;
  readonly difference: PolicyDifference | undefined;
}

function conclude(files: readonly CheckedFile[], { wrong, difference }: Compared, flags: DiffFlags, session: Session) {
  const [old, later] = files as [CheckedFile, CheckedFile];
  const paths = { old: old.shown, new: later.shown };
  const findings = [
    ...files.flatMap((file) => file.findings),
    ...(wrong ? [wrong] : []),
    ...(difference ? findingsOf(difference, old, later) : []),
  ];
  const data = difference && { equal: isEqual(difference), targets: differenceAsData(difference, paths) };
  report(session, flags, findings, { old: old.shownPath, new: later.shownPath, ...data });
  if (!difference) return EXIT.findings;
  if (formatOf(flags) === 'text') session.stdout.write(differenceText(difference, paths));
  return findings.some(isError) || fails(difference, flags.failOn) ? EXIT.findings : EXIT.fine;
}

function findingsOf(
  { targets, diagnostics }: PolicyDifference,
  old: CheckedFile,
  later: CheckedFile,
): readonly Diagnostic[] {
  const notCompared = targets.flatMap((target) =>
    target.notCompared.map(({ id, reason }) =>
      diagnostic(PROBLEMS.notCompared, undefined, `${id} could not be compared: ${reason}`),
    ),
  );
  return [...old.named(diagnostics.old), ...later.named(diagnostics.new), ...notCompared];
}

const FAILING: Readonly<Record<FailOn, readonly Direction[]>> = {
  widening: ['widening', 'both'],
  narrowing: ['narrowing', 'both'],
  any: ['widening', 'narrowing', 'both', 'other'],
};

function fails({ targets }: PolicyDifference, failOn: FailOn | undefined): boolean {
  if (failOn === undefined) return false;
  const all = targets.flatMap(({ changes, settings }) => [...changes, ...settings]);
  return all.some(({ direction }) => FAILING[failOn].includes(direction));
}
