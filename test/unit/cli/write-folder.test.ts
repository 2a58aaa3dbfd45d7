import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFolder } from '../../../cli/output/write-folder.ts';
import { outputOf } from './output.ts';
import { contentOf, temporaryFolder } from './temporary-folder.ts';

const FIRST = { 'router/nftables/ruleset.nft': 'first', 'router/host/sysctl.conf': 'a = 1' };
const SECOND = { 'router/nftables/ruleset.nft': 'second' };

describe('a new folder', () => {
  test('holds exactly the files', async () => {
    const parent = temporaryFolder();
    await writeFolder(join(parent, 'out'), outputOf(FIRST));
    expect(contentOf(parent)).toMatchObject({ 'out/router/nftables/ruleset.nft': 'first' });
    expect(Object.keys(contentOf(parent))).toHaveLength(3);
    expect(readdirSync(parent)).toEqual(['out']);
  });

  test('is made with the folders that lead to it', async () => {
    const parent = temporaryFolder();
    await writeFolder(join(parent, 'a/b/out'), outputOf(FIRST));
    expect(readdirSync(join(parent, 'a/b'))).toEqual(['out']);
  });

  test('may have any name that the file system takes', async () => {
    const parent = temporaryFolder();
    for (const name of ['with space', 'mit Ümläut', 'quote \' and "', 'x'.repeat(255), '-o', 'line\nend']) {
      await writeFolder(join(parent, name), outputOf(FIRST));
      await writeFolder(join(parent, name), outputOf(SECOND));
      expect(Object.keys(contentOf(join(parent, name)))).toHaveLength(2);
    }
    expect(readdirSync(parent)).toHaveLength(6);
  });
});

describe('an earlier output', () => {
  test('is replaced as a whole', async () => {
    const parent = temporaryFolder();
    const out = join(parent, 'out');
    await writeFolder(out, outputOf(FIRST));
    const { leftBehind } = await writeFolder(out, outputOf(SECOND));
    expect(leftBehind).toBeUndefined();
    expect(Object.keys(contentOf(out))).toEqual(['manifest.json', 'router/nftables/ruleset.nft']);
    expect(readdirSync(parent)).toEqual(['out']);
  });

  test('keeps the mode of its folder', async () => {
    const out = join(temporaryFolder(), 'out');
    await writeFolder(out, outputOf(FIRST));
    chmodSync(out, 0o750);
    await writeFolder(out, outputOf(SECOND));
    expect(statSync(out).mode & 0o7777).toBe(0o750);
  });

  test('is replaced where a symbolic link leads, and the link stays', async () => {
    const parent = temporaryFolder();
    mkdirSync(join(parent, 'real'));
    symlinkSync('real', join(parent, 'link'));
    await writeFolder(join(parent, 'link'), outputOf(FIRST));
    await writeFolder(join(parent, 'link'), outputOf(SECOND));
    expect(readdirSync(parent)).toEqual(['link', 'real']);
    expect(contentOf(join(parent, 'real'))['router/nftables/ruleset.nft']).toBe('second');
  });
});

/** Tries to write to `out` beside what `prepare` made, and expects that nothing changed. */
async function refused(prepare: (out: string) => void): Promise<unknown> {
  const parent = temporaryFolder();
  const out = join(parent, 'out');
  prepare(out);
  const before = contentOf(parent);
  const failure: unknown = await writeFolder(out, outputOf(SECOND)).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(contentOf(parent)).toEqual(before);
  return failure;
}

