import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { calibration } from '../../../backends/nftables/calibration.ts';
import { calibrationText } from '../../../cli/inputs/calibration-file.ts';
import { runSluice, type Run } from './session.ts';
import { temporaryFolder } from './temporary-folder.ts';

const POLICY = `zone lab = eth1

filter forward default drop {
  allow in lab tcp/443
  drop in lab from 203.0.113.0/24 tcp/443
}
`;

const DATE = ['--date', '2026-06-01'];

function lint(text: string, ...more: readonly string[]): Promise<Run> {
  const path = join(temporaryFolder(), 'policy.sluice');
  writeFileSync(path, text);
  return runSluice(['lint', path, ...DATE, ...more]).then((run) => withoutFolder(run, path));
}

function withoutFolder({ code, stdout, stderr }: Run, path: string): Run {
  return { code, stdout: stdout.replaceAll(path, 'policy.sluice'), stderr: stderr.replaceAll(path, 'policy.sluice') };
}

describe('findings', () => {
  test('are for people, with their places', async () => {
    const run = await lint(POLICY);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatchSnapshot();
    expect(run.stdout).toBe('policy.sluice: 1 finding\n');
  });

  test('are data with --json, with the names of rules', async () => {
    const { code, stdout } = await lint(POLICY, '--json');
    const { files } = JSON.parse(stdout) as { files: { findings: { rule: string; code: string }[] }[] };
    expect(code).toBe(1);
    expect(files[0]!.findings.map(({ rule, code: of }) => [rule, of])).toEqual([['unreachable', 'SL1401']]);
  });

  test.each(['github', 'sarif', 'junit'])('are written as %s', async (format) => {
    const { code, stdout, stderr } = await lint(POLICY, '--format', format);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout.replace(/"semanticVersion": "[^"]+"/, '"semanticVersion": "…"')).toMatchSnapshot();
  });

  test('of several policies are told together', async () => {
    const folder = temporaryFolder();
    const paths = ['a.sluice', 'b.sluice'].map((name) => join(folder, name));
    for (const path of paths) writeFileSync(path, POLICY);
    const { stdout } = await runSluice(['lint', ...paths, ...DATE]);
    expect(stdout).toBe(paths.map((path) => `${path}: 1 finding\n`).join(''));
  });
});

describe('the exit code', () => {
  test.each([
    ['note', 1],
    ['warning', 1],
    ['error', 0],
    ['never', 0],
  ] as const)('with --fail-on %s', async (level, code) => {
    expect((await lint(POLICY, '--fail-on', level)).code).toBe(code);
  });

  test('is 1 for a policy with errors, whatever the level', async () => {
    const run = await lint('filter forward default drop { allow from nobody }\n', '--fail-on', 'never');
    expect(run.code).toBe(1);
    expect(run.stderr).toContain('SL0201');
  });

  test('is 1 for a policy that is not there', async () => {
    const { code, stderr } = await runSluice(['lint', join(temporaryFolder(), 'none.sluice')]);
    expect(code).toBe(1);
    expect(stderr).toContain('SL0901');
  });
});

describe('a calibration', () => {
  const drops = Array.from({ length: 40 }, (_, at) => `  drop from 10.0.${at}.0/24 tcp/${1000 + at}\n`);
  const policy = `filter forward default allow {\n${drops.join('')}  drop from 10.0.1.0/24 tcp/1001\n}\n`;
  const { constants } = calibration;
  // Rules are cheap, and nothing else is.
  const measured = Object.fromEntries(
    Object.keys(constants).map((name) => [name, name === 'rule' || name === 'match' ? 0.001 : 1e6]),
  );

  test('says what plans cost that are looked at, for findings and for --fix', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'machine.json');
    const path = join(folder, 'policy.sluice');
    writeFileSync(file, calibrationText({}, { nftables: measured }));
    writeFileSync(path, policy);
    const without = await lint(policy, '--fail-on', 'never');
    expect(without.stderr).not.toContain('SL1431');
    const run = await runSluice(['lint', path, ...DATE, '--calibration', file, '--fix', '--fail-on', 'never']);
    expect(run.stderr).toContain('SL1431');
    expect(run.stdout).toContain('1 fixed');
  });

  test('that is none is an error', async () => {
    const file = join(temporaryFolder(), 'machine.json');
    writeFileSync(file, '{}');
    const { code, stderr } = await lint(POLICY, '--calibration', file, '--fail-on', 'never');
    expect(code).toBe(1);
    expect(stderr).toContain('SL0919');
  });
});

