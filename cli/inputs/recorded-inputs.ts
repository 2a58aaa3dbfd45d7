/** What a policy reads besides its own text, from files; every file that was read is kept in a record. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CalendarDate, Inputs, Unreadable } from '../../compiler/inputs.ts';
import { isSystemError, reasonOf } from '../system-error.ts';
import type { PolicyFile } from './policy-file.ts';
import { standardModule, standardModules } from './standard-library.ts';

/** One file or standard module that a compile read. */
export interface InputRecord {
  /** The policy's own name, a path relative to its folder, `std.NAME`, or a profile's own name. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal digits. */
  readonly sha256: string;
}

export interface RecordedInputs extends Inputs {
  /** The policy and everything read so far, by path. */
  readonly records: () => readonly InputRecord[];
  /** Whether the file of this path was read: the path of a standard module is none. */
  readonly hasRead: (path: string) => boolean;
}

/**
 * The inputs of a policy. A file that is asked for twice is read once: nothing may change under a running compile. `readFile`:
 * how a file is read whose path is relative to the policy's folder.
 */
export function recordedInputs(
  policy: PolicyFile,
  today: CalendarDate | undefined,
  readFile: Inputs['read'] = (path) => readIfThere(resolve(policy.folder, path)),
): RecordedInputs {
  const files = new Map<string, Uint8Array | Unreadable | undefined>();
  const modules = new Map<string, string>();
  const records = [record(policy.source.path, policy.bytes)];
  const standardNames = standardModules();
  return {
    read: (path) => {
      if (files.has(path)) return files.get(path);
      const content = readFile(path);
      files.set(path, content);
      if (content instanceof Uint8Array) records.push(record(path, content));
      return content;
    },
    standard: (name) => {
      if (!standardNames.includes(name)) return undefined;
      const known = modules.get(name);
      if (known !== undefined) return known;
      const text = standardModule(name);
      modules.set(name, text);
      records.push(record(`std.${name}`, new TextEncoder().encode(text)));
      return text;
    },
    standardNames,
    today,
    records: () => records.toSorted((left, right) => (left.path < right.path ? -1 : Number(left.path > right.path))),
    hasRead: (path) => files.get(path) instanceof Uint8Array,
  };
}

function readIfThere(path: string): Uint8Array | Unreadable | undefined {
  // No file has such a name, and Node refuses to ask.
  if (path.includes('\0')) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    const isAbsent = isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
    return isAbsent ? undefined : { reason: reasonOf(error) };
  }
}

/** What is recorded of a file. */
export function record(path: string, content: Uint8Array): InputRecord {
  return { path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
}
