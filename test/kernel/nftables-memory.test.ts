/** What `explain` says of memory, against what the kernel charges to the group of processes that loads the same. */
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { expect, test, type TestContext } from 'vitest';
import { nftables } from '../../backends/nftables/index.ts';
import { lowerPolicy, UNNAMED_BUILD } from '../../compiler/compile.ts';
import { memoryBelow } from '../../compiler/cost/memory.ts';
import { Lab } from '../../cli/lab/lab.ts';
import { CLASSBENCH_SEEDS, classbenchPath, classbenchPolicy, readClassbench } from '../builders/classbench.ts';
import { CLASSBENCH_INTERFACES } from '../builders/classbench/packets.ts';
import { inputsWith } from '../builders/ruleset.ts';
import { count } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const SETS = count(1, 12) === 1 ? (['fw1', 'ipc1'] as const) : CLASSBENCH_SEEDS;

/** An estimate is at most so many times what it is of, or the reverse. */
const MOST_OFF = 2;

describeWithKernel('the memory of a plan', () => {
  for (const name of SETS) {
    test(`${name}, 1,000 rules`, async (context) => {
      const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(name, '1k'))));
      const policy = { path: `${name}.sluice`, text: classbenchPolicy(rules, { reserve: true }) };
      const { targets } = lowerPolicy(policy, inputsWith({}), { planes: [nftables], proof: false });
      const { plan, lowered } = targets[0]!.planes[0]!;
      const files = lowered.write({ policy: name, remarks: [] }).artifacts(UNNAMED_BUILD);
      const ruleset = Buffer.concat(files.find(({ path }) => path.endsWith('.nft'))!.content).toString();
      const estimated = memoryBelow(nftables.memory!)(plan.stages[0]!.body);
      const empty = `table inet sluice { chain filter_forward { type filter hook forward priority filter; policy drop; }; }`;
      const charged = (await chargedFor(ruleset, context)) - (await chargedFor(empty, context));
      context.annotate(`estimated ${estimated}, charged ${charged} bytes`);
      expect(estimated).toBeGreaterThan(charged / MOST_OFF);
      expect(estimated).toBeLessThan(charged * MOST_OFF);
    });
  }
});

/** The group's file with the bytes of kernel memory, in the first version of control groups and in the second. */
const CONTROLLERS = [
  {
    folder: '/sys/fs/cgroup/memory',
    bytes: (group: string) => Number(readFileSync(`${group}/memory.kmem.usage_in_bytes`, 'utf8')),
  },
  {
    folder: '/sys/fs/cgroup',
    bytes: (group: string) => Number(/^kernel (\d+)$/m.exec(readFileSync(`${group}/memory.stat`, 'utf8'))![1]),
  },
] as const;

/** Bytes of kernel memory that a rule set takes, some of the process that loads it among them until it has ended. */
async function chargedFor(ruleset: string, context: TestContext): Promise<number> {
  const controller = CONTROLLERS.find(({ folder }) => existsSync(`${folder}/cgroup.procs`));
  context.skip(!controller, 'no control groups');
  const group = `${controller!.folder}/sluice-memory-${process.pid}`;
  mkdirSync(group);
  const readable = ['memory.kmem.usage_in_bytes', 'memory.stat'].some((file) => existsSync(`${group}/${file}`));
  const lab = readable ? await Lab.create({ interfaces: CLASSBENCH_INTERFACES }) : undefined;
  try {
    context.skip(!lab, 'control groups do not count memory');
    await lab!.exec(['sh', '-c', `echo $$ > ${group}/cgroup.procs && exec nft -f -`], ruleset);
    return await settled(() => controller!.bytes(group));
  } finally {
    await lab?.destroy();
    rmdirSync(group);
  }
}

/** What is charged once nothing is freed any more. */
async function settled(read: () => number): Promise<number> {
  let last = Infinity;
  for (let now = read(); now < last; now = read()) {
    last = now;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
  return last;
}
