import type { ColumnDeclaration, Name, Table, TableKey, Value, ValueRow } from '../../../ast/index.ts';
import type { Grammar, Syntax } from '../../../dsl.ts';
import { PROBLEMS } from '../../../problems.ts';
import * as T from '../../../tokens.ts';
import { COLUMN_TYPES } from '../../../words.ts';
import { once } from '../../values/limits/syntax.ts';

interface Columns {
  readonly columns: ColumnDeclaration[];
  readonly keys: TableKey[];
}

export const tableSyntax: Syntax = (p) => {
  p.RULE('table', (): Table => {
    const { annotations } = p;
    const { startOffset } = p.consume(0, T.Keyword.table);
    const name = p.subrule(0, p.name);
    const { columns, keys } = p.subrule(0, p.columns);
    const rows = p.or<Table['rows']>(0, {
      DEF: [
        {
          ALT: () => {
            p.consume(0, T.Keyword.from);
            return { kind: 'file', path: p.subrule(0, p.text) };
          },
        },
        {
          ALT: () => {
            p.consume(0, T.Equals);
            return { kind: 'inline', rows: p.subrule(0, p.rows) };
          },
        },
      ],
      ERR_MSG: '`from` and a file, or `=` and rows in braces',
    });
    const orEmpty = p.subrule(0, p.orEmpty);
    return { kind: 'table', annotations, name, columns, keys, rows, orEmpty, span: p.spanFrom(startOffset) };
  });

  defineColumns(p);
  defineRows(p);
};

function defineColumns(p: Grammar): void {
  p.RULE('columns', (): Columns => {
    const columns: ColumnDeclaration[] = [];
    const keys: TableKey[] = [];
    const member = (index: number) => {
      p.or(index, {
        DEF: [
          {
            // `key (a, b)`; a column may be called `key`, too.
            GATE: () => p.LA(2).tokenType === T.LeftParenthesis,
            ALT: () => keys.push(p.subrule(index, p.tableKey)),
          },
          { ALT: () => columns.push(p.subrule(index, p.columnDeclaration)) },
        ],
        ERR_MSG: 'a column such as `port: u16`',
      });
    };
    p.consume(0, T.LeftParenthesis);
    member(0);
    p.many(0, () => {
      p.consume(0, T.Comma);
      member(1);
    });
    p.consume(0, T.RightParenthesis);
    return { columns, keys };
  });

  p.RULE('tableKey', (): TableKey => {
    const { startOffset } = p.consume(0, T.Keyword.key);
    p.consume(0, T.LeftParenthesis);
    const columns = [p.subrule(0, p.columnName)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      columns.push(p.subrule(1, p.columnName));
    });
    p.consume(0, T.RightParenthesis);
    return { kind: 'table-key', columns, span: p.spanFrom(startOffset) };
  });

  p.RULE('columnDeclaration', (): ColumnDeclaration => {
    const start = p.here();
    const name = p.subrule(0, p.columnName);
    p.consume(0, T.Colon);
    const type = p.word(0, COLUMN_TYPES, 'type of a column');
    const members = p.option(0, { GATE: () => type === 'enum', DEF: () => p.subrule(0, p.enumMembers) });
    p.ACTION(() => {
      if (type === 'enum' && members === undefined) p.expected('the values of the enum, as `enum(full, trial)`');
    });
    const flags = readFlags(p);
    const standard = p.option(1, () => {
      p.consume(0, T.Equals);
      return readCell(p, 0);
    });
    return {
      kind: 'column-declaration',
      name,
      type,
      ...(members && { members }),
      key: flags.has('key'),
      volatile: flags.has('volatile'),
      ...(standard && { default: standard }),
      span: p.spanFrom(start),
    };
  });

  p.RULE('enumMembers', (): Name[] => {
    p.consume(0, T.LeftParenthesis);
    const members = [p.subrule(0, p.columnName)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      members.push(p.subrule(1, p.columnName));
    });
    p.consume(0, T.RightParenthesis);
    return members;
  });
}

function readFlags(p: Grammar): Set<'key' | 'volatile'> {
  const flags = new Set<'key' | 'volatile'>();
  p.many(0, () => {
    p.or(
      0,
      (['key', 'volatile'] as const).map((flag) => ({
        ALT: () => {
          once(p, !flags.has(flag), p.consume(1, T.Keyword[flag]));
          flags.add(flag);
        },
      })),
    );
  });
  return flags;
}

function defineRows(p: Grammar): void {
  p.RULE('rows', (): ValueRow[] => {
    const rows: ValueRow[] = [];
    p.consume(0, T.LeftBrace);
    p.option(0, () => {
      rows.push(p.subrule(0, p.row));
      p.many(0, () => {
        p.consume(0, T.Comma);
        // A comma behind the last row is welcome.
        p.option(1, () => rows.push(p.subrule(1, p.row)));
      });
    });
    p.consume(0, T.RightBrace);
    return rows;
  });

  p.RULE('row', (): ValueRow => {
    const { startOffset } = p.consume(0, T.LeftParenthesis);
    const cells = [readCell(p, 0)];
    p.many(0, () => {
      p.consume(0, T.Comma);
      cells.push(readCell(p, 1));
    });
    p.consume(0, T.RightParenthesis);
    return { kind: 'row', cells, span: p.spanFrom(startOffset) };
  });
}

/** A cell: a text in quotes is a text, and a bare word one of an enum or a protocol. */
function readCell(p: Grammar, index: number): Value {
  p.textIsText = true;
  const value = p.subrule(index, p.cell);
  p.textIsText = false;
  return value;
}

export const cellSyntax: Syntax = (p) => {
  p.RULE('cell', (): Value =>
    p.or<Value>(0, {
      DEF: [{ ALT: () => p.subrule(0, p.set) }, { ALT: () => p.subrule(0, p.emptyCell) }],
      ERR_MSG: 'a cell',
    }),
  );

  // A keyword is a fine member of an enum, but nothing says so where it stands.
  p.RULE('emptyCell', (): Value => {
    const token = p.consume(0, T.Comma);
    return p.ACTION(() =>
      p.fail(PROBLEMS.unexpected, token, 'a cell is missing before this comma', 'an empty text is written `""`'),
    );
  });
};
