/** Whether classes have what they are to have, by TCP and UDP through this machine's kernel, whose clock the whole machine shares. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { offWanted, trialScript } from '../traffic/rates.ts';
import { arriving, ceilings, overload } from '../traffic/trials.ts';

const trials = [...[1, 2, 5, 10, 25, 50].map((count) => ceilings(count)), ...overload, ...arriving];

test.each(trials)('$name', (trial) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-rates-'));
  try {
    const { script, files } = trialScript(trial);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const args = ['--net', '--mount', 'sh', '-ec', script];
    const output = execFileSync('unshare', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    expect(offWanted(trial, output), output).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
