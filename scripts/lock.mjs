/** One setup at a time: two commands started at once must not both install modules or write `dist/`. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './run.mjs';

const folder = join(root, '.setup.lock');
const ownerFile = join(folder, 'pid');

/** Runs `body` while no other process of this checkout runs one; waits for the other as long as that one lives. */
export async function withLock(body) {
  while (!acquire()) await sleep(100);
  try {
    return await body();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function acquire() {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (ownerIsGone()) rmSync(folder, { recursive: true, force: true });
    return false;
  }
  writeFileSync(ownerFile, String(process.pid));
  return true;
}

/** A lock left behind by a process that was killed. An owner that has not yet written its number counts as alive. */
function ownerIsGone() {
  let owner;
  try {
    owner = Number(readFileSync(ownerFile, 'utf8'));
  } catch {
    return false;
  }
  if (!(owner > 0)) return false;
  try {
    process.kill(owner, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
