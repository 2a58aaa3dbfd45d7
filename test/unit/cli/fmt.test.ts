import {
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runSluice } from './session.ts';
import { contentOf, temporaryFolder } from './temporary-folder.ts';

const ROUGH = 'zone   inside=eth0 # the house\nfilter forward default drop{allow in inside}\n';
const WRONG = 'zone = =\n';

async function formatted(text: string): Promise<string> {
  const { code, stdout, stderr } = await runSluice(['fmt', '-'], { input: text });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

test('standard input comes out formatted, and formatting again changes nothing', async () => {
  const once = await formatted(ROUGH);
  expect(once).toMatchSnapshot();
  await expect(formatted(once)).resolves.toBe(once);
});

test('a byte order mark and line ends of Windows go', async () => {
  await expect(formatted(`\uFEFF${ROUGH.replaceAll('\n', '\r\n')}`)).resolves.toBe(await formatted(ROUGH));
});

describe('files', () => {
  test('are changed in place and listed; those that are formatted stay untouched', async () => {
    const folder = temporaryFolder();
    const good = await formatted(ROUGH);
    writeFileSync(join(folder, 'rough.sluice'), ROUGH);
    writeFileSync(join(folder, 'good.sluice'), good);
    const before = statSync(join(folder, 'good.sluice'));
    const listed = `${join(folder, 'rough.sluice')}\n`;
    const args = ['fmt', join(folder, 'rough.sluice'), join(folder, 'good.sluice')];
    await expect(runSluice(args)).resolves.toEqual({ code: 0, stdout: listed, stderr: '' });
    expect(contentOf(folder)).toEqual({ 'rough.sluice': good, 'good.sluice': good });
    expect(statSync(join(folder, 'good.sluice')).ino).toBe(before.ino);
    expect(statSync(join(folder, 'good.sluice')).mtimeMs).toBe(before.mtimeMs);
    await expect(runSluice(args)).resolves.toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('are only listed with --check', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'rough.sluice');
    writeFileSync(file, ROUGH);
    await expect(runSluice(['fmt', '--check', file])).resolves.toEqual({ code: 1, stdout: `${file}\n`, stderr: '' });
    expect(contentOf(folder)).toEqual({ 'rough.sluice': ROUGH });
    await expect(runSluice(['fmt', '--check', '-'], { input: ROUGH })).resolves.toMatchObject({
      code: 1,
      stdout: '<stdin>\n',
    });
    const input = await formatted(ROUGH);
    await expect(runSluice(['fmt', '--check', '-'], { input })).resolves.toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('below a folder are found, but not in hidden folders and node_modules', async () => {
    const folder = temporaryFolder();
    for (const path of ['b/c', '.git', 'node_modules/x']) mkdirSync(join(folder, path), { recursive: true });
    const policies = ['a.sluice', 'b/c/d.sluice'];
    const others = ['notes.txt', '.git/x.sluice', 'node_modules/x/y.sluice'];
    for (const path of [...policies, ...others]) writeFileSync(join(folder, path), ROUGH);
    const { code, stdout } = await runSluice(['fmt', folder]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: policies.map((path) => `${join(folder, path)}\n`).join('') });
    expect(others.map((path) => readFileSync(join(folder, path), 'utf8'))).toEqual(others.map(() => ROUGH));
  });

  test('with syntax errors are left as they are, and the others are formatted', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.sluice'), WRONG);
    writeFileSync(join(folder, 'b.sluice'), ROUGH);
    const { code, stdout, stderr } = await runSluice(['fmt', folder]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: `${join(folder, 'b.sluice')}\n` });
    expect(stderr).toContain(`--> ${join(folder, 'a.sluice')}:1:`);
    expect(readFileSync(join(folder, 'a.sluice'), 'utf8')).toBe(WRONG);
    await expect(runSluice(['fmt', '-'], { input: WRONG })).resolves.toMatchObject({ code: 1, stdout: '' });
  });

  test('that are not there are said, and the others are formatted', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'b.sluice'), ROUGH);
    const { code, stdout, stderr } = await runSluice(['fmt', join(folder, 'none'), join(folder, 'b.sluice')]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: `${join(folder, 'b.sluice')}\n` });
    expect(stderr).toContain('none cannot be read: there is no such file or folder');
  });

  test('keep their mode, and are changed where a symbolic link leads', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'real.sluice');
    writeFileSync(file, ROUGH);
    chmodSync(file, 0o640);
    symlinkSync('real.sluice', join(folder, 'link.sluice'));
    await runSluice(['fmt', join(folder, 'link.sluice')]);
    expect(statSync(file).mode & 0o7777).toBe(0o640);
    expect(readFileSync(file, 'utf8')).toBe(await formatted(ROUGH));
    expect(readdirSync(folder)).toEqual(['link.sluice', 'real.sluice']);
  });

  test('are replaced, not written over: another name of the old file keeps the old text', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'a.sluice');
    writeFileSync(file, ROUGH);
    linkSync(file, join(folder, 'old'));
    await runSluice(['fmt', file]);
    expect(readFileSync(join(folder, 'old'), 'utf8')).toBe(ROUGH);
  });
});
