/** A policy's program for XDP: compiled, built, loaded, run on frames, and taken away. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PLANES } from '../../../cli/planes.ts';
import { buildProgram } from '../../../compiler/4-program/build.ts';
import type { Program } from '../../../compiler/4-program/program.ts';
import { compile } from '../../../compiler/compile.ts';
import type { Artifact, DeltaOutcome, FormerBuild } from '../../../compiler/plane.ts';
import type { Policy } from '../../../compiler/model/index.ts';
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import { inputsWith } from '../../builders/ruleset.ts';
import { compiled } from '../harness/compiled.ts';
import type { ArrivingFrame } from './frames.ts';
import { makeWithLoader } from './made-loader.ts';

export interface Compiled {
  readonly policy: Policy | undefined;
  /** Of its first target, all planes. */
  readonly program: Program | undefined;
  /** Of `xdp` and `sk_lookup`; empty where other planes took everything, or nothing was compiled. */
  readonly artifacts: readonly Artifact[];
  /** Of the same planes, from the build that was named. */
  readonly deltas: readonly DeltaOutcome[];
  readonly diagnostics: readonly Diagnostic[];
}

/** `former`: a build from which there are to be deltas, among the artifacts. */
export function compileForXdp(
  text: string,
  files: Readonly<Record<string, string>> = {},
  { build = 'test', former }: { readonly build?: string; readonly former?: FormerBuild } = {},
): Compiled {
  const options = {
    planes: PLANES,
    nameBuild: () => build,
    ...(former && { former: (_: string, plane: string) => (plane === 'nftables' ? undefined : former) }),
  };
  const { policy, targets, diagnostics } = compile({ path: 'test.sluice', text }, inputsWith(files), options);
  const planes = targets.flatMap((target) => target.planes);
  const program = policy && buildProgram(policy, policy.targets[0]).program;
  const own = planes.filter(({ plane }) => plane !== 'nftables');
  const deltas = own.flatMap(({ since }) => (since ? since.outcome : []));
  const artifacts = [
    ...own.flatMap((output) => output.artifacts),
    ...deltas.flatMap((outcome) => (outcome.kind === 'delta' ? outcome.artifacts : [])),
  ];
  return { policy, program, artifacts, deltas, diagnostics };
}

/** What a later compile is told of a build. */
export function formerOf(build: string, artifacts: readonly Artifact[]): FormerBuild {
  return { build, files: new Map(artifacts.map(({ path, content }) => [path, Buffer.concat(content)])) };
}

/** `XDP_DROP` and `XDP_PASS`. */
const ACTIONS: ReadonlyMap<number, 'drop' | 'pass'> = new Map([
  [1, 'drop'],
  [2, 'pass'],
]);

export interface XdpRun {
  /** Of each frame; `verdict 4` and the like where the program said something else, or has changed the frame. */
  readonly verdicts: readonly string[];
  /** What `sluice-load stats` prints at the end. */
  readonly stats: string;
  /** Instructions that the verifier went through. */
  readonly verified: number;
}

/** What the counters say of a frame that so many threads put in so many times each, all at once. */
export function raceXdp(
  artifacts: readonly Artifact[],
  frame: ArrivingFrame,
  { threads, times }: { readonly threads: number; readonly times: number },
): string {
  return inNamespace(artifacts, [frame.in], [frame], (pin) => [`race ${pin} ${threads} ${times}`]).toString();
}

/** Runs the program of a target on frames, in a network namespace with these interfaces. Throws where a step fails. */
export function runXdp(
  artifacts: readonly Artifact[],
  interfaces: readonly string[],
  frames: readonly ArrivingFrame[],
): XdpRun {
  const output = inNamespace(artifacts, interfaces, frames, (pin) => [
    `run ${pin} ${interfaces.join(' ')}`,
    `size ${pin}`,
  ]);
  const verdicts = [...output.subarray(0, frames.length)].map((byte) => ACTIONS.get(byte) ?? `verdict ${byte}`);
  const [verified, ...stats] = output.subarray(frames.length).toString().split('\n');
  return { verdicts, stats: stats.join('\n'), verified: Number(verified) };
}

/**
 * Builds and loads the artifacts in a namespace of their own, and gives what the runner and then `stats` write.
 * `tasks` say what the runner does with the program that is pinned there.
 */
function inNamespace(
  artifacts: readonly Artifact[],
  interfaces: readonly string[],
  frames: readonly ArrivingFrame[],
  tasks: (pin: string) => readonly string[],
): Buffer {
  return withBuilt([artifacts], ([folder]) => {
    const target = /^target (.*)$/m.exec(textOf(artifacts, 'ebpf/policy.conf'))![1]!;
    const steps = script(folder!, interfaces, tasks(`/sys/fs/bpf/sluice/${target}/program`));
    const input = framesFile(frames, interfaces);
    return command('unshare', ['--net', '--mount', 'sh', '-eu', '-c', steps], { input });
  });
}

