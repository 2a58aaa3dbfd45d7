/** What leads from the table files of one build to those of the next: DPDK's pipeline takes all of it at once. */
import { PIPELINE, TABLES } from '../emit/pna/table-files.ts';

export interface ChangedTable {
  readonly table: string;
  /** Lines of its file. */
  readonly gone: readonly string[];
  /** Those that come, and those whose action is another. */
  readonly come: readonly string[];
}

const FILE = new RegExp(`^p4/${TABLES}/(\\w+)\\.txt$`);

/** Of both builds, files by path. */
export function changedTables(
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
  const lines = text.split('\n').filter((line) => line.startsWith('match '));
  return new Map(lines.map((line) => [line.replace(/ action .*/, ''), line]));
}

export function changeCommands(tables: readonly ChangedTable[], pathOf: (name: string) => string): readonly string[] {
  const command = (verb: 'add' | 'delete', { table }: ChangedTable) =>
    `pipeline ${PIPELINE} table ${table} ${verb} ${pathOf(`${table}.${verb}.txt`)}`;
  return [
    ...tables.filter(({ gone }) => gone.length > 0).map((one) => command('delete', one)),
    ...tables.filter(({ come }) => come.length > 0).map((one) => command('add', one)),
    `pipeline ${PIPELINE} commit`,
  ];
}
