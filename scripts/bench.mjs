/**
 * `npm run bench [-- NAME ...]`: the benchmarks in `test/bench/`, one after another. They print what they measure and fail
 * when a goal is missed; they are no part of `npm test`, because their result depends on the machine.
 */

import { filesBelow } from './files.mjs';
import { Failure, main, run, tool } from './run.mjs';
import { ensureBuilt } from './setup.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

await main(async (names) => {
  if (filesBelow('test/bench', ['.bench.ts']).length === 0) throw new Failure('test/bench/ holds no benchmark.');
  await ensureBuilt();
  const { missing } = await ensureSystemPackages({ benchmarks: true });
  for (const line of missing) console.error(`Not on this system: ${line}`);
  const { status } = await run(tool('vitest'), ['run', '--config=vitest.bench.config.ts', ...names]);
  return status;
});