describe('what is no output of ours', () => {
  test('a file', async () => {
    await expect(refused((out) => writeFileSync(out, 'mine'))).resolves.toMatchObject({ message: 'is a file' });
  });

  test('a folder with something else', async () => {
    const failure = await refused((out) => {
      mkdirSync(out);
      writeFileSync(join(out, 'thesis.tex'), 'mine');
    });
    expect(failure).toMatchObject({ message: 'is not empty and is no output of Sluice' });
  });

  test('a folder with a manifest of some other program', async () => {
    await refused((out) => {
      mkdirSync(out);
      writeFileSync(join(out, 'manifest.json'), '{"name": "web app", "outputs": []}');
    });
    await refused((out) => {
      mkdirSync(out);
      writeFileSync(join(out, 'manifest.json'), 'no JSON');
    });
  });

  test('an output to which somebody added files', async () => {
    const parent = temporaryFolder();
    const out = join(parent, 'out');
    await writeFolder(out, outputOf(FIRST));
    for (const name of ['a', 'b', 'c', 'd', 'e']) writeFileSync(join(out, name), 'mine');
    await expect(writeFolder(out, outputOf(SECOND))).rejects.toThrow(
      'holds files that Sluice did not write: a, b, c and 2 more',
    );
    expect(contentOf(out)).toMatchObject({ a: 'mine', 'router/nftables/ruleset.nft': 'first' });
    expect(readdirSync(parent)).toEqual(['out']);
  });

  test('the folder that the command was started in, and those that hold it', async () => {
    for (const folder of ['.', '..', '/']) {
      await expect(writeFolder(folder, outputOf(SECOND))).rejects.toThrow('is or holds the folder');
    }
  });

  test('a symbolic link that leads nowhere', async () => {
    const parent = temporaryFolder();
    symlinkSync('nowhere', join(parent, 'out'));
    await expect(writeFolder(join(parent, 'out'), outputOf(SECOND))).rejects.toThrow('ENOENT');
    expect(readdirSync(parent)).toEqual(['out']);
  });
});

describe('a failure', () => {
  test('leaves no folder that was made on the way', async () => {
    const parent = temporaryFolder();
    const tooLong = outputOf({ ['y'.repeat(256)]: 'cannot be written' });
    await expect(writeFolder(join(parent, 'a/b/out'), tooLong)).rejects.toThrow('ENAMETOOLONG');
    expect(readdirSync(parent)).toEqual([]);
  });

  test('leaves the earlier output as it was', async () => {
    const parent = temporaryFolder();
    const out = join(parent, 'out');
    await writeFolder(out, outputOf(FIRST));
    const before = contentOf(parent);
    const tooLong = outputOf({ 'router/nftables/ruleset.nft': 'new', ['y'.repeat(256)]: 'cannot be written' });
    await expect(writeFolder(out, tooLong)).rejects.toThrow('ENAMETOOLONG');
    expect(contentOf(parent)).toEqual(before);
    expect(readdirSync(parent)).toEqual(['out']);
  });
});

describe('what a killed process left', () => {
  /** A number that no process has: above the most that Linux gives out. */
  const GONE = 4_194_305;

  test('is cleared away', async () => {
    const parent = temporaryFolder();
    mkdirSync(join(parent, `.out.sluice-new-${GONE}-0123abcd`, 'router'), { recursive: true });
    await writeFolder(join(parent, 'out'), outputOf(FIRST));
    expect(readdirSync(parent)).toEqual(['out']);
  });

  test('is put back first if it was killed between the two renames', async () => {
    const parent = temporaryFolder();
    const previous = join(parent, `.out.sluice-previous-${GONE}-0123abcd`);
    await writeFolder(previous, outputOf(FIRST));
    const tooLong = outputOf({ ['y'.repeat(256)]: 'cannot be written' });
    await expect(writeFolder(join(parent, 'out'), tooLong)).rejects.toThrow('ENAMETOOLONG');
    expect(readdirSync(parent)).toEqual(['out']);
    expect(contentOf(join(parent, 'out'))['router/nftables/ruleset.nft']).toBe('first');
  });

  test('is left alone while its process runs, and if it belongs to another folder', async () => {
    const parent = temporaryFolder();
    const others = [
      `.out.sluice-new-${process.ppid}-0123abcd`,
      `.outer.sluice-new-${GONE}-0123abcd`,
      '.out.sluice-new',
    ];
    for (const other of others) mkdirSync(join(parent, other));
    await writeFolder(join(parent, 'out'), outputOf(FIRST));
    expect(readdirSync(parent).toSorted()).toEqual([...others, 'out'].toSorted());
    expect(existsSync(join(parent, 'out/manifest.json'))).toBe(true);
  });
});
