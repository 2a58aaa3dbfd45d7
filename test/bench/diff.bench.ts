/** `sluice diff` of the full-size campus (5,300 members, 212,000 devices) with rows of its tables changed. */
import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FULL_SIZE, makeCampus, whyNoCampus } from './campus/data.ts';
import { median } from './medians.ts';

const command = fileURLToPath(new URL('../../dist/bin/sluice.js', import.meta.url));
const runs = 5;
/** Wall seconds. */
const GOAL = 15;

/** The file with its line `at` changed. */
function change(path: string, at: number, edit: (line: string) => string): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  writeFileSync(path, lines.with(at, edit(lines[at]!)).join('\n'));
}

/** Seconds of one comparison as a process of its own, and what it printed. */
function diff(
  log: string,
  old: string,
  later: string,
): { readonly seconds: number; readonly user: number; readonly text: string } {
  const time = ['-f', '%e %U', '-o', log, process.execPath, command, 'diff', old, later];
  const { status, stdout, stderr } = spawnSync('/usr/bin/time', time, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr + stdout);
  const [seconds = 0, user = 0] = readFileSync(log, 'utf8').trim().split(' ').map(Number);
  return { seconds, user, text: stdout };
}

describe.skipIf(whyNoCampus() !== undefined)('the campus at full size', () => {
  test('is compared with what it is a row later', () => {
    const campus = makeCampus(FULL_SIZE);
    const other = `${campus.folder}-later`;
    try {
      cpSync(campus.folder, other, { recursive: true });
      change(join(other, 'data/members.csv'), 501, (line) => line.replace(/,198\.[\d.]+,/, ',198.19.200.200,'));
      change(join(other, 'data/devices.csv'), 100, (line) =>
        line.replace(/[a-z]+$/, (kind) => (kind === 'tv' ? 'pc' : 'tv')),
      );
      const figures = Array.from({ length: runs }, () =>
        diff(join(campus.folder, 'time'), campus.policy, join(other, 'policy.sluice')),
      );
      const seconds = median(figures.map((figure) => figure.seconds));
      const user = median(figures.map((figure) => figure.user));
      console.log(figures[0]!.text);
      console.log(`diff: ${seconds.toFixed(2)} s, ${user.toFixed(2)} s of processor time`);
      expect(figures[0]!.text).toContain('sent as 198.19.200.200');
      expect.soft(seconds).toBeLessThanOrEqual(GOAL);
    } finally {
      campus.remove();
      rmSync(other, { recursive: true, force: true });
    }
  });
});
