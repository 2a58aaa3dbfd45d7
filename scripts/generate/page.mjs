/** Reference pages as prettier formats them. */

import { join } from 'node:path';
import { root } from '../run.mjs';

/** The text of a Markdown page at `path`, formatted. Prettier is imported only now: a fresh clone has none yet. */
export async function formatPage(path, text) {
  const { format, resolveConfig } = await import('prettier');
  const options = await resolveConfig(join(root, path));
  return format(text, { ...options, parser: 'markdown', proseWrap: 'always' });
}
