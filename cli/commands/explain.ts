/** `sluice explain`: the plan of a policy with what each step costs, and the ways of packets through it. */
import { Option } from 'commander';
import { hitsOf, type Profile } from '../../compiler/4-program/hits.ts';
import { lowerPolicy, type LoweredPolicy } from '../../compiler/compile.ts';
import type { ExplainedPacket, ExplainedPlane } from '../../compiler/explain/explained.ts';
import { explainCapture, type CaptureZones } from '../../compiler/explain/capture.ts';
import { explainDevice } from '../../compiler/explain/device.ts';
import { explainPackets } from '../../compiler/explain/packet.ts';
import { metRules, withPackets } from '../../compiler/explain/met.ts';
import { explainRule, meantBy } from '../../compiler/explain/rule-expense.ts';
import { explainStages } from '../../compiler/explain/stages.ts';
import { placeOfSpan } from '../../compiler/diagnostics/place.ts';
import { startOfDay } from '../../compiler/inputs.ts';
import type { Policy, Zone } from '../../compiler/model/index.ts';
import { didYouMean } from '../../grammar/did-you-mean.ts';
import { diagnostic, isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Span } from '../../grammar/source.ts';
import type { CommandDefinition } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { viewObstacles, writeViews } from '../explain-page/write-views.ts';
import { exitCodeOf } from '../findings/exit-code.ts';
import { forbid } from '../findings/forbid.ts';
import { report } from '../findings/report.ts';
import type { CompileChoices } from '../output/manifest.ts';
import { askedPackets, type AskedPackets } from '../inputs/asked-packets.ts';
import { analyzedBy } from '../inputs/listed-classes.ts';
import { isOfCounters, listedCounters } from '../inputs/listed-counters.ts';
import { STANDARD_INPUT } from '../inputs/policy-file.ts';
import { version } from '../package.ts';
import { choicesFrom, formatOf, pathFrom, policyArgument, policyOptions, type PolicyFlags } from '../policy-options.ts';
import { PROBLEMS } from '../problems.ts';
import { packetText } from '../terminal/explained-packet.ts';
import { metText, planText, ruleText } from '../terminal/explained-plan.ts';
import { Phases } from '../terminal/phases.ts';
import type { Session } from '../session.ts';
import { startProgress } from '../terminal/progress.ts';
import { throughCompiler, type Processed } from '../through-compiler.ts';
import { UsageError } from '../usage-error.ts';

interface ExplainFlags extends PolicyFlags {
  readonly packet?: readonly string[];
  readonly stdin?: true;
  readonly in?: string;
  readonly out?: string;
  readonly rule?: string;
  readonly all?: true;
  readonly analyze?: readonly string[];
  readonly html?: string;
  readonly svg?: string;
}

