import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runSluice, type Run } from './session.ts';
import { temporaryFolder } from './temporary-folder.ts';

const DUMP = `*filter
:INPUT DROP [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -i lo -j ACCEPT
-A INPUT -s 192.0.2.1/32 -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -s 192.0.2.7/32 -p tcp -m tcp --dport 22 -j ACCEPT
COMMIT
`;

function project(dump = DUMP): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'rules.v4'), dump);
  return folder;
}

function optimize(folder: string, ...more: readonly string[]): Promise<Run> {
  return runSluice(['optimize', join(folder, 'rules.v4'), '-o', join(folder, 'rules.nft'), ...more]);
}

describe('sluice optimize', () => {
  test('writes one file for nft, and says what became of the rules', async () => {
    const folder = project();
    const { code, stdout, stderr } = await optimize(folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^3 rules became \d+ rules and \d+ elements of \d+ sets: .*rules\.nft, build [\da-f]{12}\n/);
    expect(readFileSync(join(folder, 'rules.nft'), 'utf8')).toMatch(/^#!\/usr\/sbin\/nft -f\n# Made by Sluice/);
  });

  test('writes the same bytes again, over its own file', async () => {
    const folder = project();
    await optimize(folder);
    const first = readFileSync(join(folder, 'rules.nft'));
    expect((await optimize(folder)).code).toBe(0);
    expect(readFileSync(join(folder, 'rules.nft')).equals(first)).toBe(true);
  });

  test('writes the policy that stands between, where it is asked to', async () => {
    const folder = project();
    expect((await optimize(folder, '--policy', join(folder, 'policy'))).code).toBe(0);
    expect(readFileSync(join(folder, 'policy/policy.sluice'), 'utf8')).toContain('allow from 192.0.2.1, 192.0.2.7 ssh');
  });

  describe('what only iptables can ask', () => {
    const asking = DUMP.replace('COMMIT', '-A FORWARD -p udp -m string --string "text" --algo bm -j DROP\nCOMMIT');

    test('stays in a file of its own, beside the one for nft', async () => {
      const folder = project(asking);
      const { code, stdout } = await optimize(folder, '--keep-opaque');
      expect(code).toBe(0);
      const path = join(folder, 'rules.iptables.save');
      expect(stdout).toContain(`Load it besides: \`iptables-restore --noflush ${path}\`.`);
      const text = readFileSync(path, 'utf8');
      const [, bit] = /--string text --algo bm -j MARK --set-xmark (0x8\d+)\/\1\n/.exec(text) ?? [];
      expect(bit).toBe('0x80000000');
      expect(readFileSync(join(folder, 'rules.nft'), 'utf8')).toMatch(/udp meta mark & 0x80000000 .*drop/);
      expect(JSON.parse((await optimize(folder, '--keep-opaque', '--json')).stdout)).toMatchObject({ besides: [path] });
      // It would belong to other rules.
      writeFileSync(join(folder, 'rules.v4'), DUMP);
      expect((await optimize(folder, '--keep-opaque')).code).toBe(0);
      expect(existsSync(path)).toBe(false);
    });

    test('is an error without --keep-opaque', async () => {
      const folder = project(asking);
      expect((await optimize(folder)).stderr).toContain('With `--keep-opaque`, it stays with iptables');
      expect(existsSync(join(folder, 'rules.iptables.save'))).toBe(false);
    });

    test('is not written over what is no file of Sluice, and then nothing is', async () => {
      const folder = project(asking);
      writeFileSync(join(folder, 'rules.iptables.save'), DUMP);
      const { code, stderr } = await optimize(folder, '--keep-opaque');
      expect({ code, text: stderr }).toMatchObject({
        code: 1,
        text: expect.stringContaining('rules.iptables.save is no'),
      });
      expect(existsSync(join(folder, 'rules.nft'))).toBe(false);
    });

    test('is written with the policy by `import`', async () => {
      const folder = project(asking);
      const into = join(folder, 'policy');
      const { code, stdout } = await runSluice([
        'import',
        'iptables-save',
        join(folder, 'rules.v4'),
        '--keep-opaque',
        '-o',
        into,
      ]);
      expect(code).toBe(0);
      expect(stdout).toContain(`iptables-restore --noflush ${into}/iptables.save`);
      expect(readFileSync(join(into, 'policy.sluice'), 'utf8')).toMatch(/^# Load iptables\.save besides/);
    });
  });

  describe('--since', () => {
    /** The files that were written, after the dump has another rule and was optimized since `since`. */
    async function changed(
      since = 'rules.nft',
      edit = (ruleset: string): string => ruleset,
    ): Promise<Run & { folder: string }> {
      const folder = project();
      await optimize(folder);
      const ruleset = join(folder, 'rules.nft');
      writeFileSync(ruleset, edit(readFileSync(ruleset, 'utf8')));
      writeFileSync(join(folder, 'rules.v4'), DUMP.replace('COMMIT', '-A FORWARD -s 192.0.2.9/32 -j DROP\nCOMMIT'));
      return { ...(await optimize(folder, '--since', join(folder, since))), folder };
    }

    test('writes what leads from the file that it replaces, beside it', async () => {
      const { code, stdout, stderr, folder } = await changed();
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/\nOr on a host that runs build [\da-f]{12} \(.+\):\n {2}nft -f .*rules\.delta\.nft\n$/);
      const delta = readFileSync(join(folder, 'rules.delta.nft'), 'utf8');
      expect(delta).toMatch(/\ndelete chain inet sluice build_[\da-f]{64}\nadd chain inet sluice build_[\da-f]{64}\n/);
      expect(delta).toContain('192.0.2.9');
      const whole = readFileSync(join(folder, 'rules.nft'));
      await optimize(folder);
      expect(readFileSync(join(folder, 'rules.nft')).equals(whole)).toBe(true);
    });

    test('says that there is nothing to do, and takes an older delta away', async () => {
      const { folder } = await changed();
      const { code, stdout } = await optimize(folder, '--since', join(folder, 'rules.nft'));
      expect(code).toBe(0);
      expect(stdout).toMatch(/\nOr on a host that runs build [\da-f]{12}: nothing, it is this one\n$/);
      expect(existsSync(join(folder, 'rules.delta.nft'))).toBe(false);
    });

    test.each([
      ['a file that is not there', 'other.nft', undefined],
      ['a file that was changed', 'rules.nft', (text: string) => text.replace('192.0.2.7', '192.0.2.8')],
      ['a file of another kind', 'rules.v4', undefined],
    ])('warns of %s, and writes the whole', async (_name, since, edit) => {
      const { code, stderr, folder } = await changed(since, edit);
      expect(code).toBe(0);
      expect(stderr).toContain('SL0909');
      expect(existsSync(join(folder, 'rules.delta.nft'))).toBe(false);
      expect(readFileSync(join(folder, 'rules.nft'), 'utf8')).toContain('192.0.2.9');
    });

    test('writes no delta over a file of somebody else', async () => {
      const folder = project();
      await optimize(folder);
      writeFileSync(join(folder, 'rules.delta.nft'), 'mine\n');
      const { code, stderr } = await optimize(folder, '--since', join(folder, 'rules.nft'));
      expect(code).toBe(1);
      expect(stderr).toContain('SL0908');
      expect(readFileSync(join(folder, 'rules.delta.nft'), 'utf8')).toBe('mine\n');
    });
  });

  test('writes nothing over a file of somebody else', async () => {
    const folder = project();
    const run = await runSluice(['optimize', join(folder, 'rules.v4'), '-o', join(folder, 'rules.v4')]);
    expect(run).toMatchObject({ code: 1, stdout: '' });
    expect(run.stderr).toContain('SL0908');
    expect(readFileSync(join(folder, 'rules.v4'), 'utf8')).toBe(DUMP);
  });

  test('writes nothing of a dump that cannot be said exactly', async () => {
    const folder = project(DUMP.replace('-j ACCEPT\nCOMMIT', '-m string --string x --algo bm -j ACCEPT\nCOMMIT'));
    const { code, stderr } = await optimize(folder, '--policy', join(folder, 'policy'));
    expect(code).toBe(1);
    expect(stderr).toContain('SL0804');
    expect(stderr).toContain('rules.v4:7:1');
    expect(existsSync(join(folder, 'rules.nft')) || existsSync(join(folder, 'policy'))).toBe(false);
  });
});
