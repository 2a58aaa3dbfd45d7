/** Queues of a policy, and what leads to them from an earlier build. */
import { nftables } from '../../backends/nftables/index.ts';
import { tc } from '../../backends/tc/index.ts';
import { buildHash } from '../../cli/output/build-hash.ts';
import { compile, type PlaneOutput } from '../../compiler/compile.ts';
import type { Artifact, FormerBuild } from '../../compiler/plane.ts';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { inputsWith } from './ruleset.ts';

/** What the plane `tc` makes; undefined: the policy is refused, or has none. */
export function queuesOf({ policy, files }: RandomPolicy, former?: FormerBuild): PlaneOutput | undefined {
  const { targets } = compile({ path: 'policy.sluice', text: policy }, inputsWith(files), {
    planes: [nftables, tc],
    nameBuild: buildHash,
    proof: false,
    ...(former && { former: (_: string, plane: string) => (plane === 'tc' ? former : undefined) }),
  });
  return targets[0]?.planes.find(({ plane }) => plane === 'tc');
}

/** Of one of several files. */
export function textOf(artifacts: readonly Artifact[], path: string): string {
  return Buffer.concat(artifacts.find((one) => one.path === path)!.content).toString();
}

/** Files for `tc -batch`: the first build, the second, and the changes that lead from the one to the other. */
export interface QueueChange {
  readonly before: string;
  readonly after: string;
  readonly change: string;
  readonly down: string;
}

/** Undefined: one of the two is refused, or nothing leads from one to the other, or nothing has changed. */
export function changeBetween(before: RandomPolicy, after: RandomPolicy): QueueChange | undefined {
  const was = queuesOf(before);
  const files = was?.artifacts.map(({ path, content }) => [path, Buffer.concat(content)] as const);
  const is = was && queuesOf(after, { build: was.build, files: new Map(files) });
  const outcome = is?.since?.outcome;
  if (!was || !is || outcome?.kind !== 'delta' || outcome.load.length === 0) return undefined;
  return {
    before: textOf(was.artifacts, 'tc/up.batch'),
    after: textOf(is.artifacts, 'tc/up.batch'),
    change: textOf(outcome.artifacts, 'tc/change.batch'),
    down: textOf(is.artifacts, 'tc/down.batch'),
  };
}
