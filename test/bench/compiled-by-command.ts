/** What the command makes of a policy, as a process of its own: time, memory, and what is left. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const command = fileURLToPath(new URL('../../dist/bin/sluice.js', import.meta.url));

/** What a process took. */
interface ProcessCost {
  /** On the wall. */
  readonly seconds: number;
  /** The most memory that it had at once. */
  readonly mebibytes: number;
}

/** A process that ended, and how. */
export interface Finished extends ProcessCost {
  readonly status: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/** Runs a command under time(1), for at most so many seconds; past them its status is 124. */
export function timed(words: readonly string[], limit = 600): Finished {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-timed-'));
  try {
    const log = join(folder, 'time');
    const { status, stdout, stderr } = spawnSync(
      '/usr/bin/time',
      ['-f', '%e %M', '-o', log, 'timeout', String(limit), ...words],
      { encoding: 'utf8', maxBuffer: 1 << 30 },
    );
    // A command that failed has a line of its own before the figures.
    const figures = readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '';
    const [seconds = Number.NaN, kibibytes = Number.NaN] = figures.split(' ').map(Number);
    return { status, output: `${stdout}${stderr}`, seconds, mebibytes: kibibytes / 1024 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export interface CompiledByCommand extends ProcessCost {
  /** For `nft -f`. */
  readonly ruleset: string;
  /** Chains, rules, sets and elements, as the manifest says. */
  readonly figures: Readonly<Record<string, number>>;
}

/** Compiles a policy of one target. Throws with what the command said where it refuses. */
export function compileByCommand(policy: string): CompiledByCommand {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    const file = join(folder, 'policy.sluice');
    const out = join(folder, 'out');
    writeFileSync(file, policy);
    const { status, output, ...cost } = timed([process.execPath, command, 'compile', file, '-o', out]);
    if (status !== 0) throw new Error(`sluice compile: exit code ${status}: ${output.slice(0, 2000)}`);
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Manifest;
    const [target] = manifest.targets;
    const ruleset = readFileSync(join(out, target!.name, 'nftables/ruleset.nft'), 'utf8');
    return { ...cost, ruleset, figures: target!.planes[0]!.figures };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Manifest {
  readonly targets: readonly {
    readonly name: string;
    readonly planes: readonly { readonly figures: Readonly<Record<string, number>> }[];
  }[];
}
