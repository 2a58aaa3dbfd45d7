/** The ClassBench sets of 1,000 rules in real compilers and switches. */
import { describe, expect, it } from 'vitest';
import { CLASSBENCH_SEEDS, classbenchNicPolicy, classbenchPath, readClassbench } from '../builders/classbench.ts';
import { compileForNic } from '../builders/nic-files.ts';
import { count, seed } from '../sampling.ts';
import { sharedBytes } from '../shared-data.ts';
import { mustCompile } from './compilers.ts';
import { inFolder } from './folder.ts';
import { compareOnSwitch } from './on-switch.ts';
import { ARCHITECTURES, describeWithTools, TOOLS } from './tools.ts';

const FRAMES = count(400, 2000);

describe.each(ARCHITECTURES)('%s', (architecture) => {
  describeWithTools(architecture, `ClassBench in ${TOOLS[architecture].join(', ')}`, (tools) => {
    it.for(count(['ipc2'], [...CLASSBENCH_SEEDS]))('%s', async (name, context) => {
      const rules = readClassbench(new TextDecoder().decode(sharedBytes(context, classbenchPath(name, '1k'))));
      const { policy, files } = compileForNic(classbenchNicPolicy(rules, architecture));
      const subject = { name, architecture, policy: policy!, interfaces: ['eth0'], files };
      const seen = await inFolder(async (folder) => {
        await mustCompile(tools, subject, folder);
        return compareOnSwitch(tools, subject, folder, { seed, frames: FRAMES });
      });
      expect(seen.dropped).toBeGreaterThan(seen.frames / 100);
    });
  });
});
