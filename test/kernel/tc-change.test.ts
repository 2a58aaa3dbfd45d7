/** `--since` for queues: the kernel has the same classes behind the changes as behind the whole. */
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { shapingPolicy } from '../arbitraries/policy/shaping.ts';
import { changeBetween, queuesOf, textOf } from '../builders/queues.ts';
import { count, seed } from '../sampling.ts';
import { labOptions, NETWORK } from './conformance/network.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const PAIRS = count(30, 300);

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
        const files = changeBetween(before, after);
        if (!files) continue;
        await lab.exec(['tc', '-batch', '-'], files.before);
        await lab.exec(['tc', '-batch', '-'], files.change);
        const byChanges = await shown(lab);
        await lab.exec(['tc', '-batch', '-'], files.after);
        expect(byChanges, `${before.policy}\n--- to ---\n${after.policy}`).toEqual(await shown(lab));
        await lab.exec(['tc', '-batch', '-'], files.down);
        changed += 1;
      }
    } finally {
      await lab.destroy();
    }
    expect(changed).toBeGreaterThan(PAIRS / 10);
  });
});
