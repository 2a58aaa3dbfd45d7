/**
 * What has passed the real tools, by hash: where they are absent, an output that changed since fails. `SLUICE_UPDATE=1` with all
 * tools at hand writes the file anew.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Subject } from './subjects.ts';
import { versionOf, type Tools } from './tools.ts';

const PATH = new URL('validated.json', import.meta.url);

export interface Validated {
  /** By tool: the version that took the files below. */
  readonly tools: Readonly<Record<string, string>>;
  /** By subject, and by file: SHA-256 of its text. */
  readonly passed: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export function readValidated(): Validated {
  return JSON.parse(readFileSync(PATH, 'utf8')) as Validated;
}

export function writeValidated(tools: Tools, subjects: readonly Subject[]): void {
  const named = ['p4test', 'p4c-bm2-ss', 'simple_switch'] as const;
  const validated: Validated = {
    tools: Object.fromEntries(named.map((name) => [name, versionOf(tools[name])])),
    passed: Object.fromEntries(subjects.map((subject) => [subject.name, hashesOf(subject)])),
  };
  writeFileSync(PATH, `${JSON.stringify(validated, undefined, 2)}\n`);
}

/** Of the files that tools have read. */
export function hashesOf({ files }: Subject): Readonly<Record<string, string>> {
  const tried = ['p4/program.p4', 'p4/p4info.txtpb', 'p4/entries.txt'];
  return Object.fromEntries(tried.map((path) => [path, createHash('sha256').update(files.get(path)!).digest('hex')]));
}
