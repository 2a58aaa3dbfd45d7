/** A policy's program for sk_lookup: compiled, built, loaded, and asked. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { xdp } from '../../../backends/ebpf/index.ts';
import { skLookup } from '../../../backends/ebpf/sk-lookup/index.ts';
import { buildProgram } from '../../../compiler/4-program/build.ts';
import type { Program } from '../../../compiler/4-program/program.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';
import { compile } from '../../../compiler/compile.ts';
import type { Policy } from '../../../compiler/model/index.ts';
import type { Artifact } from '../../../compiler/plane.ts';
import { writeBigint } from '../../../compiler/semantics/packet/bytes.ts';
import { inputsWith } from '../../builders/ruleset.ts';
import { compiled } from '../harness/compiled.ts';
import { command, withBuilt } from '../xdp/build.ts';

export interface Compiled {
  readonly policy: Policy;
  readonly program: Program;
  /** Of all planes of its only target. */
  readonly artifacts: readonly Artifact[];
}

/** Undefined where the policy does not compile. */
export function tryToCompile(text: string, files: Readonly<Record<string, string>> = {}): Compiled | undefined {
  const options = { planes: [xdp, skLookup], nameBuild: () => 'test' };
  const { policy, targets } = compile({ path: 'test.sluice', text }, inputsWith(files), options);
  const [target] = targets;
  if (!policy || !target) return undefined;
  const { program } = buildProgram(policy, policy.targets[0]);
  return { policy, program, artifacts: target.planes.flatMap(({ artifacts }) => artifacts) };
}

export function compileForLookup(text: string): Compiled {
  const built = tryToCompile(text);
  if (built) return built;
  const { diagnostics } = compile({ path: 'test.sluice', text }, inputsWith({}), {
    planes: [xdp, skLookup],
    nameBuild: () => 'test',
  });
  throw new Error(renderFindings(diagnostics));
}

