/** What becomes of flows behind a policy's shapers: a script for the kernel that is to be measured, and how to read what it says. */
import { nftables } from '../../backends/nftables/index.ts';
import { tc } from '../../backends/tc/index.ts';
import { compile } from '../../compiler/compile.ts';
import { isError } from '../../grammar/diagnostic.ts';
import { inputsWith } from '../builders/ruleset.ts';
import { trafficBinary } from './binary.ts';

/** One that sends; its port tells it from others. Bits a second of frames, for UDP. */
export type Flow = { readonly port: number } & ({ readonly udp: number } | { readonly tcp: true });

export interface Trial {
  /** A policy that shapes where packets leave by `uplink0`, or come in by `world0`, at the other end of it. */
  readonly policy: string;
  readonly flows: readonly Flow[];
  readonly milliseconds: number;
}

/** From how much to how much, in bits a second of frames. */
export interface Wanted {
  readonly least: number;
  readonly most: number;
}

/** A trial whose outcome follows from the policy. */
export interface WantedTrial extends Trial {
  readonly name: string;
  /** What arrives of flows, by port. */
  readonly wanted: ReadonlyMap<number, Wanted>;
  /** What all flows together have. */
  readonly together?: Wanted;
}

/** To be run by `sh -e` in a network namespace and a mount namespace of its own, in a folder that holds `files`. */
export interface TrialScript {
  readonly script: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The name of a file in the script's folder. */
const RULES = 'ruleset.nft';
/** The interface at the end that packets come in by. */
export const ARRIVAL = 'world0';
/** How much longer than it counts it sends, for both begin when the machine lets them. Milliseconds. */
const LONGER = 500;
/** Where the flows go. */
const WORLD = '10.9.0.2';

export function trialScript({ policy, flows, milliseconds }: Trial): TrialScript {
  const { targets, diagnostics } = compile({ path: 'policy.sluice', text: policy }, inputsWith({}), {
    planes: [nftables, tc],
    nameBuild: () => 'trial',
    proof: false,
  });
  const errors = diagnostics.filter(isError).map(({ message }) => message);
  if (errors.length > 0) throw new Error(errors.join('\n'));
  const artifacts = targets.flatMap(({ planes }) => planes.flatMap((plane) => plane.artifacts));
  const files = Object.fromEntries(
    artifacts.map(({ path, content }) => [path.split('/').at(-1)!, Buffer.concat(content).toString()]),
  );
  const load = targets.flatMap(({ planes }) => planes.find(({ plane }) => plane === 'tc')?.load ?? []).join('\n');
  const where = policy.includes(ARRIVAL) ? 'ip netns exec world ' : '';
  const traffic = trafficBinary();
  const ports = flows.map(({ port }) => port).join(' ');
  const script = `mkdir -p /run/netns
mount -t tmpfs none /run/netns
ip netns add world
ip link add uplink0 numtxqueues 4 type veth peer name world0 address 02:00:00:00:09:02 netns world
ip address add 10.9.0.1/24 dev uplink0
ip -n world address add ${WORLD}/24 dev world0
ip link set uplink0 up
ip -n world link set world0 up
ip neigh add ${WORLD} lladdr 02:00:00:00:09:02 dev uplink0
cat > load <<'END'
${load.replaceAll('tc/', '')}
if [ -f ${RULES} ]; then nft -f ${RULES}; fi
END
${where}sh -e load
ip netns exec world ${traffic} receive ${milliseconds} ${ports} > received &
until grep -qs ready received; do sleep 0.1; done
${traffic} send ${WORLD} ${milliseconds + LONGER} ${flows.map(flowText).join(' ')}
wait
cat received
${where}tc -s qdisc show
${where}tc -s actions list action police
`;
  return { script, files };
}

function flowText(flow: Flow): string {
  return 'udp' in flow ? `udp:${flow.port}:${flow.udp}` : `tcp:${flow.port}`;
}

/** Ethernet, IP and UDP; the same with TCP and its timestamps, which are in each of the frames that a packet is cut into. */
const UDP_HEADERS = 42;
const TCP_FRAME = 1514;
const TCP_PAYLOAD = 1448;

/** Bits a second of whole frames that arrived, by port. Throws where the script has not come so far. */
function arrivedRates({ flows }: Trial, output: string): ReadonlyMap<number, number> {
  return new Map(
    flows.map((flow) => {
      const line = new RegExp(`^${flow.port} (\\d+) (\\d+) (\\d+)$`, 'm').exec(output);
      if (!line) throw new Error(`nothing was counted at port ${flow.port}:\n${output}`);
      const [bytes = 0, datagrams = 0, nanoseconds = 0] = line.slice(1).map(Number);
      const frames = 'udp' in flow ? bytes + datagrams * UDP_HEADERS : (bytes * TCP_FRAME) / TCP_PAYLOAD;
      return [flow.port, (frames * 8e9) / nanoseconds] as const;
    }),
  );
}

/** Lines for flows that have more or less than is wanted. */
export function offWanted(trial: WantedTrial, output: string): string[] {
  const { wanted, together } = trial;
  const rates = arrivedRates(trial, output);
  const sum = [...rates.values()].reduce((total, rate) => total + rate, 0);
  const asked = [...wanted].map(([port, bounds]) => [`port ${port}`, rates.get(port)!, bounds] as const);
  return [...asked, ...(together ? [['together', sum, together] as const] : [])]
    .filter(([, rate, { least, most }]) => rate < least || rate > most)
    .map(
      ([what, rate, { least, most }]) =>
        `${what}: ${inMegabits(rate)}, and not ${inMegabits(least)} to ${inMegabits(most)}`,
    );
}

function inMegabits(bits: number): string {
  return `${(bits / 1e6).toFixed(3)} Mbit/s`;
}
