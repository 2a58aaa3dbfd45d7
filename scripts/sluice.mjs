/** `sluice` from a checkout: builds when a source has changed, then runs the command. Standard output is the command's own. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './bundle.mjs';
import { Failure, main, root, run } from './run.mjs';
import { ensureBuilt } from './setup.mjs';

await main(async (args) => {
  await ensureBuilt();
  const file = join(root, command);
  if (!existsSync(file)) throw new Failure('There is no command yet: cli/main.ts is missing.');
  const { status } = await run(process.execPath, [file, ...args], { cwd: callersFolder() });
  return status;
});

/** Where the arguments' paths start. npm runs its scripts in the project's folder and tells the caller's. */
function callersFolder() {
  const { npm_lifecycle_event: script, INIT_CWD: caller } = process.env;
  return script === 'sluice' && caller !== undefined ? caller : process.cwd();
}
