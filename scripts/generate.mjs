/**
 * `npm run generate` writes every generated file of the project; with `--check` it only says which are not current. What
 * there is to generate stands in `generate/list.mjs`.
 */

import { generators, outdated, writeGenerated } from './generate/list.mjs';
import { Failure, main } from './run.mjs';
import { ensureBuilt } from './setup.mjs';

await main(async (args) => {
  const check = args.includes('--check');
  if (generators.some(({ reads }) => reads === 'build')) await ensureBuilt();
  const stale = [];
  for (const generator of generators) {
    const paths = await (check ? outdated(generator) : writeGenerated(generator));
    for (const path of paths) console.log(`${check ? 'not current' : 'written'}: ${path} (${generator.name})`);
    stale.push(...paths);
  }
  if (check && stale.length > 0) throw new Failure('Run `npm run generate` and commit the result.');
});
