/** Random policies in real compilers and a switch, with 100,000 frames in the full run. */
import { describe, expect, it } from 'vitest';
import { count, seed } from '../sampling.ts';
import { mustCompile } from './compilers.ts';
import { inFolder } from './folder.ts';
import { compareOnSwitch, type Seen } from './on-switch.ts';
import { randomFilterSubjects, randomSubjects, type Subject } from './subjects.ts';
import { ARCHITECTURES, describeWithTools, TOOLS, type Architecture, type ToolsOf } from './tools.ts';

const POLICIES = count(3, 100);
const FILTERS = count(2, 100);
const FRAMES = count(400, 1000);

describe.each(ARCHITECTURES)('%s', (architecture) => {
  describeWithTools(architecture, `random policies in ${TOOLS[architecture].join(', ')}`, (tools) => {
    it('drop there what the reference drops and does nothing else with, and let all else up as it came', async () => {
      const subjects = randomSubjects(architecture, { seed, count: POLICIES });
      const { frames, dropped } = await compareAll(tools, subjects);
      expect(frames).toBeGreaterThanOrEqual(POLICIES * FRAMES);
      expect(dropped).toBeGreaterThan(frames / 200);
    });

    it('drop there by stateless filters what the host drops without a word wherever its routes lead', async () => {
      const subjects = randomFilterSubjects(architecture, { seed, count: FILTERS });
      const { frames, dropped } = await compareAll(tools, subjects);
      expect(frames).toBeGreaterThanOrEqual(FILTERS * FRAMES);
      expect(dropped).toBeGreaterThan(frames / 200);
    });
  });
});

async function compareAll(tools: ToolsOf<Architecture>, subjects: readonly Subject[]): Promise<Seen> {
  let [frames, dropped] = [0, 0];
  for (const [at, subject] of subjects.entries()) {
    const seen = await inFolder(async (folder) => {
      await mustCompile(tools, subject, folder);
      return compareOnSwitch(tools, subject, folder, { seed: seed + at, frames: FRAMES });
    });
    frames += seen.frames;
    dropped += seen.dropped;
  }
  return { frames, dropped };
}
