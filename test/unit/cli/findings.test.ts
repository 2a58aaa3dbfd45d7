/** How findings are written, and what they do to the exit code. */
import { expect, test } from 'vitest';
import { runSluice } from './session.ts';

const WRONG = 'zone inside = eth0\nfilter forward default drop {\n  allow in insde\n  allow from nowhere\n}\n';

test('text: all errors, with their lines, on standard error', async () => {
  const { code, stdout, stderr } = await runSluice(['check', '-'], { input: WRONG });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatchSnapshot();
});

test('json: one document on standard output', async () => {
  const { code, stdout, stderr } = await runSluice(['check', '-', '--json'], { input: WRONG });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const document = JSON.parse(stdout) as Record<string, unknown>;
  expect({ ...document, sluice: 'its version' }).toMatchSnapshot();
  await expect(runSluice(['check', '-', '--format', 'json'], { input: WRONG })).resolves.toEqual({
    code,
    stdout,
    stderr,
  });
});

test('json: without findings, and for a policy that is not there', async () => {
  const fine = await runSluice(['check', '-', '--json'], { input: 'zone inside = eth0\n' });
  expect(fine).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(fine.stdout)).toMatchObject({ policy: '-', findings: [] });
  const missing = await runSluice(['check', '/nowhere', '--json']);
  expect(missing).toMatchObject({ code: 1, stderr: '' });
  expect(JSON.parse(missing.stdout)).toMatchObject({ findings: [{ code: 'SL0901', place: null }] });
});

test('github: a line for each on standard output', async () => {
  const { code, stdout, stderr } = await runSluice(['check', '-', '--format', 'github'], { input: WRONG });
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  expect(stdout).toMatchSnapshot();
});
