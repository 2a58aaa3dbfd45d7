/** `npm start`: sets everything up, then compiles the example of a campus network into `out/campus-isp`. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './bundle.mjs';
import { filesBelow } from './files.mjs';
import { Failure, main, root, run } from './run.mjs';
import { ensureBuilt } from './setup.mjs';

const example = 'examples/campus-isp';
const output = 'out/campus-isp';

await main(async () => {
  await ensureBuilt();
  const policy = policyOf(example);
  if (policy === undefined) throw new Failure(`${example}/ holds no policy.sluice.`);
  if (!existsSync(join(root, command))) throw new Failure('There is no command yet: cli/main.ts is missing.');
  console.error(`npm run -s sluice -- compile ${policy} -o ${output}\n`);
  const { status } = await run(process.execPath, [command, 'compile', policy, '-o', output]);
  return status;
});

/** `policy.sluice`, or the only policy that stands directly in the folder. */
function policyOf(folder) {
  const policies = filesBelow(folder, ['.sluice']).filter((path) => path.lastIndexOf('/') === folder.length);
  const named = policies.find((path) => path.endsWith('/policy.sluice'));
  return named ?? (policies.length === 1 ? policies[0] : undefined);
}
