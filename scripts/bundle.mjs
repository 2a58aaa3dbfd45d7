/**
 * `dist/bin/`: the command as one module, so that it starts in a fraction of the time that loading hundreds of small
 * modules takes. What is imported on demand stays apart.
 */

import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** The command, from the folder of `package.json`. */
export const command = 'dist/bin/sluice.js';

/** Writes the command from what the type checker has emitted. Rolldown is imported only now: a fresh clone has none yet. */
export async function bundleCommand() {
  const { rolldown } = await import('rolldown');
  const folder = join(root, 'dist/bin');
  const input = {
    sluice: join(root, 'dist/cli/main.js'),
    'progress-worker': join(root, 'dist/cli/terminal/progress-worker.js'),
    'measure-packets': join(root, 'dist/cli/calibrate/measure-packets.js'),
  };
  const bundle = await rolldown({ input, platform: 'node', external: [/^node:/], logLevel: 'warn' });
  rmSync(folder, { recursive: true, force: true });
  await bundle.write({ dir: folder, format: 'esm' });
  await bundle.close();
  chmodSync(join(root, command), 0o755);
}
