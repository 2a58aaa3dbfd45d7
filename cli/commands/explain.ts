/** `sluice explain`: the plan of a policy with what each step costs, and the ways of packets through it. */
import { Option } from 'commander';
import { questionText } from '../../compiler/3-check/statements/questions.ts';
import { lowerPolicy, type LoweredPolicy } from '../../compiler/compile.ts';
import type { ExplainedPacket, ExplainedPlane } from '../../compiler/explain/explained.ts';
import { explainPackets } from '../../compiler/explain/packet.ts';
import { explainRule, meantBy } from '../../compiler/explain/rule-expense.ts';
import { explainStages } from '../../compiler/explain/stages.ts';
import { placeOfSpan } from '../../compiler/diagnostics/place.ts';
import { startOfDay } from '../../compiler/inputs.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Span } from '../../grammar/source.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { exitCodeOf } from '../findings/exit-code.ts';
import { forbid } from '../findings/forbid.ts';
import { report } from '../findings/report.ts';
import type { CompileChoices } from '../output/manifest.ts';
import { analyzedBy } from '../inputs/listed-classes.ts';
import { choicesFrom, formatOf, policyArgument, policyOptions, type PolicyFlags } from '../policy-options.ts';
import { PROBLEMS } from '../problems.ts';
import { packetText } from '../terminal/explained-packet.ts';
import { planText, ruleText } from '../terminal/explained-plan.ts';
import { Phases } from '../terminal/phases.ts';
import { startProgress } from '../terminal/progress.ts';
import { throughCompiler, type Processed } from '../through-compiler.ts';

interface ExplainFlags extends PolicyFlags {
  readonly packet?: readonly string[];
  readonly rule?: string;
  readonly all?: true;
  readonly analyze?: readonly string[];
}

export const explain: CommandDefinition<ExplainFlags> = {
  name: 'explain',
  summary: 'show the plan of a policy, what each step costs, and the ways of packets',
  description: [
    'Shows how each block is carried out, as a tree: what is looked up and among how many, what a packet pays for it in ' +
      "nanoseconds (expected, and at worst) by the plane's prices, which lines of the policy it is for, and what the plan " +
      'would cost without each of the passes. A number in brackets marks a step that several ways lead to.',
    'With --packet, what becomes of a packet instead: the rules that had a say, block by block. A packet is written as in an ' +
      "`expect` block, without the verdict; the surroundings are those of the policy's first `expect` block, or what the line " +
      'itself implies.',
    'With --rule, what one rule costs: alone, and at the margin of all others.',
    'With --analyze, what each class of a shaper has sent and dropped, and how much waits there, under its name: from what ' +
      '`tc -s class show dev INTERFACE` prints.',
    'Costs are estimates for comparing plans with each other, not measured on this machine. A plane that finds all rules at ' +
      'once, as XDP does, shows none.',
  ],
  arguments: [policyArgument()],
  options: [
    new Option('--packet <packet>', 'the way of this packet (may be given several times)').argParser(
      (text: string, former: readonly string[] = []) => [...former, text],
    ),
    new Option('--rule <rule>', 'what this rule costs: its name, its line, or FILE:LINE').conflicts('packet'),
    new Option(
      '--analyze <interface=file>',
      'what the classes there have sent, as tc lists it (may be given several times)',
    )
      .argParser((text: string, former: readonly string[] = []) => [...former, text])
      .conflicts(['packet', 'rule']),
    new Option('--all', 'show every step, however many there are'),
    ...policyOptions(),
  ],
  examples: [
    { command: 'sluice explain policy.sluice', does: 'the plan, stage by stage' },
    {
      command: "sluice explain policy.sluice --packet 'tcp 203.0.113.9:40000 -> 198.51.100.7:443 in uplink'",
      does: 'what becomes of a packet, and by which rules',
    },
    { command: 'sluice explain policy.sluice --rule 27', does: 'what the rule in line 27 costs' },
    {
      command: 'sluice explain policy.sluice --analyze eth0=classes.txt',
      does: 'what classes have sent, by name, after `tc -s class show dev eth0 > classes.txt`',
    },
    { command: 'sluice explain policy.sluice --json', does: 'all of it as data' },
  ],
  async run(session, [path = ''], flags) {
    const choices = choicesFrom(flags, session);
    const questions = (flags.packet ?? []).map((text) => ({ path: '--packet', text: questionText(text) }));
    const progress = startProgress(session);
    let processed: Processed<LoweredPolicy>;
    try {
      processed = await throughCompiler(path, choices, session, new Phases(progress.phase), (main, inputs, options) =>
        lowerPolicy(main, inputs, { ...options, questions }),
      );
    } finally {
      progress.stop();
    }
    const { read } = processed;
    const explained = read && explainedOf(read.result, read.policyPath, choices, flags);
    const findings = [...processed.findings, ...(explained?.findings ?? [])];
    report(session, flags, findings, { policy: path, ...explained?.data });
    if (forbid(findings, flags.strict ?? false) || explained === undefined) return exitCodeOf(findings);
    if (formatOf(flags) === 'text') session.stdout.write(explained.text);
    return EXIT.fine;
  },
};

interface Explained {
  readonly findings: readonly Diagnostic[];
  readonly text: string;
  readonly data: object;
}

function explainedOf(
  { policy, targets, questions }: LoweredPolicy,
  mainPath: string,
  choices: CompileChoices,
  flags: ExplainFlags,
): Explained | undefined {
  if (!policy || targets.length === 0) return undefined;
  if (flags.packet) {
    const now = choices.today ? startOfDay(choices.today) : 0;
    const packets = explainPackets(policy, questions, now);
    return { findings: [], text: packets.map(packetText).join('\n'), data: { packets: packets.map(packetAsData) } };
  }
  const analyzed = analyzedBy(flags.analyze ?? [], targets);
  const parts = targets.flatMap(({ name, planes }) =>
    planes.map((plane) => ({ target: name, ...plane, without: choices.without, listed: analyzed.listed })),
  );
  if (flags.rule !== undefined) {
    const rules = parts.flatMap((part) => explainRule(part, meantBy(flags.rule ?? '', mainPath)));
    return { findings: rules.length > 0 ? [] : [noSuchRule(flags.rule)], text: ruleText(rules), data: { rules } };
  }
  const planes = parts.map((part): ExplainedPlane => ({
    target: part.target,
    plane: part.plane,
    stages: explainStages(part),
  }));
  const text = planes.map((plane) => planText(plane, { mainPath, all: flags.all ?? false })).join('\n');
  return { findings: analyzed.findings, text, data: { planes } };
}

function noSuchRule(rule: string): Diagnostic {
  return diagnostic(PROBLEMS.unknownRule, undefined, `no rule is called or stands at \`${rule}\``, {
    hint: 'Name it by its line (`27`), by FILE:LINE, or by its name in the comments of the artifacts.',
  });
}

/** Places as `path` and `line`. */
function packetAsData({ text, ways }: ExplainedPacket): object {
  return {
    packet: text,
    ways: ways.map(({ steps, fate }) => ({
      steps: steps.map(({ place, ...step }) => ({ ...step, ...(place === undefined ? {} : placeAsData(place)) })),
      fate,
    })),
  };
}

function placeAsData(span: Span): object {
  const { path, start } = placeOfSpan(span);
  return { path, line: start.line };
}