export const explain: CommandDefinition<ExplainFlags> = {
  name: 'explain',
  summary: 'show the plan of a policy, what each step costs, and the ways of packets',
  description: [
    'Shows how each block is carried out, as a tree: what is looked up and among how many, what a packet pays for it in ' +
      "nanoseconds (expected, and at worst) by the plane's prices, which lines of the policy it is for, and what the plan " +
      'would cost without each of the passes. A number in brackets marks a step that several ways lead to. Of a NIC, its tables ' +
      'with their keys, entries and bits, and by which rules the host decides instead, and why.',
    'With --packet, what becomes of a packet instead: the rules that had a say, block by block. A packet is written as in an ' +
      "`expect` block, without the verdict; the surroundings are those of the policy's first `expect` block, or what the line " +
      'itself implies. With --stdin, packets come by standard input, a line each. Where FILE.pcap is given for a packet, all packets ' +
      'of that capture, one after another: what came before has left its flows, limits and memories, and time goes by as ' +
      'in the capture. It does not say where packets come in (`--in ZONE`), nor which of them went out: capture with ' +
      '`tcpdump -Q in`.',
    'With --rule, what one rule costs: alone, and at the margin of all others.',
    'With --analyze, what each class of a shaper has sent and dropped, and how much waits there, under its name: from what ' +
      '`tc -s class show dev INTERFACE` prints. With --analyze FILE, how many packets met the rules of each step, and which rules ' +
      'none has met: from what `nft -j list counters` or `sluice-load stats` say where a build made with --keep-counters ' +
      'runs, whose plan is shown then; `--analyze kernel` asks nft itself, as root. Counters of several planes add up.',
    'With --html, the plan is written as a page that needs nothing else, not even a network: a flame graph of the expected cost, the ' +
      'plan as a picture, and all rules by cost, searchable. With --svg, graph and plan as a picture. Both are written whole or not ' +
      'at all, and replace only what this command has written.',
    'Costs are estimates for comparing plans with each other, not measured on this machine unless --calibration names what ' +
      '`sluice calibrate` measured there. XDP finds the rules of all blocks at ' +
      'once, and so does sk_lookup: what that takes stands before them, without the limits and backends that rules lead to, and at XDP ' +
      'without their counters.',
  ],
  arguments: [policyArgument()],
  options: [
    new Option(
      '--packet <packet>',
      'the way of this packet, or of those in FILE.pcap (may be given several times)',
    ).argParser((text: string, former: readonly string[] = []) => [...former, text]),
    new Option('--stdin', 'the ways of packets from standard input, a line each'),
    new Option('--in <zone>', 'where the packets of a capture come in'),
    new Option('--out <zone>', 'where those packets of a capture go that no given route leads elsewhere'),
    new Option('--rule <rule>', 'what this rule costs: its name, its line, or FILE:LINE').conflicts([
      'packet',
      'stdin',
    ]),
    new Option(
      '--analyze <listing>',
      'what was counted: INTERFACE=FILE of classes, FILE of counters, or `kernel` (may be given several times)',
    )
      .argParser((text: string, former: readonly string[] = []) => [...former, text])
      .conflicts(['packet', 'stdin', 'rule']),
    new Option('--html <file>', 'write the plan as a page').argParser(pathFrom).conflicts(['packet', 'stdin', 'rule']),
    new Option('--svg <file>', 'write the plan as a picture')
      .argParser(pathFrom)
      .conflicts(['packet', 'stdin', 'rule']),
    new Option('--all', 'show every step, however many there are'),
    ...policyOptions(),
  ],
  examples: [
    { command: 'sluice explain policy.sluice', does: 'the plan, stage by stage' },
    {
      command: "sluice explain policy.sluice --packet 'tcp 203.0.113.9:40000 -> 198.51.100.7:443 in uplink'",
      does: 'what becomes of a packet, and by which rules',
    },
    {
      command: 'sluice explain policy.sluice --packet eth0.pcap --in uplink',
      does: 'of every packet of a capture, after `tcpdump -Q in -i eth0 -w eth0.pcap`',
    },
    { command: 'sluice explain policy.sluice --rule 27', does: 'what the rule in line 27 costs' },
    {
      command: 'sluice explain policy.sluice --analyze eth0=classes.txt',
      does: 'what classes have sent, by name, after `tc -s class show dev eth0 > classes.txt`',
    },
    {
      command: 'sudo sluice explain policy.sluice --analyze kernel',
      does: 'how many packets met which rules, of a build made with --keep-counters',
    },
    { command: 'sluice explain policy.sluice --html plan.html', does: 'a page for a browser' },
    { command: 'sluice explain policy.sluice --json', does: 'all of it as data' },
  ],
  async run(session, [path = ''], flags) {
    refuseTheSameTwice(path, flags);
    const obstacles = viewObstacles(flags);
    if (obstacles.length > 0) {
      report(session, flags, obstacles, { policy: path });
      return EXIT.findings;
    }
    const counted = listedCounters((flags.analyze ?? []).filter(isOfCounters));
    // What was counted, was by a build with counters: its plan is the one to show.
    const chosen = choicesFrom(flags, session);
    const choices = counted.profile ? { ...chosen, keepCounters: true } : chosen;
    const asked = await askedPackets(flags.packet ?? [], flags.stdin ?? false, session);
    const processed = await planned(path, choices, session, asked);
    const { read } = processed;
    const explained =
      read && explainedOf(read.result, read.policyPath, choices, { ...flags, asked, profile: counted.profile });
    const findings = [...asked.findings, ...counted.findings, ...processed.findings, ...(explained?.findings ?? [])];
    const isForbidden = forbid(findings, flags.strict ?? false);
    if (read && explained && !isForbidden) findings.push(...(await viewsWritten(explained, read, flags)));
    report(session, flags, findings, { policy: path, ...explained?.data });
    if (findings.some(isError) || isForbidden || explained === undefined) return exitCodeOf(findings);
    if (formatOf(flags) === 'text') session.stdout.write(explained.text);
    return EXIT.fine;
  },
};