/** A packet of TCP or UDP that a socket is looked for. */
export interface LookedFor {
  readonly family: 4 | 6;
  readonly protocol: number;
  readonly source: bigint;
  readonly destination: bigint;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** How a runner opens a socket under a name; see socket-runner.c. */
export type Opened = 'all' | 'dual' | 'none';

export interface LookupRun {
  /** For each packet the name of the socket that gets it, `refused`, `nobody's` where no rule speaks, or `wrong`. */
  readonly answers: readonly string[];
  /** What `sluice-load stats` prints at the end. */
  readonly stats: string;
  /** Instructions that the verifier went through. */
  readonly verified: number;
}

/** What the program of a policy says of packets. */
export function runLookups(
  artifacts: readonly Artifact[],
  sockets: ReadonlyMap<string, Opened>,
  packets: readonly LookedFor[],
): LookupRun {
  const names = [...sockets.keys()].filter((name) => hasSocket(artifacts, name));
  const opened = names.map((name) => `${name}${sockets.get(name) === 'all' ? '' : `:${sockets.get(name)}`}`);
  return withBuilt([artifacts], ([folder]) => {
    const steps = `mount -t bpf bpf /sys/fs/bpf
loader=${folder}/ebpf/sluice-load
$loader up
${runner()} judge /sys/fs/bpf/sluice/edge/dispatch_program $loader ${opened.join(' ') || 'unused@1'}
${runner()} size /sys/fs/bpf/sluice/edge/dispatch_program
$loader stats
$loader down
test ! -e /sys/fs/bpf/sluice`;
    const output = command('unshare', ['--net', '--mount', 'sh', '-eu', '-c', steps], { input: bytesOf(packets) });
    const answers = [...output.subarray(0, packets.length)].map((byte) => OTHERS.get(byte) ?? names[byte] ?? 'wrong');
    const [verified, ...stats] = output.subarray(packets.length).toString().split('\n');
    return { answers, stats: stats.join('\n'), verified: Number(verified) };
  });
}

/** Nanoseconds of the program for each packet, on average over so many runs; `sockets` are open. */
export function timeLookups(
  artifacts: readonly Artifact[],
  sockets: readonly string[],
  packets: readonly LookedFor[],
  times: number,
): number[] {
  return withBuilt([artifacts], ([folder]) => {
    const steps = `mount -t bpf bpf /sys/fs/bpf
loader=${folder}/ebpf/sluice-load
$loader up > /dev/null
${runner()} time /sys/fs/bpf/sluice/edge/dispatch_program ${times} $loader ${sockets.join(' ')}
$loader down > /dev/null`;
    const output = command('unshare', ['--net', '--mount', 'sh', '-eu', '-c', steps], { input: bytesOf(packets) });
    return output.toString().trim().split('\n').map(Number);
  });
}

/**
 * For each packet (bytes of IP), which come in by an interface for which every address is this host's: the name whose socket of UDP
 * gets it, or `nobody`; and what `sluice-load stats` prints at the end.
 */
export function deliverPackets(
  artifacts: readonly Artifact[],
  sockets: ReadonlyMap<string, Opened>,
  packets: readonly Uint8Array[],
): Pick<LookupRun, 'answers' | 'stats'> {
  const names = [...sockets.keys()].filter((name) => hasSocket(artifacts, name));
  const opened = names.map((name) => `${name}${sockets.get(name) === 'all' ? '' : `:${sockets.get(name)}`}`);
  return withBuilt([artifacts], ([folder]) => {
    const steps = `mount -t bpf bpf /sys/fs/bpf
loader=${folder}/ebpf/sluice-load
ip tuntap add tun0 mode tun
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.tun0.rp_filter=0
ip link set lo up
ip link set tun0 up mtu 1500
for family in -4 -6; do ip $family rule add iif tun0 lookup 100; ip $family route add local default dev lo table 100; done
$loader up
${runner()} deliver $loader ${opened.join(' ') || 'unused@1'}
$loader stats
$loader down
test ! -e /sys/fs/bpf/sluice`;
    const lengths = packets.map((packet) => Buffer.from(Uint32Array.of(packet.length).buffer));
    const input = Buffer.concat(packets.flatMap((packet, number) => [lengths[number]!, packet]));
    const output = command('unshare', ['--net', '--mount', 'sh', '-eu', '-c', steps], { input });
    const answers = [...output.subarray(0, packets.length)].map((byte) => names[byte] ?? 'nobody');
    return { answers, stats: output.subarray(packets.length).toString() };
  });
}

const OTHERS: ReadonlyMap<number, string> = new Map([
  [253, 'wrong'],
  [254, 'refused'],
  [255, "nobody's"],
]);

/** Whether the policy has a socket of this name. */
function hasSocket(artifacts: readonly Artifact[], name: string): boolean {
  const settings = artifacts.find(({ path }) => path === 'ebpf/dispatch.conf')!;
  return Buffer.concat(settings.content).toString().split('\n').includes(`socket ${name}`);
}

/** `struct lookup` of socket-runner.c for each. */
function bytesOf(packets: readonly LookedFor[]): Uint8Array {
  const size = 48;
  const bytes = Buffer.alloc(packets.length * size);
  for (const [number, packet] of packets.entries()) {
    const at = number * size;
    const length = packet.family === 4 ? 4 : 16;
    bytes.writeUInt32LE(packet.family, at);
    bytes.writeUInt32LE(packet.protocol, at + 4);
    bytes.writeUInt32LE(packet.sourcePort, at + 8);
    bytes.writeUInt32LE(packet.destinationPort, at + 12);
    writeBigint(bytes, at + 16, length, packet.source);
    writeBigint(bytes, at + 32, length, packet.destination);
  }
  return bytes;
}

/**
 * What a shell prints on both outputs in a namespace of its own, joined to another one. There, `load N …` is the loader of the
 * build with that number; `routes N up` makes its addresses local; `serve N SOCKET …` opens sockets and registers them by that
 * loader; `ask …` asks from the other namespace, where this one is 10.9.0.1 and fd09::1; `runner` and `there COMMAND` are the
 * runner, and a command, in the other one; `$folder` is one to write into.
 */
export function inLookupShell(builds: readonly (readonly Artifact[])[], steps: string): string {
  const scratch = mkdtempSync(join(tmpdir(), 'sluice-lookup-'));
  try {
    return withBuilt(builds, (folders) => {
      const cases = (path: string) => folders.map((folder, n) => `${n}) echo ${folder}/${path};;`).join(' ');
      const text = `exec 2>&1
folder=${scratch}
mount -t bpf bpf /sys/fs/bpf
unshare --net sleep 600 & peer=$!
until test "$(readlink /proc/$peer/ns/net)" != "$(readlink /proc/self/ns/net)"; do sleep 0.01; done
there() { nsenter -t $peer -n "$@"; }
runner() { ${runner()} "$@"; }
ip link set lo up; there ip link set lo up
ip link add uplink0 type veth peer name peer0 netns $peer
ip addr add 10.9.0.1/24 dev uplink0; there ip addr add 10.9.0.2/24 dev peer0
ip addr add fd09::1/64 dev uplink0 nodad; there ip addr add fd09::2/64 dev peer0 nodad
ip link set uplink0 up; there ip link set peer0 up
there ip route add default via 10.9.0.1; there ip -6 route add default via fd09::1
loader() { case $1 in ${cases('ebpf/sluice-load')} esac; }
load() { "$(loader $1)" "\${@:2}"; }
routes() { sh "$(case $1 in ${cases('host/routes.sh')} esac)" $2; }
serve() { runner serve "$(loader $1)" "\${@:2}" > $folder/ready & until grep -qs ready $folder/ready; do sleep 0.01; done; }
ask() { there ${runner()} "ask$1" "\${@:2}"; }
${steps}`;
      writeFileSync(join(scratch, 'steps.sh'), text);
      // With the shell, the first process of its namespace, all others end.
      const own = ['--net', '--mount', '--pid', '--fork', '--mount-proc'];
      return command('unshare', [...own, 'bash', '-eu', join(scratch, 'steps.sh')]).toString();
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function runner(): string {
  return compiled({
    name: 'socket-runner',
    compiler: 'cc',
    arguments: ['-std=gnu11', '-O2', '-Wall', '-Wextra'],
    sources: ['socket-runner.c', 'sockets.c', 'deliver.c'].map(pathOf),
    headers: [pathOf('sockets.h')],
    libraries: ['-lbpf'],
  });
}

function pathOf(source: string): string {
  return fileURLToPath(new URL(`runner/${source}`, import.meta.url));
}

/** The lines that a shell printed are these. */
export function expectLines(output: string, lines: readonly string[]): void {
  expect(output.trimEnd().split('\n')).toEqual(lines);
}
