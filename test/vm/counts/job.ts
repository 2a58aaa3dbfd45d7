/** Frames through a router on a second kernel, and how many of them each class is to have counted by the reference semantics. */
import { buildPolicy, type BuildOptions, type Built, type PolicyText } from '../../kernel/conformance/build.ts';
import { drawWith } from '../../kernel/conformance/draw.ts';
import { drawScript } from '../../kernel/conformance/draw-script.ts';
import { environmentOf, labOptions, NETWORK } from '../../kernel/conformance/network.ts';
import { readClasses } from '../../../backends/tc/read-classes.ts';
import { outsideCommands, routerCommands, linkOf } from '../../../cli/lab/topology.ts';
import { outsideSysctls, routerSysctls, sysctlScript } from '../../../cli/lab/sysctls.ts';
import { encodeFrame } from '../../../cli/lab/packet.ts';
import { ROUTER } from '../../../cli/lab/observation.ts';
import { evaluate, type Outcome } from '../../../compiler/semantics/evaluate.ts';
import { decodeFrame } from '../../../compiler/semantics/packet/frame.ts';
import { EMPTY_STATE } from '../../../compiler/semantics/state.ts';
import type { Shape } from '../../../compiler/model/policy.ts';
import { listedName } from '../../../compiler/model/shape-interface.ts';
import { trafficBinary } from '../../traffic/binary.ts';
import type { Job } from '../machine/boot.ts';

/** Queues of each interface, for policies that shape across them. */
const QUEUES = 8;
/**
 * The router says nothing by itself. Without this it tells which IPv6 groups it hears (MLD, RFC 9777), at times of its own choice,
 * and these reports leave through the queues of their class as all packets do.
 */
const QUIET = `table inet quiet {
\tchain own {
\t\ttype filter hook output priority raw; policy drop;
\t}
}
`;

/** For packets on their way, where the clock of instructions stands still without work. Seconds. */
const SETTLED = 1;

export interface CountedJob {
  readonly job: Job;
  /** Frames that are sent. */
  readonly frames: number;
  /** How many frames are a class's, by the name under which it is listed, a blank, and its number. */
  readonly wanted: ReadonlyMap<string, number>;
  readonly policy: string;
  readonly built: Built;
}

/**
 * A router with the policy, and about `packets` frames around its edges, of those whose way the reference knows from themselves
 * alone. Undefined: the policy is refused.
 */
export function countedJob(
  name: string,
  text: PolicyText,
  packets: number,
  seed: number,
  options: BuildOptions = {},
): CountedJob | undefined {
  const outcome = buildPolicy(text, options);
  return outcome.kind === 'refused' ? undefined : jobOfBuilt(name, text, outcome.built, packets, seed);
}

/** The same of what was built, whoever built it. */
export function jobOfBuilt(name: string, text: PolicyText, built: Built, packets: number, seed: number): CountedJob {
  const script = drawWith(seed, (draw) => drawScript(built.policy, NETWORK, draw, packets));
  const lines: string[] = [];
  const wanted = new Map<string, number>();
  for (const step of script) {
    if (step.kind !== 'packet' || step.at === ROUTER) continue;
    const { router, peer } = linkOf(NETWORK.interfaces.findIndex((one) => one.name === step.at));
    const bytes = encodeFrame({ source: peer, destination: router }, Buffer.from(step.bytes, 'hex'));
    const classes = classesOf(bytes, step.at, built);
    if (!classes) continue;
    lines.push(`${step.at} ${Buffer.from(bytes).toString('hex')}`);
    for (const key of classes) wanted.set(key, (wanted.get(key) ?? 0) + 1);
  }
  return { job: jobOf(name, built, lines), frames: lines.length, wanted, policy: text.policy, built };
}

/** Undefined: it hangs on other packets, or has more ways than one, or the router itself would say something. */
function classesOf(bytes: Uint8Array, at: string, { policy, classes }: Built): readonly string[] | undefined {
  const arrival = { kind: 'received', in: at, frame: decodeFrame(bytes) } as const;
  const { outcomes } = evaluate(policy, environmentOf(NETWORK), EMPTY_STATE, 0, arrival);
  const [outcome, ...more] = outcomes;
  if (!outcome || more.length > 0 || outcome.fate.kind !== 'forwarded') return undefined;
  return outcome.shaped.flatMap((shaped) => {
    const shape = policy.shapes.find((one) => one.zone.name === shaped.zone && one.direction === shaped.direction)!;
    const listed = listedName(shape, undefined)!;
    const number = classes.get(`${listed} ${nameOf(shaped, shape)}`);
    return number === undefined ? [] : [`${listed} ${number}`];
  });
}

function nameOf({ classes }: Pick<Outcome['shaped'][number], 'classes'>, { default: rest }: Shape): string {
  if (classes.length > 0) return classes.join('/');
  return typeof rest === 'string' ? (rest === 'fair' ? 'default' : '') : rest.class;
}

function jobOf(name: string, built: Built, lines: readonly string[]): Job {
  const { interfaces, localAddresses } = labOptions(NETWORK);
  const router = routerCommands(interfaces, localAddresses ?? [], 'outside').replaceAll(
    ' type veth ',
    ` numtxqueues ${QUEUES} numrxqueues ${QUEUES} type veth `,
  );
  const listings = built.policy.shapes.map((shape) => {
    const listed = listedName(shape, undefined)!;
    return `echo "== ${listed}"\n${shape.policed ? 'tc -s actions list action police' : `tc -s class show dev ${listed}`}`;
  });
  const script = `mkdir -p /run/netns
mount -t tmpfs none /run/netns
ip netns add outside
ip netns exec outside sh outside-sysctls
nft -f quiet
sh router-sysctls
ip -batch router
ip -n outside -batch outside
tc -batch queues
if [ -s ruleset ]; then nft -f ruleset; fi
${built.xdp ? 'mount -t bpf bpf /sys/fs/bpf\nebpf/sluice-load up' : ''}
ip netns exec outside ${trafficBinary()} replay frames
sleep ${SETTLED}
${listings.join('\n')}
`;
  return {
    name,
    script,
    files: {
      'outside-sysctls': sysctlScript(outsideSysctls),
      'router-sysctls': sysctlScript(routerSysctls),
      quiet: QUIET,
      router,
      outside: outsideCommands(interfaces),
      queues: built.queues ?? '',
      ruleset: built.ruleset,
      frames: lines.map((line) => `${line}\n`).join(''),
    },
  };
}

/** Lines for classes that have not counted just what is theirs. */
export function miscounted({ wanted, built }: CountedJob, output: string): readonly string[] {
  const listed = new Map(
    output
      .split('== ')
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf('\n')), readClasses(part)] as const),
  );
  return [...built.classes].flatMap(([key, number]) => {
    const [, place = '', own = ''] = /^(\S+(?: policed)?) (.*)$/.exec(key) ?? [];
    const seen = listed.get(place)?.get(number)?.packets;
    const due = wanted.get(`${place} ${number}`) ?? 0;
    return seen === due ? [] : [`${place}, class ${own}: ${seen} packets, and ${due} are its own`];
  });
}
