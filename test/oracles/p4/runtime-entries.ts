/** Tables' entries as a controller has them written by P4Runtime, with the numbers that the p4info of the program tells. */
import { fitting, ranked, shorterBy, type Entries, type Entry, type KeyEntry } from './entries.ts';
import type { Block, P4Program, Table } from './syntax.ts';
import { typeOfPath } from './types.ts';

/** What the tables hold after the batch. Throws where a server would refuse an entry. */
export function entriesOfRuntime(program: P4Program, control: string, batch: string, info: string): Entries {
  const block = program.blocks.get(control)!;
  const entries = new Map([...block.tables.keys()].map((name): [string, Entry[]] => [name, []]));
  const [tables, actions] = [namesIn(info, 'tables'), namesIn(info, 'actions')];
  for (const [, body] of batch.matchAll(/^ {4}table_entry \{\n((?: {6}.*\n)+) {4}\}$/gm)) {
    const name = tables.get(numberIn(body!, 'table_id'))!;
    const table = block.tables.get(name)!;
    const action = actions.get(numberIn(body!, 'action_id'))!;
    if (!table.actions.includes(action)) throw new Error(`no action ${action} of ${name}`);
    entries.get(name)!.push(entryOf(program, block, table, { body: body!, action }));
    if (entries.get(name)!.length > table.size) throw new Error(`${name} has no room for more than ${table.size}`);
  }
  return ranked(block, entries);
}

/** By number, without the control that they stand in. */
function namesIn(info: string, kind: 'tables' | 'actions'): ReadonlyMap<number, string> {
  const found = info.matchAll(
    new RegExp(`^${kind} \\{\\n {2}preamble \\{\\n {4}id: (\\d+)\\n {4}name: "(?:\\w+\\.)?(\\w+)"`, 'gm'),
  );
  return new Map([...found].map(([, id, name]) => [Number(id), name!]));
}

function numberIn(body: string, field: string): number {
  return Number(new RegExp(`\\b${field}: (\\d+)`).exec(body)![1]);
}

function entryOf(
  program: P4Program,
  block: Block,
  table: Table,
  { body, action }: { readonly body: string; readonly action: string },
): Entry {
  const fields = new Map(
    [...body.matchAll(/match \{ field_id: (\d+) (\w+) \{ (.*?) \} \}/g)].map(([, id, kind, text]) => [
      Number(id),
      [kind!, text!] as const,
    ]),
  );
  const widths = table.keys.map(({ path, width }) => width ?? Number(typeOfPath(program, block.parameters, path)));
  const keys = table.keys.map(({ match }, at): KeyEntry => {
    const [kind, text] = fields.get(at + 1) ?? [];
    if (text === undefined && match === 'exact') throw new Error('an exact key is left out');
    if (text === undefined) return { value: 0n, mask: 0n };
    if (kind !== match) throw new Error(`${kind} of a key that is ${match}`);
    return keyOf(text, match, widths[at]!);
  });
  const isTernary = table.keys.some(({ match }) => match === 'ternary');
  const priority = isTernary ? -numberIn(body, 'priority') : shorterBy(keys, widths);
  if (isTernary && priority >= 0) throw new Error('priorities begin with 1');
  const given = [...body.matchAll(/params \{ param_id: \d+ value: "([^"]*)" \}/g)].map(([, text]) => bytes(text!));
  const { parameters } = block.actions.get(action)!;
  if (given.length !== parameters.length) throw new Error(`${action} takes ${parameters.length} values`);
  return { keys, priority, action, given: given.map((value, at) => fitting(value, Number(parameters[at]!.type))) };
}

function keyOf(text: string, match: string, width: number): KeyEntry {
  const all = (1n << BigInt(width)) - 1n;
  const value = fitting(bytes(/value: "([^"]*)"/.exec(text)![1]!), width);
  const length = /prefix_len: (\d+)/.exec(text)?.[1];
  const mask =
    match === 'exact'
      ? all
      : match === 'ternary'
        ? fitting(bytes(/mask: "([^"]*)"/.exec(text)![1]!), width)
        : all & ~((1n << BigInt(width - Number(length))) - 1n);
  if (mask === 0n) throw new Error(`${text}: what matches all is left out`);
  if ((value & ~mask) !== 0n) throw new Error(`${text}: bits outside the mask`);
  return { value, mask };
}

/** `\x0a\x01`: the shortest that hold the number. */
function bytes(text: string): bigint {
  const hex = text.replaceAll('\\x', '');
  if (hex.length > 2 && hex.startsWith('00')) throw new Error(`${text} begins with a byte too many`);
  return BigInt(`0x${hex}`);
}
