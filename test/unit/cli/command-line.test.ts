import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../cli/commands/index.ts';
import { runSluice } from './session.ts';
import { temporaryFolder } from './temporary-folder.ts';

const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe('help', () => {
  test('of the program', async () => {
    const { code, stdout, stderr } = await runSluice(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatchSnapshot();
  });

  test.each(COMMANDS.map(({ name }) => name))('of %s', async (name) => {
    const { code, stdout, stderr } = await runSluice([name, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatchSnapshot();
    await expect(runSluice(['help', name])).resolves.toEqual({ code, stdout, stderr });
  });

  test('where no command is given: wrong usage, and so on standard error', async () => {
    const { code, stdout, stderr } = await runSluice([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: sluice');
  });
});

test('the version is that of the package', async () => {
  await expect(runSluice(['--version'])).resolves.toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([
  { args: ['chek', 'policy.sluice'], says: "unknown command 'chek'" },
  { args: ['chek', 'policy.sluice'], says: 'Did you mean check?' },
  { args: ['check'], says: "missing required argument 'policy'" },
  { args: ['check', 'a', 'b'], says: 'too many arguments' },
  { args: ['check', 'a', '--strickt'], says: "unknown option '--strickt'" },
  { args: ['check', 'a', '--format', 'xml'], says: 'Allowed choices are text, json, github' },
  { args: ['check', 'a', '--json', '--format', 'github'], says: 'cannot be used with' },
  { args: ['compile', 'a'], says: "'-o, --output <folder>' not specified" },
  { args: ['compile', 'a', '-o'], says: "'-o, --output <folder>' argument missing" },
  { args: ['check', 'a', '--date', '2026-02-29'], says: 'such as 2026-02-28' },
  { args: ['check', 'a', '--date', 'tomorrow'], says: 'YYYY-MM-DD' },
  { args: ['check', ''], says: "invalid for argument 'policy'. It is empty." },
  { args: ['compile', 'a', '-o', ''], says: "argument '' is invalid. It is empty." },
  { args: ['fmt', '-', 'a'], says: '`-` cannot be combined with files' },
])('wrong usage: $args', async ({ args, says }) => {
  const { code, stdout, stderr } = await runSluice(args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(says);
});

test.each(['yesterday', '-1', '1e9', '99999999999999'])('SOURCE_DATE_EPOCH of %s is wrong usage', async (seconds) => {
  const { code, stderr } = await runSluice(['check', '-'], { environment: { SOURCE_DATE_EPOCH: seconds } });
  expect(code).toBe(2);
  expect(stderr).toContain(`SOURCE_DATE_EPOCH is '${seconds}'`);
});

/** Standard input that fails as no file does. */
const input = (): Promise<Uint8Array> => Promise.reject(new TypeError('x is not a function'));

describe('a fault in Sluice itself', () => {
  test('is said as one, without a stack', async () => {
    const { code, stdout, stderr } = await runSluice(['check', '-'], { input });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr.replace(version, 'VERSION')).toMatchSnapshot();
  });

  test('shows where it happened to those who ask', async () => {
    const asked = [
      await runSluice(['check', '-', '--debug'], { input }),
      await runSluice(['--debug', 'check', '-'], { input }),
      await runSluice(['check', '-'], { input, environment: { SLUICE_DEBUG: '1' } }),
    ];
    for (const { code, stderr } of asked) {
      expect(code).toBe(3);
      expect(stderr).toContain('command-line.test.ts');
    }
  });

  test('leaves no output', async () => {
    const out = `${temporaryFolder()}/out`;
    await expect(runSluice(['compile', '-', '-o', out], { input })).resolves.toMatchObject({ code: 3 });
    expect(() => readFileSync(out)).toThrow('ENOENT');
  });
});
