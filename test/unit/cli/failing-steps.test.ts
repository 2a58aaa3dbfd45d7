/** Steps of replacing a folder that hardly ever fail, made to fail. */
import type * as fs from 'node:fs';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { writeFolder } from '../../../cli/output/write-folder.ts';
import { outputOf } from './output.ts';
import { runSluice } from './session.ts';
import { contentOf, temporaryFolder } from './temporary-folder.ts';

/** Names the calls that fail, by their first argument. */
const failing = vi.hoisted(() => ({
  rename: (_from: string): boolean => false,
  remove: (_path: string): boolean => false,
}));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof fs>();
  const failure = (): Error => Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'test' });
  return {
    ...real,
    renameSync: (from: string, to: string) => {
      if (failing.rename(from)) throw failure();
      real.renameSync(from, to);
    },
    rmSync: (path: string, options: fs.RmOptions) => {
      if (failing.remove(path)) throw failure();
      real.rmSync(path, options);
    },
  };
});

beforeEach(() => {
  failing.rename = () => false;
  failing.remove = () => false;
});

const policyWith = (zone: string): string => `zone ${zone} = eth0\nfilter input default drop { allow in ${zone} }\n`;
const isNew = (path: string): boolean => basename(path).startsWith('.out.sluice-new-');
const isPrevious = (path: string): boolean => basename(path).startsWith('.out.sluice-previous-');

test.each([
  { step: 'moving the earlier output aside', fails: (path: string): boolean => basename(path) === 'out' },
  { step: 'moving the new output in', fails: isNew },
])('where $step fails, the earlier output is where it was', async ({ fails }) => {
  const parent = temporaryFolder();
  const out = join(parent, 'out');
  await writeFolder(out, outputOf({ ruleset: 'old' }));
  const before = contentOf(parent);
  failing.rename = fails;
  await expect(writeFolder(out, outputOf({ ruleset: 'new' }))).rejects.toThrow('EIO');
  expect(contentOf(parent)).toEqual(before);
  expect(readdirSync(parent)).toEqual(['out']);
});

test('where the previous output cannot be removed, the new one stands and the user is told', async () => {
  const parent = temporaryFolder();
  const args = ['compile', '-', '-o', join(parent, 'out')];
  await runSluice(args, { input: policyWith('old') });
  failing.remove = isPrevious;
  const { code, stderr } = await runSluice(args, { input: policyWith('new') });
  expect(code).toBe(0);
  expect(stderr).toMatch(/warning\[SL0907\]: .*\.out\.sluice-previous-/);
  expect(readdirSync(parent)).toHaveLength(2);
  failing.remove = () => false;
  await expect(runSluice(args, { input: policyWith('newer') })).resolves.toMatchObject({ code: 0, stderr: '' });
  expect(readdirSync(parent)).toEqual(['out']);
});

test('where a formatted file cannot be put in place, the file is as it was', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'policies'));
  const file = join(folder, 'policies/rough.sluice');
  writeFileSync(file, 'zone   a=eth0\n');
  failing.rename = (path) => path.startsWith(folder);
  const { code, stdout, stderr } = await runSluice(['fmt', file]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(`error[SL0906]: ${file} cannot be written: the disk reports an error`);
  expect(contentOf(folder)).toEqual({ 'policies/rough.sluice': 'zone   a=eth0\n' });
});
