/** What lint says of the project's own examples: nothing that is wrong, and nothing that nobody has looked at. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runSluice } from '../cli/session.ts';

const examples = join(import.meta.dirname, '../../../examples');

test.each(readdirSync(examples))('%s', async (name) => {
  const path = join(examples, name, 'policy.sluice');
  const { code, stdout, stderr } = await runSluice(['lint', path, '--date', '2026-06-01']);
  expect(code, stderr).toBe(0);
  expect(stdout.replace(path, 'policy.sluice')).toMatchSnapshot();
});
