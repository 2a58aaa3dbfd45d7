/** The policy that a command is about: a file, or standard input where it is named `-`. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { checkText } from '../../compiler/1-load/open-file.ts';
import { byteOrderMarkLength, decodeUtf8 } from '../../compiler/1-load/utf8.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { SourceFile } from '../../grammar/source.ts';
import { PROBLEMS } from '../problems.ts';
import type { Session } from '../session.ts';
import { reasonOf } from '../system-error.ts';

/** How standard input is named on the command line. */
export const STANDARD_INPUT = '-';

/** A policy's path as messages show it. */
export function shownPathOf(path: string): string {
  return path === STANDARD_INPUT ? '<stdin>' : path;
}

export interface PolicyFile {
  /**
   * The text. Its path is its name alone (`policy.sluice`, `<stdin>`), so that what is made of it does not depend on the
   * folder that the command was started in; `shownPath` leads people to it.
   */
  readonly source: SourceFile;
  readonly bytes: Uint8Array;
  /** As the user named it. */
  readonly shownPath: string;
  /** The folder that paths in the policy are relative to, absolute. */
  readonly folder: string;
}

export type OpenedPolicy = { readonly policy: PolicyFile } | { readonly finding: Diagnostic };

/** Reads the policy that `path` names, and checks that it is text. */
export async function openPolicy(path: string, session: Session): Promise<OpenedPolicy> {
  const shownPath = shownPathOf(path);
  let bytes: Uint8Array;
  try {
    bytes = path === STANDARD_INPUT ? await session.readInput() : readFileSync(path);
  } catch (error) {
    return { finding: diagnostic(PROBLEMS.unreadable, undefined, `${shownPath} cannot be read: ${reasonOf(error)}`) };
  }
  return policyOf(bytes, path, shownPath);
}

/** The policy of these bytes, checked to be text. */
export function policyOf(bytes: Uint8Array, path: string, shownPath: string): OpenedPolicy {
  const start = byteOrderMarkLength(bytes);
  const wrong = checkText({ path, shown: shownPath, bytes, start }, undefined);
  if (wrong) return { finding: wrong };
  try {
    const isInput = path === STANDARD_INPUT;
    const source = { path: isInput ? shownPath : basename(path), text: decodeUtf8(bytes.subarray(start)) };
    return { policy: { source, bytes, shownPath, folder: isInput ? process.cwd() : resolve(dirname(path)) } };
  } catch (error) {
    return { finding: diagnostic(PROBLEMS.unreadable, undefined, `${shownPath} cannot be read: ${reasonOf(error)}`) };
  }
}
