/** `sluice explain` of the full-size campus (5,300 members, 212,000 devices), as text and as a page: wall seconds of a process of its own. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FULL_SIZE, makeCampus, whyNoCampus } from './campus/data.ts';
import { command, timed } from './compiled-by-command.ts';
import { median } from './medians.ts';

const runs = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 5);
/** Wall seconds. */
const GOAL = 15;

describe.skipIf(whyNoCampus() !== undefined)('explain of the campus at full size', () => {
  test.each(['text', 'page'])('as %s', (form) => {
    const campus = makeCampus(FULL_SIZE);
    try {
      const page = join(campus.folder, 'plan.html');
      const words = [process.execPath, command, 'explain', campus.policy, '--date', '2026-06-01'];
      const all = Array.from({ length: runs }, () => timed([...words, ...(form === 'page' ? ['--html', page] : [])]));
      expect(all.map(({ status }) => status)).toEqual(all.map(() => 0));
      const seconds = median(all.map((one) => one.seconds));
      const size = form === 'page' ? `, ${(statSync(page).size / 2 ** 20).toFixed(1)} MiB` : '';
      console.log(
        `explain, ${form}: ${seconds.toFixed(2)} s, ${median(all.map((one) => one.mebibytes)).toFixed(0)} MiB of memory${size}`,
      );
      expect.soft(seconds).toBeLessThanOrEqual(GOAL);
    } finally {
      campus.remove();
    }
  });
});
