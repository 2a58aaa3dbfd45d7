/** The compilers and the switch of P4, which a user brings: in the folder that SLUICE_P4_BIN names, or on PATH. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

const NAMES = ['p4test', 'p4c-bm2-ss', 'simple_switch', 'simple_switch_CLI'] as const;

export type ToolName = (typeof NAMES)[number];

/** The path of each. */
export type Tools = Readonly<Record<ToolName, string>>;

export interface Told {
  readonly status: number | null;
  /** Both streams. */
  readonly said: string;
}

const found = new Map(NAMES.map((name) => [name, pathOf(name)]));
const missing = NAMES.filter((name) => found.get(name) === undefined);

/** A `describe` whose tests need all of the tools: where one is not there they are skipped, and the name says which. */
export function describeWithTools(name: string, body: (tools: Tools) => void): void {
  const tools = Object.fromEntries(found) as unknown as Tools;
  const why = missing.length === 0 ? '' : ` (skipped: needs ${missing.join(', ')} on PATH or in SLUICE_P4_BIN)`;
  describe.runIf(missing.length === 0)(`${name}${why}`, () => body(tools));
}

/** Runs a tool to its end. */
export function run(path: string, given: readonly string[], input = ''): Promise<Told> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, given);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, said: said.trim() }));
    child.stdin.end(input);
  });
}

/** `1.2.5.16`, of p4c's `Version 1.2.5.16 (SHA: … BUILD: …)` and of the switch's `1.15.5-…`. */
export function versionOf(path: string): string {
  const { stdout, stderr } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return /\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown';
}

function pathOf(name: string): string | undefined {
  const folders = [process.env['SLUICE_P4_BIN'], ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.flatMap((folder) => (folder ? [join(folder, name)] : [])).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
