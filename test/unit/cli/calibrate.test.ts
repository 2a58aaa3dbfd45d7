/** `sluice calibrate` where it cannot do its work. Measuring itself is tried in `test/kernel/calibrate.test.ts`. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { build, sluice } from './built.ts';
import { temporaryFolder } from './temporary-folder.ts';

beforeAll(build);

test('without the commands that it needs, it says so and writes nothing: SL0920', async () => {
  const output = join(temporaryFolder(), 'machine.json');
  const { code, stderr } = await sluice(['calibrate', '-o', output], { env: { PATH: '' } });
  expect(code).toBe(1);
  expect(stderr).toContain('error[SL0920]: nftables cannot be measured here: there is no command `unshare`');
  expect(existsSync(output)).toBe(false);
});

test('where the file cannot be written, it does not begin to measure: SL0923', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  const { code, stderr } = await sluice(['calibrate', '-o', join(file, 'machine.json')], { env: { PATH: '' } });
  expect(code).toBe(1);
  expect(stderr).toContain('error[SL0923]: ');
});

test('counters that the kernel does not list are an error of explain: SL0925', async () => {
  const policy = join(temporaryFolder(), 'policy.sluice');
  writeFileSync(policy, 'filter forward default drop { }\n');
  const { code, stderr } = await sluice(['explain', policy, '--analyze', 'kernel'], { env: { PATH: '' } });
  expect(code).toBe(1);
  expect(stderr).toContain("error[SL0925]: the kernel's counters cannot be listed");
});
