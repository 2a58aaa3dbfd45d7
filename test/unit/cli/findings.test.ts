/** How findings are written, and what they do to the exit code. */
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { distinct } from '../../../cli/findings/distinct.ts';
import type { Diagnostic } from '../../../grammar/diagnostic.ts';
import { runSluice, type Run } from './session.ts';
import { temporaryFolder } from './temporary-folder.ts';

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
  const fine = await runSluice(['check', '-', '--json'], {
    input: 'zone inside = eth0\nfilter input { drop in inside }\n',
  });
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

describe('warnings', () => {
  const EXPIRED = 'zone inside = eth0\nfilter forward default drop {\n  allow in inside until 2020-01-01\n}\n';
  const DATE = ['--date', '2026-01-01'];

  test('are said, and all is well', async () => {
    const { code, stdout, stderr } = await runSluice(['check', '-', ...DATE], { input: EXPIRED });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '<stdin>: no errors\n' });
    expect(stderr).toContain('warning[SL0310]');
    expect(stderr).toContain('1 warning');
  });

  test('are errors with --strict, and nothing is written', async () => {
    const checked = await runSluice(['check', '-', '--strict', ...DATE], { input: EXPIRED });
    expect(checked).toMatchObject({ code: 1, stdout: '' });
    const out = `${temporaryFolder()}/out`;
    const strict = await runSluice(['compile', '-', '-o', out, '--strict', ...DATE], { input: EXPIRED });
    expect(strict).toMatchObject({ code: 1, stdout: '' });
    expect(existsSync(out)).toBe(false);
    const compiled = await runSluice(['compile', '-', '-o', out, ...DATE], { input: EXPIRED });
    expect(compiled.code).toBe(0);
    expect(compiled.stderr).toContain('warning[SL0310]');
    expect(existsSync(out)).toBe(true);
  });
});

test('a date that is needed and not given is an error', async () => {
  const input = 'zone inside = eth0\nfilter forward default drop { allow in inside until 2030-01-01 }\n';
  const { code, stderr } = await runSluice(['check', '-'], { input });
  expect(code).toBe(1);
  expect(stderr).toContain('--date');
  const environment = { SOURCE_DATE_EPOCH: '1800000000' };
  await expect(runSluice(['check', '-'], { input, environment })).resolves.toMatchObject({ code: 0, stderr: '' });
});

test('what is wrong for several targets is said once', () => {
  const source = { path: 'policy.sluice', text: 'text' };
  const finding = (message: string, start: number): Diagnostic => ({
    code: 'SL0001',
    severity: 'error',
    message,
    span: { source: { ...source }, start, end: 2 },
    labels: [],
    hint: undefined,
  });
  const findings = [finding('a', 0), finding('b', 0), finding('a', 0), finding('a', 1)];
  expect(distinct(findings)).toEqual([findings[0], findings[1], findings[3]]);
});

describe('check', () => {
  const REFUSED = 'zone dpu = port 3\nfilter forward default drop { allow in dpu }\n';

  test('fails wherever compile would, whatever the phase', async () => {
    const checked = await runSluice(['check', '-'], { input: REFUSED });
    expect(checked).toMatchObject({ code: 1, stdout: '' });
    expect(checked.stderr).toContain('error[SL0701]');
    const out = `${temporaryFolder()}/out`;
    const compiled = await runSluice(['compile', '-', '-o', out], { input: REFUSED });
    expect(compiled).toEqual({ ...checked, stderr: `${checked.stderr}Nothing was written.\n` });
  });

  test('looks at every target, or at the one asked for', async () => {
    const input = `${REFUSED}target card { nftables }\ntarget router { zone dpu = eth0 nftables }\n`;
    const all = await runSluice(['check', '-'], { input });
    expect(all.stderr).toContain('error[SL0701]');
    const one = await runSluice(['check', '-', '--target', 'router'], { input });
    expect(one).toEqual({ code: 0, stdout: '<stdin>: no errors\n', stderr: '' });
    const none = await runSluice(['check', '-', '--target', 'ruoter'], { input });
    expect(none.stderr).toContain('did you mean `router`?');
  });
});

describe('expect blocks', () => {
  const BASE = `zone inside = eth0
zone uplink = eth1
filter forward default drop { allow in inside out uplink }
`;
  const MET = `${BASE}expect {
  allow tcp 10.0.0.1:40000 -> 9.9.9.9:443 in inside out uplink
  drop tcp 9.9.9.9:40000 -> 10.0.0.1:443 in uplink out inside
}
`;
  const UNMET = `${BASE}expect { allow tcp 9.9.9.9:40000 -> 10.0.0.1:443 in uplink out inside }\n`;

  test('that hold are counted', async () => {
    const checked = await runSluice(['check', '-'], { input: MET });
    expect(checked).toEqual({ code: 0, stdout: '<stdin>: no errors, 2 expectations held\n', stderr: '' });
  });

  test('that do not hold are errors of check and of compile, which writes nothing', async () => {
    const checked = await runSluice(['check', '-'], { input: UNMET });
    expect(checked).toMatchObject({ code: 1, stdout: '' });
    expect(checked.stderr).toContain('expected `allow`, but');
    const out = `${temporaryFolder()}/out`;
    const compiled = await runSluice(['compile', '-', '-o', out], { input: UNMET });
    expect(compiled).toMatchObject({ code: 1, stdout: '' });
    expect(compiled.stderr).toContain('expected `allow`, but');
    expect(existsSync(out)).toBe(false);
  });

  test('are judged on the day that was given', async () => {
    const input = `zone inside = eth0
filter input default drop { allow in inside tcp/22 during 00:00-12:00 fri }
expect { allow tcp 10.0.0.1:40000 -> 10.0.0.2:22 in inside }
`;
    const on = (date: string): Promise<Run> => runSluice(['check', '-', '--date', date], { input });
    await expect(on('2027-01-15')).resolves.toMatchObject({ code: 0, stderr: '' });
    await expect(on('2027-01-16')).resolves.toMatchObject({ code: 1 });
  });
});
