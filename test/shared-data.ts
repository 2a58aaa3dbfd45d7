/** Published data of others, which tests read where it is and which is no part of the project. */

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { TestContext } from 'vitest';

/** The folder of shared data: `$SLUICE_SHARED`, or `shared` beside the checkout. */
const folder = process.env['SLUICE_SHARED'] ?? fileURLToPath(new URL('../../shared', import.meta.url));

/** The bytes of a file in the folder, unpacked where it ends in `.gz`. Skips the test, with the reason, where it is absent. */
export function sharedBytes(context: TestContext, path: string): Uint8Array {
  const file = `${folder}/${path}`;
  context.skip(!existsSync(file), `no shared data at ${file}: set SLUICE_SHARED`);
  const bytes = readFileSync(file);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}
