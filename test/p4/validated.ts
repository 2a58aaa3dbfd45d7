/**
 * What has passed the real tools, by hash: where they are absent, an output that changed since fails. `SLUICE_UPDATE=1` with all
 * tools at hand writes the file anew.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Subject } from './subjects.ts';
import { TOOLS, versionOf, type Architecture, type ToolsOf } from './tools.ts';

const PATH = new URL('validated.json', import.meta.url);

interface Passed {
  /** By tool: the version that took the files below. */
  readonly tools: Readonly<Record<string, string>>;
  /** By subject, and by file: SHA-256 of its text. */
  readonly passed: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export type Validated = Readonly<Partial<Record<Architecture, Passed>>>;

export function readValidated(): Validated {
  return JSON.parse(readFileSync(PATH, 'utf8')) as Validated;
}

export function writeValidated<Of extends Architecture>(
  architecture: Of,
  tools: ToolsOf<Of>,
  subjects: readonly Subject[],
): void {
  const versions = TOOLS[architecture]
    .map((name) => [name, versionOf(tools[name as keyof typeof tools], name)] as const)
    .filter(([, version]) => version !== undefined);
  const own: Passed = {
    tools: Object.fromEntries(versions) as Record<string, string>,
    passed: Object.fromEntries(subjects.map((subject) => [subject.name, hashesOf(subject)])),
  };
  writeFileSync(PATH, `${JSON.stringify({ ...readValidated(), [architecture]: own }, undefined, 2)}\n`);
}

/** Of what tools have read: the program, what is told of it, and the entries in the form of the switch. */
export function hashesOf({ files }: Subject): Readonly<Record<string, string>> {
  const texts = [...files].filter(([path]) => !UNREAD.has(path));
  const inTables = texts.filter(([path]) => path.startsWith(TABLES));
  const hashed = [
    ...texts.filter(([path]) => !path.startsWith(TABLES)),
    ...(inTables.length > 0 ? [[TABLES, inTables.flat().join('\n')] as const] : []),
  ];
  return Object.fromEntries(hashed.map(([path, text]) => [path, createHash('sha256').update(text).digest('hex')]));
}

/** Files of one folder are one. */
const TABLES = 'p4/tables/';
const UNREAD: ReadonlySet<string> = new Set(['p4/split.txt', 'p4/entries.txtpb', 'p4/clear.txt', 'p4/clear.cli']);
