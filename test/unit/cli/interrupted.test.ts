import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { writeFolder } from '../../../cli/output/write-folder.ts';
import { build, dist } from './built.ts';
import { outputOf } from './output.ts';
import { contentOf, temporaryFolder } from './temporary-folder.ts';

beforeAll(build);

const OLD = { 'router/nftables/ruleset.nft': 'old' };

/** Writes an output so large that it does not come to its end: 64 GiB out of one piece of 64 KiB. */
const ENDLESS = `
  import { writeFolder } from '${dist}/cli/output/write-folder.js';
  const content = new Array(1 << 20).fill(new Uint8Array(1 << 16));
  await writeFolder(process.argv[1], [{ path: 'router/nftables/ruleset.nft', content }]);
`;

/** Ends the writing of `out` by a signal once it is under way; returns the signal that its process says it died of. */
async function interrupt(out: string, signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
  const writer = spawn(process.execPath, ['--input-type=module', '-e', ENDLESS, out], { stdio: 'inherit' });
  const ended = once(writer, 'exit');
  const parent = join(out, '..');
  const isUnderWay = (): boolean => {
    if (!existsSync(parent)) return false;
    const fresh = readdirSync(parent).find((name) => name.startsWith('.out.sluice-new-'));
    const file = fresh && join(parent, fresh, 'router/nftables/ruleset.nft');
    const size = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false })?.size;
    return size !== undefined && size > 1 << 20;
  };
  while (!isUnderWay()) {
    expect(writer.exitCode).toBeNull();
    await setTimeout(5);
  }
  writer.kill(signal);
  const [, diedOf] = (await ended) as [number | null, NodeJS.Signals | null];
  return diedOf;
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s while writing leaves nothing but the earlier output',
  async (signal) => {
    const parent = temporaryFolder();
    const out = join(parent, 'out');
    await writeFolder(out, outputOf(OLD));
    const before = contentOf(parent);
    await expect(interrupt(out, signal)).resolves.toBe(signal);
    expect(contentOf(parent)).toEqual(before);
    expect(readdirSync(parent)).toEqual(['out']);
  },
);

test('a signal while writing removes folders made on the way', async () => {
  const parent = temporaryFolder();
  const out = join(parent, 'a/out');
  await expect(interrupt(out, 'SIGINT')).resolves.toBe('SIGINT');
  expect(readdirSync(parent)).toEqual([]);
});

test('kill -9 while writing leaves the earlier output whole, and the next compile clears up', async () => {
  const parent = temporaryFolder();
  const out = join(parent, 'out');
  await writeFolder(out, outputOf(OLD));
  const before = contentOf(out);
  await expect(interrupt(out, 'SIGKILL')).resolves.toBe('SIGKILL');
  expect(contentOf(out)).toEqual(before);
  await writeFolder(out, outputOf({ 'router/nftables/ruleset.nft': 'new' }));
  expect(contentOf(out)['router/nftables/ruleset.nft']).toBe('new');
  expect(readdirSync(parent)).toEqual(['out']);
});
