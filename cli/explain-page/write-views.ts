/** The files of `sluice explain --html` and `--svg`: both written whole, or none. */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { isForeign } from '../output/foreign-file.ts';
import { replaceFiles, type NewFile } from '../output/replace-file.ts';
import { PROBLEMS } from '../problems.ts';
import { reasonOf } from '../system-error.ts';
import { MARK } from './markup.ts';
import { pageData, type PageSource } from './page-data.ts';
import { pageText } from './page.ts';
import { pictureText } from './picture.ts';

export interface ViewFiles {
  readonly html?: string;
  readonly svg?: string;
}

/** What is in the way of the files, said before the work rather than after it. */
export function viewObstacles({ html, svg }: ViewFiles): readonly Diagnostic[] {
  return [html, svg].flatMap((path) => {
    if (path === undefined) return [];
    try {
      return isForeign(path, (beginning) => beginning === '' || beginning.includes(MARK)) ? [foreign(path)] : [];
    } catch (error) {
      return [unwritable(path, error)];
    }
  });
}

function foreign(path: string): Diagnostic {
  const hint = 'Choose another name, or move that file away.';
  return diagnostic(PROBLEMS.notOurFile, undefined, `${path} is no file that \`sluice explain\` has written`, { hint });
}

function unwritable(path: string, error: unknown): Diagnostic {
  return diagnostic(PROBLEMS.viewUnwritable, undefined, `${path} cannot be written: ${reasonOf(error)}`);
}

/** Writes the files; findings where that fails. `text`: the plan as the terminal shows it. */
export async function writeViews(
  { html, svg }: ViewFiles,
  source: PageSource,
  text: string,
): Promise<readonly Diagnostic[]> {
  if (html === undefined && svg === undefined) return [];
  const data = pageData(source);
  const files: NewFile[] = [];
  if (html !== undefined) files.push({ path: html, content: [new TextEncoder().encode(pageText(data, text))] });
  if (svg !== undefined) files.push({ path: svg, content: [new TextEncoder().encode(pictureText(data))] });
  try {
    await replaceFiles(files);
    return [];
  } catch (error) {
    return [unwritable(files.map(({ path }) => path).join(' and '), error)];
  }
}
