/** What leads from the table files of one build to those of the next: DPDK's pipeline takes all of it at once. */
import type { EntryChanges, EntryFile } from '../tools.ts';
import { CONSOLE } from './console.ts';
import { PIPELINE, TABLES } from './table-files.ts';

interface ChangedTable {
  readonly table: string;
  /** Lines of its file. */
  readonly gone: readonly string[];
  /** Those that come, and those whose action is another. */
  readonly come: readonly string[];
}

const FILE = new RegExp(`^p4/${TABLES}/(\\w+)\\.txt$`);

/** Of both builds, files by path; their ports are the same. */
export function tableChanges(
  folder: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): EntryChanges {
  const tables = changedTables(before, after);
  return {
    files: [
      {
        path: 'delta.cli',
        content: lines(commandsFor(tables, folder)),
        description: 'has the pipeline change its tables, all at once',
      },
      ...tables.flatMap(({ table, gone, come }) => [
        ...fileOf(`${table}.delete.txt`, gone, `entries of ${table} that go`),
        ...fileOf(`${table}.add.txt`, come, `entries of ${table} that come`),
      ]),
    ],
    load: [`${CONSOLE} < ${folder}/delta.cli`],
  };
}

function changedTables(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly ChangedTable[] {
  return [...after].flatMap(([path, text]): ChangedTable[] => {
    const table = FILE.exec(path)?.[1];
    if (table === undefined) return [];
    const [was, is] = [entriesIn(before.get(path) ?? ''), entriesIn(text)];
    const gone = [...was].flatMap(([key, line]) => (is.has(key) ? [] : [line]));
    const come = [...is].flatMap(([key, line]) => (was.get(key) === line ? [] : [line]));
    return gone.length + come.length > 0 ? [{ table, gone, come }] : [];
  });
}

/** Lines by what they match, with their priority. */
function entriesIn(text: string): ReadonlyMap<string, string> {
  const found = text.split('\n').filter((line) => line.startsWith('match '));
  return new Map(found.map((line) => [line.replace(/ action .*/, ''), line]));
}

function commandsFor(tables: readonly ChangedTable[], folder: string): readonly string[] {
  const command = (verb: 'add' | 'delete', { table }: ChangedTable) =>
    `pipeline ${PIPELINE} table ${table} ${verb} ${folder}/${table}.${verb}.txt`;
  return [
    ...tables.filter(({ gone }) => gone.length > 0).map((one) => command('delete', one)),
    ...tables.filter(({ come }) => come.length > 0).map((one) => command('add', one)),
    `pipeline ${PIPELINE} commit`,
  ];
}

function fileOf(path: string, entries: readonly string[], description: string): readonly EntryFile[] {
  return entries.length > 0 ? [{ path, content: lines(entries), description }] : [];
}

function lines(of: readonly string[]): string {
  return of.map((line) => `${line}\n`).join('');
}
