/** The compilers and switches of P4, which a user brings: in the folder that SLUICE_P4_BIN names, or on PATH. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';

/** By architecture: those that its programs are tried with. */
export const TOOLS = {
  v1model: ['p4test', 'p4c-bm2-ss', 'simple_switch', 'simple_switch_CLI'],
  pna: ['p4test', 'p4c-dpdk', 'dpdk-pipeline'],
} as const;

export type Architecture = keyof typeof TOOLS;
type ToolName = (typeof TOOLS)[Architecture][number];

export const ARCHITECTURES = Object.keys(TOOLS) as readonly Architecture[];

/** The path of each. */
type Tools<Name extends ToolName> = Readonly<Record<Name, string>>;
export type ToolsOf<Of extends Architecture> = Tools<(typeof TOOLS)[Of][number]>;

export interface Told {
  readonly status: number | null;
  /** Both streams. */
  readonly said: string;
}

/** A `describe` whose tests need all tools of an architecture: where one is not there they are skipped, and the name says which. */
export function describeWithTools<Of extends Architecture>(
  architecture: Of,
  name: string,
  body: (tools: ToolsOf<Of>) => void,
): void {
  const found = TOOLS[architecture].map((tool) => [tool, pathOf(tool)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([tool]) => tool);
  const why = missing.length === 0 ? '' : ` (skipped: needs ${missing.join(', ')} on PATH or in SLUICE_P4_BIN)`;
  describe.runIf(missing.length === 0)(`${name}${why}`, () => body(Object.fromEntries(found) as ToolsOf<Of>));
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

/** `1.2.5.16`, of p4c's `Version 1.2.5.16 (SHA: … BUILD: …)`, of simple_switch's `1.15.5-…`, of DPDK's `RTE Version: 'DPDK 22.11.11'`; some say none. */
export function versionOf(path: string, name: ToolName): string | undefined {
  // The pipeline says its version before it refuses what it does not know.
  const given = name === 'dpdk-pipeline' ? ['-v', '--version'] : ['--version'];
  const { stdout, stderr } = spawnSync(path, given, { encoding: 'utf8' });
  return /(?:RTE Version: 'DPDK|Version|^) *(\d+(?:\.\d+)+)/m.exec(`${stdout}${stderr}`)?.[1];
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
