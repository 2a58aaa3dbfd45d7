/** `node scripts/tool.mjs NAME ARGS`: runs a tool that npm installs, in a fresh clone too. */

import { Failure, main, run, tool } from './run.mjs';
import { ensureModules } from './setup.mjs';

await main(async ([name, ...args]) => {
  if (name === undefined) throw new Failure('Usage: node scripts/tool.mjs NAME ARGS');
  await ensureModules();
  const { status } = await run(tool(name), args);
  return status;
});
