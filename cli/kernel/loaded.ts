/** What a policy compiles to, loaded into a lab as its manifest says: from files, by the plane's own commands. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TargetOutput } from '../../compiler/compile.ts';
import type { Lab } from '../lab/lab.ts';

/** The plane whose artifacts a lab carries out. */
export const LOADED_PLANE = 'nftables';
/** No line of `expect` speaks of queues, and a packet that waits in one would be taken for gone. */
export const PLANES_LEFT_OUT: readonly string[] = ['tc'];

/** A target's artifacts in a folder of their own. */
export class LoadableTarget {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  readonly #commands: readonly string[];

  constructor({ planes }: TargetOutput) {
    const loaded = planes.filter(({ plane }) => plane === LOADED_PLANE);
    this.#commands = loaded.flatMap(({ load }) => load);
    for (const { path, content } of loaded.flatMap(({ artifacts }) => artifacts)) {
      mkdirSync(dirname(join(this.#folder, path)), { recursive: true });
      writeFileSync(join(this.#folder, path), Buffer.concat(content));
    }
  }

  /** Throws, with what the command said, where one fails. */
  async loadInto(lab: Lab): Promise<void> {
    if (this.#commands.length === 0) return;
    await lab.exec(['sh', '-e', '-s'], [`cd '${this.#folder}'`, ...this.#commands, ''].join('\n'));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
