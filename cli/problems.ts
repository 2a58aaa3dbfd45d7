/** What can go wrong with files and targets that the command line names: SL09xx. */
import type { DiagnosticKind } from '../grammar/diagnostic.ts';

function error(code: string, title: string, explanation: string): DiagnosticKind {
  return { code, severity: 'error', title, explanation };
}

export const PROBLEMS = {
  unreadable: error(
    'SL0901',
    'a file cannot be read',
    `The file is not there, is a folder, or the system does not let Sluice read it; the message says which. A policy is
named as it is seen from the folder that the command is started in, or is \`-\` for standard input. What a policy names is
relative to the policy's own folder (of standard input: to the folder that the command is started in).`,
  ),
  notOurFolder: error(
    'SL0902',
    'the output folder holds something else',
    `\`sluice compile\` replaces its output folder as a whole, so it only replaces what it has written itself: a folder with
a \`manifest.json\` of Sluice's and no file that is not listed there. Anything else could be lost. Choose another folder, or
move away what the message names.`,
  ),
  unwritable: error(
    'SL0903',
    'the output cannot be written',
    `The output is written into a hidden folder beside the output folder, brought to the disk, and put in place by renaming.
That failed, for the reason that the message gives; the hidden folder is removed, and the output folder is as it was.`,
  ),
  unknownTarget: error(
    'SL0904',
    'unknown target',
    `\`--target\` names a target that the policy does not declare. A policy without any \`target\` block has one target, \`host\`.`,
  ),
  targetName: error(
    'SL0905',
    'a target that cannot name a folder',
    `Each target gets a folder of its name in the output. A name with \`/\`, of dots only, longer than 200 bytes, or equal to
\`manifest.json\` or \`source-map.json\` cannot be one. Rename the target.`,
  ),
  unformatted: error(
    'SL0906',
    'a formatted file cannot be written',
    `\`sluice fmt\` writes the formatted text beside the file and then renames it over the file, so it needs the right to
write in the folder, and the file itself must not be write-protected. The file is as it was.`,
  ),
  leftBehind: {
    code: 'SL0907',
    severity: 'warning',
    title: 'the previous output is still there',
    explanation: `The new output is in place and whole, but the previous one, moved aside under the name that the message
gives, could not be removed. Remove it by hand.`,
  },
  notOurFile: error(
    'SL0908',
    'the output file holds something else',
    `\`sluice optimize\` replaces its output file, and \`sluice explain\` the files of --html and --svg, so they only replace what
they have written themselves, which says so in its first lines. Anything else could be lost: the dump itself, for one. Choose another
name, or move the file away.`,
  ),
  noDelta: {
    code: 'SL0909',
    severity: 'warning',
    title: 'nothing leads from the earlier build to this one',
    explanation: `\`--since\` names the output folder of an earlier compile, or the file of an earlier \`sluice optimize\`, from which
a transaction is to lead to this one. The message says why there is none: what it names is not there or was written by another
version, it was changed since, or the two builds have too little in common. The new output is whole all the same: load it as a whole, once, and use it as
\`--since\` from then on. Loading it whole starts counters, limits and memories anew.`,
  },
  noProfile: error(
    'SL0910',
    'no counters in the file of a profile',
    `\`--profile\` names a file with counters: what \`nft list counters\` or \`nft list ruleset\` say, as text or with \`-j\`,
where a build made with \`--keep-counters\` runs; or, for \`sluice optimize\`, what \`iptables-save -c\` says, with the counters
before each rule. The file is neither.`,
  ),
  otherDump: error(
    'SL0911',
    'a profile of other rules',
    `For \`sluice optimize --profile\`, a dump with counters has to hold the rules of one of the dumps that are optimized, line by line
and in their order: its counters are told apart by where they stand. The two differ in more than counters and comments. Save the
rules once, with \`iptables-save -c\`, and give that file twice.`,
  ),
  noClasses: error(
    'SL0916',
    'no classes to analyze',
    `\`sluice explain --analyze INTERFACE=FILE\` takes what \`tc -s class show dev INTERFACE\` prints where the policy's queues are
loaded. The message says what is wrong: the file is something else, or no block shapes that interface.`,
  ),
  unlistedCounters: error(
    'SL0925',
    'counters that cannot be listed',
    `\`sluice explain --analyze kernel\` asks \`nft -j list counters\`, which only root may. The message gives what nft said.`,
  ),
  noCapture: error(
    'SL0924',
    'a file that is no capture of packets',
    `\`sluice explain --packet FILE.pcap\` takes what \`tcpdump -s 0 -w FILE.pcap\` writes: whole packets, in the file format of pcap.
The message says what is wrong.`,
  ),
  otherClasses: {
    code: 'SL0917',
    severity: 'warning',
    title: 'classes of the policy that are not listed',
    explanation: `The file of \`sluice explain --analyze\`, or for \`sluice stats\` the kernel, does not list all classes that the policy, or the build,
has. It may be of another interface, or of a host that runs another build: numbers of classes follow from their names, so those that both have are told all the same.`,
  },
  noRunningClasses: error(
    'SL0918',
    'no classes to tell of',
    `\`sluice stats\` takes the folder that \`sluice compile\` wrote for a policy with \`shape\` blocks, and asks the kernel for what their
classes have sent. The message says what is wrong: the folder holds no such build, or the build is not loaded here.`,
  ),
  viewUnwritable: error(
    'SL0926',
    'the page or picture of a plan cannot be written',
    `\`sluice explain\` writes --html and --svg beside the files that they name and then renames them over these, so the folders must
be writable. What was there is as it was.`,
  ),
  noCalibration: error(
    'SL0919',
    'a file that is no calibration',
    `\`--calibration\` takes what \`sluice calibrate\` has written: for each plane with prices, all of its constants, each above 0
(docs/schemas/calibration.json). The message says what is wrong: the file is something else, or another version has written it, whose
prices are made of other constants. Measure again.`,
  ),
  notMeasured: error(
    'SL0920',
    'what steps cost cannot be measured here',
    `\`sluice calibrate\` makes a network namespace, loads rules into it with nft and sends packets through them. The message says what
failed: it needs root, Linux, and the commands unshare, ip and nft. Nothing was written.`,
  ),
  calibrationUnwritten: error(
    'SL0923',
    'the calibration cannot be written',
    `The file is written beside the old one and then renamed over it, so the folder must be writable. The old one is as it was.`,
  ),
  noBaseline: error(
    'SL0921',
    'a file that is no baseline',
    `\`sluice lint --baseline\` names a file that \`sluice lint --write-baseline\` has written: findings that are known and stay
for now. The file is something else.`,
  ),
  baselineUnwritten: error(
    'SL0922',
    'the baseline cannot be written',
    `The file is written beside the old one and then renamed over it, so the folder must be writable. The old one is as it was.`,
  ),
  unknownRule: error(
    'SL0915',
    'no such rule',
    `\`sluice explain --rule\` names a rule by its line in the policy's main file, by FILE:LINE, or by its name as the
comments of artifacts and manifest.json have it (\`filter forward/allow-https\`). No rule that a plane carries out stands
there: blank lines, comments, declarations and blocks themselves are no rules.`,
  ),
  reportUnwritable: error(
    'SL0933',
    'a report cannot be written',
    `\`sluice test\` writes --coverage-report and --junit beside the file that they name and then renames it over it, so the folder must be
writable. What was there is as it was.`,
  ),
  kernelDiffers: error(
    'SL0941',
    'an expectation that the kernel does not meet',
    `\`sluice test --kernel\` has sent the packet of this line through what the policy compiles to, and something else became of
it than the line says. Where the reference semantics say that the line is met, what was emitted is wrong, or this kernel is.`,
  ),
  kernelRefuses: error(
    'SL0942',
    'expectations that no kernel could be asked about',
    `\`sluice test --kernel\` loads what the policy's first target compiles to into network namespaces of its own, by the
commands of its manifest.json. The message says what is in the way: a plane that it does not load, or what a command said.`,
  ),
  notTried: {
    code: 'SL0943',
    severity: 'warning',
    title: 'an expectation that was not tried in the kernel',
    explanation: `\`sluice test --kernel\` tries the lines that packets can carry out exactly. Not those about another time than now, about
a mark that a packet has already, about memories that hold something, about groups, and some more: the message says which.
On the reference semantics they are run all the same.`,
  },
  runningNotCompared: {
    code: 'SL0951',
    severity: 'warning',
    title: 'a part of what runs that was not compared',
    explanation: `\`sluice diff --kernel\` lists the rules that run, loads what the policy compiles to into a network namespace of its own,
and compares the two listings. The message says why that was not possible: there is no such listing for the plane, or what a
command said.`,
  },
  unreadableRevision: error(
    'SL0931',
    'a revision cannot be read',
    `\`sluice diff --git\` reads a policy, and all that it uses, as a revision of the git repository has it that the policy
stands in. The message says what git said: there is no such revision, the file is not in it, or the folder is no work tree.`,
  ),
  notCompared: error(
    'SL0932',
    'a part of two policies that could not be compared',
    `\`sluice diff\` compares all packets, not samples, and says so where it cannot: where rows of tables differ whose order may
matter, where a difference has more than 20,000 regions, or where the comparison needs more memory than it may use. What it found
in other blocks is right all the same; of this one it says nothing.`,
  ),
} as const satisfies Record<string, DiagnosticKind>;
