/** Data files that a statement names, read and checked to be text. */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Span } from '../../grammar/source.ts';
import type { Inputs } from '../inputs.ts';
import { placeIn, type DataFile } from './data-file.ts';
import { joinPath } from './paths.ts';
import { PROBLEMS } from './problems.ts';
import { byteOrderMarkLength, firstInvalidUtf8 } from './utf8.ts';

export type OpenedFile = { readonly file: DataFile } | { readonly diagnostic: Diagnostic };

/**
 * The file that a statement in `folder` names, if it is there and is UTF-8 text without NUL bytes. `folder` undefined: the
 * statement is in the standard library, which names no files. `span`: the path in the statement.
 */
export function openFile(path: string, span: Span, folder: string | undefined, inputs: Inputs): OpenedFile {
  if (folder === undefined) {
    const message = `the standard library names the file \`${path}\``;
    return { diagnostic: diagnostic(PROBLEMS.standardReadsFile, span, message) };
  }
  const joined = joinPath(folder, path);
  const bytes = inputs.read(joined);
  if (!bytes) {
    const hint = 'A path is relative to the folder of the file that says it.';
    return { diagnostic: diagnostic(PROBLEMS.missingFile, span, `there is no file \`${joined}\``, { hint }) };
  }
  if (!(bytes instanceof Uint8Array)) {
    return { diagnostic: diagnostic(PROBLEMS.unreadableFile, span, `\`${joined}\` cannot be read: ${bytes.reason}`) };
  }
  // Callers may hand in a subclass of Uint8Array whose methods differ: Node's Buffer does not copy on `slice`.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const file = { path: joined, shown: joined, bytes: plain, start: byteOrderMarkLength(plain) };
  const wrong = checkText(file, span);
  return wrong ? { diagnostic: wrong } : { file };
}

/** What keeps the bytes from being text, if anything does. */
export function checkText(file: DataFile, span: Span | undefined): Diagnostic | undefined {
  const { bytes, shown } = file;
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) {
    const hint = 'Save it as UTF-8, or convert it, for example with `iconv -f utf-16 -t utf-8`.';
    return diagnostic(PROBLEMS.notUtf8, span, `${shown} is text in UTF-16, not in UTF-8`, { hint });
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const cell = placeIn(file, nul, nul + 1, undefined);
    return diagnostic(PROBLEMS.nulByte, span, `${shown} is no text: byte ${nul + 1} is zero`, { cell });
  }
  const invalid = firstInvalidUtf8(bytes);
  if (invalid < 0) return undefined;
  const byte = `0x${bytes[invalid]!.toString(16).padStart(2, '0')}`;
  const hint = 'Save it as UTF-8, or convert it, for example with `iconv -f latin1 -t utf-8`.';
  const cell = placeIn(file, invalid, invalid + 1, undefined);
  return diagnostic(PROBLEMS.notUtf8, span, `${shown} is not UTF-8: byte ${byte}`, { cell, hint });
}
