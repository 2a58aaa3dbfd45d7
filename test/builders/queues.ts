/** Queues of a policy, and what leads to them from an earlier build. */
import { nftables } from '../../backends/nftables/index.ts';
import { tc } from '../../backends/tc/index.ts';
import { buildHash } from '../../cli/output/build-hash.ts';
import { compile, type PlaneOutput, type TargetOutput } from '../../compiler/compile.ts';
import type { Artifact, DeltaOutcome, FormerBuild } from '../../compiler/plane.ts';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { inputsWith } from './ruleset.ts';

/** What the plane `tc` makes; undefined: the policy is refused, or has none. */
export function queuesOf(text: RandomPolicy, former?: FormerBuild): PlaneOutput | undefined {
  return targetOf(text, former)?.planes.find(({ plane }) => plane === 'tc');
}

function targetOf({ policy, files }: RandomPolicy, former: FormerBuild | undefined): TargetOutput | undefined {
  const { targets } = compile({ path: 'policy.sluice', text: policy }, inputsWith(files), {
    planes: [nftables, tc],
    nameBuild: buildHash,
    proof: false,
    ...(former && { former: (_: string, plane: string) => (plane === 'tc' ? former : undefined) }),
  });
  return targets[0];
}

/** What leads to a policy from an earlier build of its queues, whether it has queues itself or none. */
export function queuesSince(text: RandomPolicy, former: FormerBuild): DeltaOutcome | undefined {
  const target = targetOf(text, former);
  return target && sinceIn(target);
}

function sinceIn({ planes, gone }: TargetOutput): DeltaOutcome | undefined {
  return [...planes, ...gone].find(({ plane }) => plane === 'tc')?.since?.outcome;
}

export function formerOf({ build, artifacts }: PlaneOutput): FormerBuild {
  return { build, files: new Map(artifacts.map(({ path, content }) => [path, Buffer.concat(content)] as const)) };
}

/** Of one of several files. */
export function textOf(artifacts: readonly Artifact[], path: string): string {
  return Buffer.concat(artifacts.find((one) => one.path === path)!.content).toString();
}

/** Commands for a shell, and the files that they name. */
export interface Loading {
  readonly commands: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** The first build, what leads from it to the second, the second by itself, and what takes that away. */
export interface QueueChange {
  readonly before: Loading;
  readonly change: Loading;
  readonly after: Loading;
  readonly down: Loading;
}

const NOTHING: Loading = { commands: [], files: {} };

/** Undefined: one of the two is refused, or nothing leads from one to the other, or nothing has changed. */
export function changeBetween(before: RandomPolicy, after: RandomPolicy): QueueChange | undefined {
  const was = queuesOf(before);
  const target = was && targetOf(after, formerOf(was));
  const outcome = target && sinceIn(target);
  if (!was || !target || outcome?.kind !== 'delta' || outcome.load.length === 0) return undefined;
  const is = target.planes.find(({ plane }) => plane === 'tc');
  const files = is ? filesOf(is.artifacts) : {};
  return {
    before: { commands: was.load, files: filesOf(was.artifacts) },
    change: { commands: outcome.load, files: { ...files, ...filesOf(outcome.artifacts) } },
    after: is ? { commands: is.load, files } : NOTHING,
    down: is ? { commands: is.unload, files } : NOTHING,
  };
}

function filesOf(artifacts: readonly Artifact[]): Record<string, string> {
  return Object.fromEntries(artifacts.map(({ path }) => [path, textOf(artifacts, path)]));
}

/** For a folder in which each part has a folder of its own, of its name. */
export function loadingScript(part: keyof QueueChange, { commands }: Loading): string {
  return [`mkdir -p ${part}`, `cd ${part}`, ...commands, 'cd ..', ''].join('\n');
}

/** The files of all parts in such a folder. */
export function filesOfChange(change: QueueChange): Record<string, string> {
  const parts = Object.entries(change) as readonly (readonly [string, Loading])[];
  return Object.fromEntries(
    parts.flatMap(([part, { files }]) => Object.entries(files).map(([path, text]) => [`${part}/${path}`, text])),
  );
}
