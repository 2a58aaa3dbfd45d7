/** What a policy may be and name, right or wrong. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runSluice } from './session.ts';
import { temporaryFolder } from './temporary-folder.ts';

const FINE = 'zone inside = eth0\nfilter forward default drop { allow in inside }\n';

/** A folder with these files. */
function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

describe('a policy', () => {
  test('may stand under any name', async () => {
    const names = ['with space.sluice', 'quote \' and ".sluice', 'mit Ümläut.sluice', 'no-ending', '-.sluice'];
    const folder = folderWith(Object.fromEntries(names.map((name) => [name, FINE])));
    for (const name of names) {
      const path = join(folder, name);
      await expect(runSluice(['check', path])).resolves.toEqual({
        code: 0,
        stdout: `${path}: no errors\n`,
        stderr: '',
      });
    }
  });

  test('may come by standard input', async () => {
    await expect(runSluice(['check', '-'], { input: FINE })).resolves.toMatchObject({ code: 0, stderr: '' });
  });

  test('may begin with a byte order mark and end its lines as on Windows', async () => {
    const input = `\uFEFF${FINE.replaceAll('\n', '\r\n')}`;
    await expect(runSluice(['check', '-'], { input })).resolves.toMatchObject({ code: 0, stderr: '' });
  });

  test.each([
    { name: 'is not there', file: 'other.sluice', says: 'cannot be read: there is no such file or folder' },
    { name: 'is a folder', file: '.', says: 'cannot be read: it is a folder' },
    { name: 'lies in a file', file: 'policy.sluice/x', says: 'cannot be read: a part of the path is a file' },
  ])('that $name is said to be so', async ({ file, says }) => {
    const folder = folderWith({ 'policy.sluice': FINE });
    const { code, stdout, stderr } = await runSluice(['check', join(folder, file)]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`error[SL0901]: ${join(folder, file)} ${says}`);
  });

  test.each([
    { name: 'UTF-16', bytes: Buffer.from(`\uFEFF${FINE}`, 'utf16le'), says: 'is text in UTF-16' },
    { name: 'Latin-1', bytes: Buffer.from(`${FINE}# für alle\n`, 'latin1'), says: 'is not UTF-8: byte 0xfc' },
    { name: 'binary', bytes: Buffer.from(`${FINE}\0\0`), says: 'is no text' },
  ])('in $name is said to be so, with the place', async ({ bytes, says }) => {
    const folder = folderWith({ 'policy.sluice': bytes });
    const { code, stderr } = await runSluice(['check', join(folder, 'policy.sluice')]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${join(folder, 'policy.sluice')} ${says}`);
    await expect(runSluice(['check', '-'], { input: bytes })).resolves.toMatchObject({ code: 1 });
  });
});

describe('files that a policy names', () => {
  const READING = 'let blocked from "lists/blocked.txt"\nfilter forward default drop { drop from blocked }\n';

  test('are relative to its folder, wherever that is seen from', async () => {
    const folder = folderWith({ 'policies/edge.sluice': READING, 'policies/lists/blocked.txt': '192.0.2.0/24\n' });
    const path = join(folder, 'policies/edge.sluice');
    symlinkSync('policies', join(folder, 'link'));
    const seen = [path, relative(process.cwd(), path), join(folder, 'link/edge.sluice')];
    for (const named of seen) await expect(runSluice(['check', named])).resolves.toMatchObject({ code: 0, stderr: '' });
  });

  test('may lie outside of it', async () => {
    const policy = READING.replace('lists/', '../shared/');
    const folder = folderWith({ 'policies/edge.sluice': policy, 'shared/blocked.txt': '192.0.2.0/24\n' });
    await expect(runSluice(['check', join(folder, 'policies/edge.sluice')])).resolves.toMatchObject({ code: 0 });
    const absolute = READING.replace('lists', join(folder, 'shared'));
    await expect(runSluice(['check', '-'], { input: absolute })).resolves.toMatchObject({ code: 0, stderr: '' });
  });

  test('are shown as seen from where the command was started', async () => {
    const folder = folderWith({
      'policies/edge.sluice': `use "parts/zones.sluice"\n${READING}`,
      'policies/parts/zones.sluice': 'zone = eth0\n',
      'policies/lists/blocked.txt': '192.0.2.0/24\n192.0.2.0/240\n',
    });
    const path = relative(process.cwd(), join(folder, 'policies/edge.sluice'));
    const { code, stderr } = await runSluice(['check', path]);
    expect(code).toBe(1);
    expect(stderr).toContain(`--> ${relative(process.cwd(), join(folder, 'policies/lists/blocked.txt'))}:2:`);
    expect(stderr).toContain(`::: ${path}:2:`);
    expect(stderr).toContain(`--> ${relative(process.cwd(), join(folder, 'policies/parts/zones.sluice'))}:1:`);
  });

  test('that cannot be read, though they are there, are said to be so', async () => {
    const folder = folderWith({ 'edge.sluice': READING, 'lists/blocked.txt/inside': '' });
    const { code, stderr } = await runSluice(['check', join(folder, 'edge.sluice')]);
    expect(code).toBe(1);
    expect(stderr).toContain('error[SL0109]: `lists/blocked.txt` cannot be read: it is a folder');
    expect(stderr).toMatch(/edge\.sluice:1:18\n/);
    expect(stderr).toContain('\n1 error\n');
  });

  test('under a name that no file can have are not there', async () => {
    const input = 'let blocked from "a\\u{0}b"\nfilter forward default drop { drop from blocked }\n';
    const { code, stderr } = await runSluice(['check', '-'], { input });
    expect(code).toBe(1);
    expect(stderr).toContain('error[SL0101]: there is no file `a␀b`');
  });
});
