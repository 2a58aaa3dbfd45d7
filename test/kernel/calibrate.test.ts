/** `sluice calibrate` on this machine, and a compile by what it measured. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { build, sluice } from '../unit/cli/built.ts';
import { temporaryFolder } from '../unit/cli/temporary-folder.ts';

beforeAll(build);

const POLICY = 'filter forward stateless default drop { essential off\n allow from 10.0.0.1 tcp/80\n}\n';

test('measures in a namespace of its own, and other commands take what it writes', async () => {
  const folder = temporaryFolder();
  const [file, policy, out] = ['machine.json', 'policy.sluice', 'out'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(policy, POLICY);
  const { code, stdout, stderr } = await sluice(['calibrate', '-o', file, '--rounds', '1']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('rules that refuse');
  expect(stdout).toMatch(/^The constants are off by \d+ % in the median, by \d+ % at most\.$/m);
  const { planes } = JSON.parse(readFileSync(file, 'utf8')) as { planes: { nftables: Record<string, number> } };
  expect(planes.nftables['rule']).toBeGreaterThan(0);

  expect((await sluice(['compile', policy, '-o', out, '--calibration', file])).code).toBe(0);
  const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    readonly choices: { readonly calibration?: string };
    readonly inputs: readonly { readonly path: string }[];
  };
  expect(manifest.choices.calibration).toBe('machine.json');
  expect(manifest.inputs.map(({ path }) => path)).toContain('machine.json');
});