/** Builds artifacts, each in a folder of its own, and gives what is done with these. */
export function withBuilt<Result>(
  builds: readonly (readonly Artifact[])[],
  use: (folders: readonly string[]) => Result,
): Result {
  const folders = builds.map(() => mkdtempSync(join(tmpdir(), 'sluice-xdp-')));
  try {
    for (const [number, artifacts] of builds.entries()) {
      const folder = folders[number]!;
      for (const { path, content } of artifacts) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), Buffer.concat(content));
      }
      makeWithLoader(join(folder, 'ebpf'), () => command('make', ['-s', '-C', join(folder, 'ebpf')]));
    }
    return use(folders);
  } finally {
    for (const folder of folders) rmSync(folder, { recursive: true });
  }
}

/**
 * What a shell prints in a namespace with an interface `uplink0` (and its other end, `peer0`), on both outputs. There, `load N …`
 * is the loader of the build with that number, `${folders[N]}` its folder, `runner …` the runner, and `$frames` a file with the frames.
 */
export function inShell(
  builds: readonly (readonly Artifact[])[],
  frames: readonly ArrivingFrame[],
  steps: string,
): string {
  return shell(builds, frames, ['uplink0'], `exec 2>&1\n${steps}`).toString();
}

/** The same with the interfaces that are named, and what it prints on its standard output as bytes. Throws where a step fails. */
export function shell(
  builds: readonly (readonly Artifact[])[],
  frames: readonly ArrivingFrame[],
  interfaces: readonly string[],
  steps: string,
): Buffer {
  return withBuilt(builds, (folders) => {
    const file = join(folders[0]!, 'frames');
    writeFileSync(file, framesFile(frames, interfaces));
    const text = `${namespaceSteps(interfaces)}
frames=${file}
folders=(${folders.join(' ')})
load() { build=$1; shift; case $build in ${folders.map((folder, n) => `${n}) ${folder}/ebpf/sluice-load "$@";;`).join(' ')} esac; }
RUNNER=${runner()}
runner() { $RUNNER "$@"; }
${steps}`;
    return command('unshare', ['--net', '--mount', 'bash', '-eu', '-c', text]);
  });
}

function namespaceSteps(interfaces: readonly string[]): string {
  const pairs = interfaces.map(
    (name, number) => `ip link add ${name} type veth peer name peer${number}
ip link set ${name} up
ip link set peer${number} up
${runner()} keep-tags ${name}`,
  );
  // Neighbour discovery of the other ends would be frames that nobody has put in, and counted.
  return `echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
mount -t bpf bpf /sys/fs/bpf
${pairs.join('\n')}`;
}

function script(folder: string, interfaces: readonly string[], tasks: readonly string[]): string {
  return `${namespaceSteps(interfaces)}
${folder}/ebpf/sluice-load up
${tasks.map((task) => `${runner()} ${task}`).join('\n')}
${folder}/ebpf/sluice-load stats
${folder}/ebpf/sluice-load down
test ! -e /sys/fs/bpf/sluice`;
}

function textOf(artifacts: readonly Artifact[], path: string): string {
  const artifact = artifacts.find((one) => one.path === path);
  if (!artifact) throw new Error(`no ${path}`);
  return Buffer.concat(artifact.content).toString();
}

/** Its standard output. Throws with what it says where it fails. */
export function command(name: string, args: readonly string[], options: { readonly input?: Uint8Array } = {}): Buffer {
  const result = spawnSync(name, args, { ...options, maxBuffer: 1 << 28 });
  if (result.status === 0) return result.stdout;
  throw new Error(`${name} ${args.join(' ')}: ${result.stderr.toString() || String(result.error)}`);
}

export function runner(): string {
  return compiled({
    name: 'xdp-runner',
    compiler: 'cc',
    arguments: ['-std=gnu11', '-O2', '-Wall', '-Wextra'],
    sources: [fileURLToPath(new URL('runner/xdp-runner.c', import.meta.url))],
    libraries: ['-lbpf', '-lpthread'],
  });
}

function framesFile(frames: readonly ArrivingFrame[], interfaces: readonly string[]): Uint8Array {
  const bytes = Buffer.alloc(frames.reduce((sum, frame) => sum + 8 + frame.bytes.length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.writeUInt32LE(interfaces.indexOf(frame.in), at);
    bytes.writeUInt32LE(frame.bytes.length, at + 4);
    bytes.set(frame.bytes, at + 8);
    at += 8 + frame.bytes.length;
  }
  return bytes;
}