describe('a suppression', () => {
  const suppressed = (comment: string) => POLICY.replace('  drop in', `  ${comment}\n  drop in`);

  test('keeps the finding back until its last day is over', async () => {
    const text = suppressed('# sluice: ignore unreachable until 2026-06-01 "kept for the audit"');
    const run = await lint(text);
    expect(run).toEqual({ code: 0, stderr: '', stdout: 'policy.sluice: nothing found, 1 suppressed\n' });
    const later = await lint(text, '--date', '2026-06-02');
    expect(later.stderr).toContain('SL1401');
    expect(later.stderr).toContain('SL1491');
  });

  test.each([
    ['behind the rule', POLICY.replace('/24 tcp/443', '/24 tcp/443 # sluice: ignore * until 2026-12-31 "why"')],
    ['before the block', POLICY.replace('filter', '# sluice: ignore unreachable until 2026-12-31 "why"\nfilter')],
  ])('may stand %s', async (_, text) => {
    expect((await lint(text)).stdout).toBe('policy.sluice: nothing found, 1 suppressed\n');
  });

  test.each([
    ['without a reason', '# sluice: ignore unreachable until 2026-12-31'],
    ['without an end', '# sluice: ignore unreachable "why"'],
    ['of an unknown rule', '# sluice: ignore unreachible until 2026-12-31 "why"'],
    ['until no day', '# sluice: ignore unreachable until 2026-02-31 "why"'],
  ])('%s is an error', async (_, comment) => {
    const { code, stderr } = await lint(suppressed(comment), '--fail-on', 'error');
    expect(code).toBe(1);
    expect(stderr).toContain('SL1493');
    expect(stderr).toContain('SL1401');
  });

  test('of nothing is a finding', async () => {
    const text = POLICY.replace('filter', '# sluice: ignore row-never-matters until 2026-12-31 "why"\nfilter');
    expect((await lint(text)).stderr).toContain('SL1492');
  });

  test('stays where it is when the policy is formatted', async () => {
    const path = join(temporaryFolder(), 'policy.sluice');
    const text = suppressed('# sluice: ignore unreachable until 2026-12-31 "why"');
    writeFileSync(path, text.replace('default drop', 'default   drop'));
    await runSluice(['fmt', path]);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('a baseline', () => {
  test('leaves out what it has, though lines have moved, and tells the rest', async () => {
    const baseline = join(temporaryFolder(), 'known.json');
    const folder = temporaryFolder();
    const path = join(folder, 'policy.sluice');
    const run = (...more: readonly string[]) => runSluice(['lint', path, ...DATE, ...more]);
    writeFileSync(path, POLICY);
    expect((await run('--write-baseline', baseline)).code).toBe(0);
    writeFileSync(path, `# moved\n${POLICY}`);
    expect(await run('--baseline', baseline)).toMatchObject({ code: 0, stderr: '' });
    writeFileSync(path, POLICY.replace('}', '  drop in lab tcp/443\n}'));
    const { code, stdout } = await run('--baseline', baseline);
    expect({ code, stdout }).toEqual({ code: 1, stdout: `${path}: 1 finding, 1 in the baseline\n` });
  });

  test('that is none is an error', async () => {
    const file = join(temporaryFolder(), 'known.json');
    writeFileSync(file, '{"findings": []}');
    const { code, stderr } = await lint(POLICY, '--baseline', file);
    expect(code).toBe(1);
    expect(stderr).toContain('SL0921');
  });

  test('that cannot be written is an error', async () => {
    const { code, stderr } = await lint(POLICY, '--write-baseline', join(temporaryFolder(), 'none', 'known.json'));
    expect(code).toBe(1);
    expect(stderr).toContain('SL0922');
  });
});

describe('--fix', () => {
  test('takes out what changes nothing, and tells what is left', async () => {
    const path = join(temporaryFolder(), 'policy.sluice');
    writeFileSync(path, POLICY);
    const { code, stdout, stderr } = await runSluice(['lint', path, ...DATE, '--fix']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${path}: nothing found, 1 fixed\n`, stderr: '' });
    expect(readFileSync(path, 'utf8')).toBe(POLICY.replace(/ {2}drop .*\n/, ''));
  });

  test('leaves alone what a suppression keeps back', async () => {
    const path = join(temporaryFolder(), 'policy.sluice');
    const text = POLICY.replace('/24 tcp/443', '/24 tcp/443 # sluice: ignore * until 2026-12-31 "why"');
    writeFileSync(path, text);
    await runSluice(['lint', path, ...DATE, '--fix']);
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  test('needs a file', async () => {
    expect((await runSluice(['lint', '-', '--fix'], { input: POLICY })).code).toBe(2);
  });
});
