/** A policy's file gets the formatted text, or is as it was. */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { replaceFile } from '../output/replace-file.ts';
import { PROBLEMS } from '../problems.ts';
import { reasonOf } from '../system-error.ts';

/** Returns why that was not possible. */
export async function replacePolicy(path: string, content: Uint8Array): Promise<Diagnostic | undefined> {
  try {
    await replaceFile(path, [content]);
    return undefined;
  } catch (error) {
    return diagnostic(PROBLEMS.unformatted, undefined, `${path} cannot be written: ${reasonOf(error)}`);
  }
}
