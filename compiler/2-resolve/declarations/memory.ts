/** `memory banned(address: ip) timeout 1h keys 65536`, `memory knocking(address: ip) timeout 60s hits 4` */
import type { ColumnDeclaration, ColumnTypeName, Memory as MemorySyntax } from '../../../grammar/ast/index.ts';
import type { Memory } from '../../model/policy.ts';
import type { ColumnType } from '../../model/table.ts';
import { report, type ValueContext } from '../context.ts';
import { BAD_AMOUNT, MEMORY_COLUMN, NAME_TAKEN } from '../problems.ts';
import { wantInteger } from '../wanted/scalars.ts';

/** What packets can write into a memory. */
const TYPES: Readonly<Partial<Record<ColumnTypeName, ColumnType>>> = {
  ip: { kind: 'address', family: 'both' },
  ipv4: { kind: 'address', family: 4 },
  ipv6: { kind: 'address', family: 6 },
  port: { kind: 'port' },
  proto: { kind: 'protocol' },
};

/** Entries that a memory holds unless it says otherwise. */
const DEFAULT_KEYS = 65536;
const MAXIMUM_KEYS = 2 ** 24;
/** Each hit is an element of a set, and has a rule of its own. */
const MAXIMUM_HITS = 1000;

export function declareMemory(memory: MemorySyntax, context: ValueContext): Memory | undefined {
  const columns = memory.columns.map((column, at) => declareColumn(column, memory.columns.slice(0, at), context));
  const known = columns.filter((column) => column !== undefined);
  const { bounds, timeout } = memory;
  const use = { title: 'a number of keys', minimum: 1, maximum: MAXIMUM_KEYS };
  const keys = bounds.keys ? wantInteger(bounds.keys, use, context) : DEFAULT_KEYS;
  const hits = memory.hits
    ? wantInteger(memory.hits, { title: 'a number of hits', minimum: 1, maximum: MAXIMUM_HITS }, context)
    : 1;
  if (timeout && timeout.milliseconds <= 0) {
    report(context, BAD_AMOUNT, timeout.span, 'entries that are gone at once are never remembered');
    return undefined;
  }
  if (known.length < columns.length || known.length === 0 || keys === undefined || hits === undefined) {
    return undefined;
  }
  return {
    name: memory.name.text,
    columns: known,
    timeout: timeout?.milliseconds,
    hits,
    // A memory that is full forgets nothing: what does not fit is not remembered.
    bounds: { keys, whenFull: bounds.whenFull ?? 'miss', approximate: bounds.approximate },
    span: memory.name.span,
  };
}

function declareColumn(
  column: ColumnDeclaration,
  before: readonly ColumnDeclaration[],
  context: ValueContext,
): Memory['columns'][number] | undefined {
  const same = before.find((other) => other.name.text === column.name.text);
  if (same) {
    report(context, NAME_TAKEN, column.name.span, `there are two columns \`${column.name.text}\``, {
      labels: [{ span: same.span, text: 'first declared here' }],
    });
    return undefined;
  }
  const type = TYPES[column.type];
  if (type && !column.key && !column.volatile && column.default === undefined) return { name: column.name.text, type };
  const why = type
    ? 'a column of a memory has no `key`, default or `volatile`'
    : `no packet carries a value of type \`${column.type}\``;
  report(context, MEMORY_COLUMN, column.span, why, {
    hint: type ? 'Leave these words out.' : 'Use `ip`, `ipv4`, `ipv6`, `port` or `proto`.',
  });
  return undefined;
}
