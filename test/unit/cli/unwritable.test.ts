/** Places that the system does not let us write to. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test, type TestContext } from 'vitest';
import { writeFolder } from '../../../cli/output/write-folder.ts';
import { build, dist, program, run } from './built.ts';
import { outputOf } from './output.ts';
import { runSluice } from './session.ts';
import { contentOf, temporaryFolder } from './temporary-folder.ts';

beforeAll(build);

/** Writes an output whose one file has as many bytes as the second argument says, and prints what stands in the way. */
const WRITE = `
  import { writeFolder } from '${dist}/cli/output/write-folder.js';
  import { outputFinding } from '${dist}/cli/output/output-findings.js';
  const [out, size] = process.argv.slice(1);
  const content = [new Uint8Array(Number(size)).fill(0x61)];
  try {
    await writeFolder(out, [{ path: 'router/nftables/ruleset.nft', content }]);
  } catch (error) {
    console.log(outputFinding('out', error).message);
  }
`;

/** Runs a script of the shell in which file systems can be mounted that nobody else sees. */
async function withMounts(context: TestContext, script: string, args: readonly string[]): Promise<string> {
  const possible = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
  context.skip(!possible, 'needs the right to mount a file system');
  const { code, stdout, stderr } = await run('unshare', ['--mount', 'sh', '-euc', script, 'sh', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

test('a full disk: said, and nothing is left behind', async (context) => {
  const parent = temporaryFolder();
  const script = `mount -t tmpfs -o size=1m tmpfs "$1"
    "$2" --input-type=module -e "$3" "$1/out" 10
    "$2" --input-type=module -e "$3" "$1/new/out" 2000000
    find "$1" -mindepth 1 | sort
    "$2" --input-type=module -e "$3" "$1/other" 900000
    "$2" --input-type=module -e "$3" "$1/other2" 900000
    ls -A "$1"; wc -c < "$1/out/router/nftables/ruleset.nft"`;
  const said = await withMounts(context, script, [parent, process.execPath, WRITE]);
  expect(said.replaceAll(parent, '')).toBe(
    [
      'out cannot be written: the disk is full',
      '/out',
      '/out/router',
      '/out/router/nftables',
      '/out/router/nftables/ruleset.nft',
      'out cannot be written: the disk is full',
      'other',
      'out',
      '10',
      '',
    ].join('\n'),
  );
});

test('a full disk, as the command says it', async (context) => {
  const policy = join(dist, '../examples/campus-isp/policy.sluice');
  const script = `mount -t tmpfs -o size=16k tmpfs "$1"
    "$2" "$3" compile "$4" -o "$1/out" 2>&1 || echo "exit code $?"; ls -A "$1"`;
  const parent = temporaryFolder();
  const said = await withMounts(context, script, [parent, process.execPath, program, policy]);
  expect(said).toBe(
    `error[SL0903]: ${parent}/out cannot be written: the disk is full\n\n1 error\nNothing was written.\nexit code 1\n`,
  );
});

test('a read-only file system', async (context) => {
  const script = `mount -t tmpfs -o ro tmpfs "$1"
    "$2" --input-type=module -e "$3" "$1/out" 10`;
  const said = await withMounts(context, script, [temporaryFolder(), process.execPath, WRITE]);
  expect(said).toBe('out cannot be written: the file system is read-only\n');
});

test('a mount point', async (context) => {
  const script = `mount -t tmpfs tmpfs "$1"
    "$2" --input-type=module -e "$3" "$1" 10; ls -A "$1"`;
  const said = await withMounts(context, script, [temporaryFolder(), process.execPath, WRITE]);
  expect(said).toBe('out is a mount point\n');
});

test('a folder of somebody else', async (context) => {
  const parent = temporaryFolder();
  const out = join(parent, 'out');
  await writeFolder(out, outputOf({ 'router/a': 'old' }));
  chmodSync(parent, 0o555);
  // Root may write everywhere, so it writes as nobody.
  const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const readable = spawnSync(process.execPath, ['-e', `fs.readdirSync('${dist}')`], asNobody).status === 0;
  context.skip(!readable, 'nobody may not read the checkout');
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', WRITE, out, '10'], asNobody);
  chmodSync(parent, 0o755);
  expect(stdout).toBe('out cannot be written: permission denied\n');
  expect(contentOf(out)['router/a']).toBe('old');
  expect(readdirSync(parent)).toEqual(['out']);
});

test('a path that leads through a file', async () => {
  const parent = temporaryFolder();
  mkdirSync(join(parent, 'folder'));
  await writeFolder(join(parent, 'out'), outputOf({ 'router/a': 'old' }));
  await expect(writeFolder(join(parent, 'out/manifest.json/out'), outputOf({}))).rejects.toThrow('ENOTDIR');
});

test('a pipe, or a device: it stays what it is, and nothing is read from it', async () => {
  const folder = temporaryFolder();
  const [pipe, rules, policy] = ['pipe', 'rules.v4', 'policy.sluice'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  writeFileSync(rules, '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n');
  writeFileSync(policy, 'filter forward default drop { allow tcp/22 }\n');
  const optimized = await runSluice(['optimize', rules, '-o', pipe]);
  expect(optimized.stderr).toContain('pipe is no file that Sluice has written');
  const linted = await runSluice(['lint', policy, '--write-baseline', pipe]);
  expect(linted.stderr).toContain('pipe cannot be written: it is a device or a pipe, not a file');
  expect([optimized.code, linted.code]).toEqual([1, 1]);
  expect(statSync(pipe).isFIFO()).toBe(true);
  expect(readdirSync(folder).toSorted()).toEqual(['pipe', 'policy.sluice', 'rules.v4']);
});
