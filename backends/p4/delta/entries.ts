/** Entries as `entries.txtpb` has them, read back. */
import { isDropAction, kindOfTable, type TableKind } from '../emit/names.ts';

export interface Entry {
  readonly of: TableKind;
  /** What tells it from all others, a line each: its table, what it matches, its priority. */
  readonly key: readonly string[];
  /** Of its action. */
  readonly action: string;
  readonly isDrop: boolean;
  /** Bits of the longest prefix that it asks for; 0 where it asks for none. */
  readonly length: number;
}

/** By their keys, in their order. */
export type Entries = ReadonlyMap<string, Entry>;

export type Verb = 'INSERT' | 'MODIFY' | 'DELETE';

const ENTRY = /^ {4}table_entry \{\n((?: {6}.*\n)+) {4}\}$/gm;

export function entriesIn(text: string): Entries {
  const entries = new Map<string, Entry>();
  for (const [, body = ''] of text.matchAll(ENTRY)) {
    const lines = body.trimEnd().split('\n');
    const action = lines.find((line) => line.startsWith('      action '))!;
    const key = lines.filter((line) => line !== action);
    const [, table] = /table_id: (\d+)/.exec(body)!;
    const of = kindOfTable(Number(table));
    const [, taken] = /action_id: (\d+)/.exec(action)!;
    entries.set(key.join('\n'), {
      of,
      key,
      action,
      isDrop: isDropAction(Number(taken)),
      length: of.kind === 'sets' ? lengthIn(body) : 0,
    });
  }
  return entries;
}

/** Without tables of longest prefixes, the priority is one more than the bits. */
function lengthIn(body: string): number {
  const priority = /priority: (\d+)/.exec(body)?.[1];
  return priority === undefined ? Number(/prefix_len: (\d+)/.exec(body)?.[1] ?? 0) : Number(priority) - 1;
}

/** An update of `p4.v1.WriteRequest`. To take an entry away, its action need not be said. */
export function updateText(verb: Verb, { key, action }: Entry): string {
  const isWhole = verb !== 'DELETE';
  // The action stands where `entries.txtpb` has it: before the priority.
  const lines = key.flatMap((line) => (isWhole && line.startsWith('      priority') ? [action, line] : [line]));
  const said = isWhole && !lines.includes(action) ? [...lines, action] : lines;
  return ['updates {', `  type: ${verb}`, '  entity {', '    table_entry {', ...said, '    }', '  }', '}'].join('\n');
}
