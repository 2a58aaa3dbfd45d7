/** `--since` for queues: the kernel has the same classes behind the changes as behind the whole, made where nothing was. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { alonePolicy, ingressPolicy, shapingPolicy } from '../arbitraries/policy/shaping.ts';
import type { RandomPolicy } from '../arbitraries/policy/policy.ts';
import { changeBetween, queuesOf, textOf, type Loading, type QueueChange } from '../builders/queues.ts';
import { count, seed } from '../sampling.ts';
import { labOptions, NETWORK } from './conformance/network.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const PAIRS = count(8, 150);

/** Everything that queues, or sends packets to queues, each line in no order. */
const SHOWN = `ip -br link | cut -d ' ' -f 1 | grep -v '^lo' | sed 's/@.*//' > devices
for device in $(cat devices); do echo $device; for object in qdisc class filter; do tc $object show dev $device; done; done
nft list tables netdev | grep sluice_ingress && nft list table netdev sluice_ingress || true`;

async function shown(lab: Lab, folder: string): Promise<string[]> {
  const text = await lab.exec(['sh', '-ec', `cd ${folder}\n${SHOWN}`]);
  return text.split('\n').toSorted();
}

async function load(lab: Lab, folder: string, { commands, files }: Loading): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  await lab.exec(['sh', '-ec', [`cd ${folder}`, ...commands].join('\n')]);
}

/** This kernel has none. */
function usesFlower({ before, after }: QueueChange): boolean {
  return [before, after].some(({ files }) => / flower .*classid /.test(files['tc/up.batch'] ?? ''));
}

/** In one router, one after another. */
async function lead(pairs: readonly (readonly [RandomPolicy, RandomPolicy])[]): Promise<QueueChange[]> {
  const lab = await Lab.create(labOptions(NETWORK));
  const folder = mkdtempSync(join(tmpdir(), 'sluice-queues-'));
  try {
    const nothing = await shown(lab, folder);
    const changes: QueueChange[] = [];
    for (const [before, after] of pairs) {
      const change = changeBetween(before, after);
      if (!change || usesFlower(change)) continue;
      const told = `${before.policy}\n--- to ---\n${after.policy}`;
      await load(lab, folder, change.before);
      await load(lab, folder, change.change);
      const byChanges = await shown(lab, folder);
      await load(lab, folder, change.down);
      expect(await shown(lab, folder), told).toEqual(nothing);
      await load(lab, folder, change.after);
      expect(byChanges, told).toEqual(await shown(lab, folder));
      await load(lab, folder, change.down);
      changes.push(change);
    }
    return changes;
  } finally {
    rmSync(folder, { recursive: true });
    await lab.destroy();
  }
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

  test.each([
    ['shape what leaves', shapingPolicy()],
    ['shape what comes in', ingressPolicy()],
    ['find classes by filters', alonePolicy()],
  ])(`of ${PAIRS} pairs of policies that %s lead where the whole does`, async (_, policies) => {
    const pairs = fastCheck.sample(fastCheck.tuple(policies, policies), { numRuns: PAIRS, seed });
    const changes = await lead(pairs);
    expect(changes.length).toBeGreaterThan(PAIRS / 4);
    const gone = changes.filter(({ change }) => /^qdisc del dev \S+ root$/m.test(change.files['tc/change.batch']!));
    expect(gone.length).toBeGreaterThan(changes.length / 10);
  });

  test('take queues away that the policy has no more, and those that it has elsewhere', async () => {
    const policy = (...shapes: readonly string[]): RandomPolicy => ({
      policy: `zone uplink = uplink0 zone inside = lan0 target router { nftables tc on uplink0, lan0 } ${shapes.join(' ')}`,
      files: {},
    });
    const out = 'shape uplink egress rate 1gbit { class one for tcp ceiling 5mbit default unshaped }';
    const inward = 'shape uplink ingress rate 1gbit { class one for tcp default unshaped }';
    const elsewhere = out.replace('uplink', 'inside');
    const changes = await lead([
      [policy(out, elsewhere), policy(elsewhere)],
      [policy(out, elsewhere), policy(out)],
      [policy(out), policy(elsewhere)],
      [policy(out, inward), policy(out)],
      [policy(out), policy(out, inward)],
      [policy(inward), policy(inward.replace('uplink', 'inside'))],
      [policy(out, inward, inward.replace('uplink', 'inside')), policy(inward, out)],
      [policy(out), policy(out.replace('unshaped', 'class one'))],
      [policy(out, inward), policy()],
    ]);
    expect(changes).toHaveLength(9);
  });
});