/** Throws where two options name one file, or the standard input. */
function refuseTheSameTwice(path: string, { html, svg, stdin }: ExplainFlags): void {
  if (html !== undefined && html === svg) throw new UsageError('--html and --svg name the same file.');
  if (stdin && path === STANDARD_INPUT) throw new UsageError('Standard input can be read only once.');
}

/** The policy as its planes carry it out, and the packets that are asked about. */
async function planned(
  path: string,
  choices: CompileChoices,
  session: Session,
  { questions }: AskedPackets,
): Promise<Processed<LoweredPolicy>> {
  const progress = startProgress(session);
  try {
    return await throughCompiler(path, choices, session, new Phases(progress.phase), (main, inputs, options) =>
      lowerPolicy(main, inputs, { ...options, questions }),
    );
  } finally {
    progress.stop();
  }
}

/** Writes the page and the picture that are asked for. */
async function viewsWritten(
  { planes, text }: Explained,
  { policyPath }: NonNullable<Processed<LoweredPolicy>['read']>,
  flags: ExplainFlags,
): Promise<readonly Diagnostic[]> {
  return writeViews(flags, { version, policy: policyPath, mainPath: policyPath, planes: planes ?? [] }, text);
}

interface Explained {
  /** Of plans; undefined where something else was asked. */
  readonly planes?: readonly ExplainedPlane[];
  readonly findings: readonly Diagnostic[];
  readonly text: string;
  readonly data: object;
}

function explainedOf(
  { policy, targets, questions }: LoweredPolicy,
  mainPath: string,
  choices: CompileChoices,
  flags: Omit<ExplainFlags, 'profile'> & { readonly asked: AskedPackets; readonly profile: Profile | undefined },
): Explained | undefined {
  if (!policy || targets.length === 0) return undefined;
  if (flags.packet || flags.stdin) {
    const now = choices.today ? startOfDay(choices.today) : 0;
    const { captures } = flags.asked;
    const zones = captures.length > 0 ? captureZones(policy, flags) : undefined;
    const captured = zones ? captures.flatMap((frames) => explainCapture(policy, frames, zones)) : [];
    const packets = [...explainPackets(policy, questions, now), ...captured];
    return { findings: [], text: packets.map(packetText).join('\n'), data: { packets: packets.map(packetAsData) } };
  }
  const analyzed = analyzedBy(
    (flags.analyze ?? []).filter((wanted) => !isOfCounters(wanted)),
    targets,
  );
  const parts = targets.flatMap(({ name, planes }) =>
    planes.map((plane) => ({
      target: name,
      ...plane,
      without: choices.without,
      listed: analyzed.listed,
      searches: new Map(planes.flatMap(({ lowered }) => [...(lowered.searches ?? [])])),
    })),
  );
  if (flags.rule !== undefined) {
    const rules = parts.flatMap((part) => explainRule(part, meantBy(flags.rule ?? '', mainPath)));
    return { findings: rules.length > 0 ? [] : [noSuchRule(flags.rule)], text: ruleText(rules), data: { rules } };
  }
  const met = flags.profile && hitsOf(policy, flags.profile, mainPath);
  const rules = met && metRules(policy, met.hits);
  const planes = parts.map((part): ExplainedPlane => {
    const stages = explainStages(part);
    return {
      target: part.target,
      plane: part.plane,
      stages: rules ? withPackets(stages, rules) : stages,
      ...(part.lowered.device && { device: explainDevice(part.lowered.device) }),
    };
  });
  const options = { mainPath, all: flags.all ?? false };
  const text = [...planes.map((plane) => planText(plane, options)), ...(rules ? [metText(rules, options)] : [])].join(
    '\n',
  );
  const findings = [...analyzed.findings, ...(met?.diagnostics ?? [])];
  return { planes, findings, text, data: { planes, ...(rules ? { met: rules } : {}) } };
}

/** Throws, saying which there are, where the options name no zones of the policy. */
function captureZones({ zones }: Policy, flags: Pick<ExplainFlags, 'in' | 'out'>): CaptureZones {
  const named = (option: '--in' | '--out', name: string): Zone => {
    const zone = zones.find((one) => one.name === name);
    if (zone) return zone;
    const known = zones.map((one) => one.name);
    throw new UsageError(`${option} names no zone: ${didYouMean(name, known) ?? `there are ${known.join(', ')}.`}`);
  };
  if (flags.in === undefined) {
    throw new UsageError('A capture does not say where its packets come in: say it with --in ZONE.');
  }
  return { in: named('--in', flags.in), out: flags.out === undefined ? undefined : named('--out', flags.out) };
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
