/** What only a process of its own shows: its standard streams. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { build, dist, program, run, sluice } from './built.ts';
import { temporaryFolder } from './temporary-folder.ts';

beforeAll(build);

const ESCAPE = '\u001B';

/** Runs a line of the shell in which `$1` is node and `$2` the program. */
function shell(line: string, ...more: readonly string[]): ReturnType<typeof run> {
  return run('bash', ['-c', line, 'bash', process.execPath, program, ...more]);
}

/** Runs a command on a terminal of its own and returns what that terminal was sent. */
async function onTerminal(context: TestContext, command: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
  context.skip(spawnSync('script', ['--version']).status !== 0, 'needs the command script');
  const { stdout } = await run('script', ['-qec', command, '/dev/null'], {
    env: { ...process.env, TERM: 'xterm', NO_COLOR: '', ...environment },
  });
  return stdout;
}

test('a reader that has seen enough is no reason to complain', async () => {
  const { stdout, stderr } = await shell('"$1" "$2" --help | true; echo ${PIPESTATUS[0]}');
  expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
});

test('standard output that cannot be written is said', async () => {
  const { code, stderr } = await shell('"$1" "$2" --help > /dev/full');
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'sluice: standard output cannot be written: the disk is full\n',
  });
});

test('standard input that is a folder is an unreadable policy, not a fault', async () => {
  const { code, stderr } = await shell('"$1" "$2" check - < /');
  expect(code).toBe(1);
  expect(stderr).toContain('<stdin> cannot be read: it is a folder');
});

describe('colours', () => {
  test('on a terminal', async (context) => {
    const missing = `"${process.execPath}" "${program}" check /nowhere`;
    await expect(onTerminal(context, missing)).resolves.toContain(`${ESCAPE}[`);
    await expect(onTerminal(context, missing, { NO_COLOR: '1' })).resolves.not.toContain(ESCAPE);
    await expect(onTerminal(context, missing, { TERM: 'dumb' })).resolves.not.toContain(ESCAPE);
  });

  test('nowhere else', async () => {
    const { stderr } = await sluice(['check', '/nowhere']);
    expect(stderr).toContain('/nowhere cannot be read: there is no such file or folder');
    expect(stderr).not.toContain(ESCAPE);
  });
});

describe('progress', () => {
  /** Keeps its thread busy for as many milliseconds as the argument says, in two phases, then says that it is done. */
  const BUSY = `
    import { startProgress } from '${dist}/cli/terminal/progress.js';
    import { processSession } from '${dist}/cli/process-session.js';
    const session = processSession();
    const progress = startProgress(session);
    const busy = (milliseconds) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    progress.phase('first');
    busy(Number(process.argv[2]));
    progress.phase('second');
    busy(Number(process.argv[3]));
    progress.stop();
    session.stderr.write('done');
  `;

  function busyCommand(first: number, second: number): string {
    const script = join(temporaryFolder(), 'busy.mjs');
    writeFileSync(script, BUSY);
    return `"${process.execPath}" "${script}" ${first} ${second}`;
  }

  test('is shown on a terminal after a second, and taken away', async (context) => {
    const shown = await onTerminal(context, busyCommand(3000, 10));
    expect(shown).toMatch(/first \([1-9]\d* s\)/);
    expect(shown).toMatch(/second \([1-9]\d* s\)/);
    expect(shown.endsWith(`${ESCAPE}[Kdone`)).toBe(true);
    expect(shown).not.toContain('(0 s)');
  });

  test('is not shown for what is done sooner', async (context) => {
    const shown = await onTerminal(context, busyCommand(10, 10));
    expect(shown.endsWith('done')).toBe(true);
    // On a very slow machine even this may take a second.
    expect(shown).not.toContain('(0 s)');
  });

  test('is not shown where there is no terminal', async () => {
    const { stdout, stderr } = await run('sh', ['-c', busyCommand(1500, 10)]);
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: 'done' });
  });
});
