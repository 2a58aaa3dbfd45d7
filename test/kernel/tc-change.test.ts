/** `--since` for queues: the kernel has the same classes behind the changes as behind the whole. */
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { nftables } from '../../backends/nftables/index.ts';
import { tc } from '../../backends/tc/index.ts';
import { buildHash } from '../../cli/output/build-hash.ts';
import { compile, type PlaneOutput } from '../../compiler/compile.ts';
import type { Artifact, FormerBuild } from '../../compiler/plane.ts';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { shapingPolicy } from '../arbitraries/policy/shaping.ts';
import { inputsWith } from '../builders/ruleset.ts';
import { count, seed } from '../sampling.ts';
import { labOptions, NETWORK } from './conformance/network.ts';
import { Lab } from './harness/lab.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const PAIRS = count(30, 300);

function queuesOf({ policy, files }: RandomPolicy, former?: FormerBuild): PlaneOutput | undefined {
  const { targets } = compile({ path: 'policy.sluice', text: policy }, inputsWith(files), {
    planes: [nftables, tc],
    nameBuild: buildHash,
    proof: false,
    ...(former && { former: (_: string, plane: string) => (plane === 'tc' ? former : undefined) }),
  });
  return targets[0]?.planes.find(({ plane }) => plane === 'tc');
}

function textOf(artifacts: readonly Artifact[], path: string): string {
  return Buffer.concat(artifacts.find((one) => one.path === path)!.content).toString();
}

function buildOf({ build, artifacts }: PlaneOutput): FormerBuild {
  return { build, files: new Map(artifacts.map(({ path, content }) => [path, Buffer.concat(content)])) };
}

/** Everything that queues, in no order. */
async function shown(lab: Lab): Promise<string[]> {
  const listings = ['uplink0', 'lan0'].flatMap((device) =>
    ['qdisc', 'class'].map((object) => lab.exec(['tc', object, 'show', 'dev', device])),
  );
  return (await Promise.all(listings)).flatMap((text) => text.split('\n')).toSorted();
}

describeWithKernel('changes of queues', () => {
  test('lead past what an interface has for packets that come in', async () => {
    const lab = await Lab.create(labOptions(NETWORK));
    try {
      const policy = `zone uplink = uplink0 target router { nftables tc on uplink0 }
        shape uplink egress rate 1gbit { class one for tcp ceiling 5mbit default unshaped }`;
      const { artifacts } = queuesOf({ policy, files: {} })!;
      await lab.exec(['tc', 'qdisc', 'add', 'dev', 'uplink0', 'clsact']);
      for (const path of ['up', 'up', 'down']) {
        await lab.exec(['tc', '-batch', '-'], textOf(artifacts, `tc/${path}.batch`));
      }
      expect(await lab.exec(['tc', 'qdisc', 'show', 'dev', 'uplink0'])).toContain('qdisc clsact ffff:');
    } finally {
      await lab.destroy();
    }
  });

  test(`of ${PAIRS} pairs of policies lead where the whole does`, async () => {
    const lab = await Lab.create(labOptions(NETWORK));
    let changed = 0;
    try {
      const policies = fastCheck.sample(shapingPolicy(), { numRuns: 2 * PAIRS, seed });
      for (let at = 0; at < policies.length; at += 2) {
        const [before, after] = [policies[at]!, policies[at + 1]!];
        const was = queuesOf(before);
        const is = was && queuesOf(after, buildOf(was));
        const outcome = is?.since?.outcome;
        if (!was || !is || outcome?.kind !== 'delta' || outcome.load.length === 0) continue;
        await lab.exec(['tc', '-batch', '-'], textOf(was.artifacts, 'tc/up.batch'));
        await lab.exec(['tc', '-batch', '-'], textOf(outcome.artifacts, 'tc/change.batch'));
        const byChanges = await shown(lab);
        await lab.exec(['tc', '-batch', '-'], textOf(is.artifacts, 'tc/up.batch'));
        expect(byChanges, `${before.policy}\n--- to ---\n${after.policy}`).toEqual(await shown(lab));
        await lab.exec(['tc', '-batch', '-'], textOf(is.artifacts, 'tc/down.batch'));
        changed += 1;
      }
    } finally {
      await lab.destroy();
    }
    expect(changed).toBeGreaterThan(PAIRS / 10);
  });
});
