/** A script in network and mount namespaces of its own, with its files around it. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

interface Job {
  readonly script: string;
  /** By path in the folder that the script runs in. */
  readonly files: Readonly<Record<string, string | Uint8Array>>;
}

/** What it writes. `prepare` is done in the folder before. Throws with what a command of it said that failed. */
export function jobOutput({ script, files }: Job, prepare: (folder: string) => void = () => {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-job-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    prepare(folder);
    return execFileSync('unshare', ['--net', '--mount', 'sh', '-ec', script], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
