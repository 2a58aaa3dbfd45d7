/** A policy's text in the one form, unless it cannot be read. */
import { isError, type Diagnostic } from '../../grammar/diagnostic.ts';
import { parse } from '../../grammar/parse.ts';
import type { PolicyFile } from '../inputs/policy-file.ts';

export type Formatted =
  { readonly content: Uint8Array; readonly isChanged: boolean } | { readonly findings: readonly Diagnostic[] };

export async function formatPolicy({ source, shownPath, bytes }: PolicyFile): Promise<Formatted> {
  const errors = parse({ ...source, path: shownPath }).diagnostics.filter(isError);
  if (errors.length > 0) return { findings: errors };
  // Prettier is large, and only this command needs it.
  const { format } = await import('../../grammar/prettier-plugin.ts');
  const text = await format(source.text);
  if (parse({ path: shownPath, text }).diagnostics.some(isError)) {
    throw new Error(`${shownPath} would have syntax errors after formatting; it was left as it is`);
  }
  const content = new TextEncoder().encode(text);
  return { content, isChanged: Buffer.compare(content, bytes) !== 0 };
}
