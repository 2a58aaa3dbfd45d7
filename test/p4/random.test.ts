/** Random policies in real compilers and a switch, with 100,000 frames in the full run. */
import { describe, expect, it } from 'vitest';
import { count, seed } from '../sampling.ts';
import { mustCompile } from './compilers.ts';
import { inFolder } from './folder.ts';
import { compareOnSwitch } from './on-switch.ts';
import { randomSubjects } from './subjects.ts';
import { ARCHITECTURES, describeWithTools, TOOLS } from './tools.ts';

const POLICIES = count(3, 100);
const FRAMES = count(400, 1000);

describe.each(ARCHITECTURES)('%s', (architecture) => {
  describeWithTools(architecture, `random policies in ${TOOLS[architecture].join(', ')}`, (tools) => {
    it('drop there what the reference drops and does nothing else with, and let all else up as it came', async () => {
      let [frames, dropped] = [0, 0];
      for (const [at, subject] of randomSubjects(architecture, seed, POLICIES).entries()) {
        const seen = await inFolder(async (folder) => {
          await mustCompile(tools, subject, folder);
          return compareOnSwitch(tools, subject, folder, { seed: seed + at, frames: FRAMES });
        });
        frames += seen.frames;
        dropped += seen.dropped;
      }
      expect(frames).toBeGreaterThanOrEqual(POLICIES * FRAMES);
      expect(dropped).toBeGreaterThan(frames / 200);
    });
  });
});
