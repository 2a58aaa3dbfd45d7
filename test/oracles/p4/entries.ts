/** Tables' entries as simple_switch_CLI is given them, checked against the program's keys and actions. */
import { parseIpv4, parseIpv6 } from '../../../compiler/net/address.ts';
import type { Block, P4Program, Table } from './syntax.ts';
import { typeOfPath } from './types.ts';

export interface KeyEntry {
  readonly value: bigint;
  readonly mask: bigint;
}

export interface Entry {
  readonly keys: readonly KeyEntry[];
  /** The lower goes first; of a longest prefix, by how many bits it is shorter than the field. */
  readonly priority: number;
  readonly action: string;
  readonly given: readonly bigint[];
}

export type Entries = ReadonlyMap<string, readonly Entry[]>;

/** What the tables hold after these commands. Throws where the switch would refuse one, or a table has no room. */
export function entriesOf(program: P4Program, control: string, commands: string): Entries {
  const block = program.blocks.get(control)!;
  const entries = new Map([...block.tables.keys()].map((name): [string, Entry[]] => [name, []]));
  for (const line of commands.split('\n').filter((one) => one !== '')) {
    const [command, path, ...words] = line.split(' ');
    const name = path!.replace(`${control}.`, '');
    const table = block.tables.get(name);
    if (!table) throw new Error(`no table ${path}`);
    if (command === 'table_clear') {
      entries.set(name, []);
    } else if (command === 'table_add') {
      const entry = entryOf(program, block, table, words);
      const all = entries.get(name)!;
      all.push(entry);
      if (all.length > table.size) throw new Error(`${name} has no room for more than ${table.size}`);
    } else {
      throw new Error(`no command ${command}`);
    }
  }
  for (const [name, all] of entries) {
    const isTernary = block.tables.get(name)!.keys.some(({ match }) => match === 'ternary');
    const different = new Set(
      all.map(({ priority, keys }) => (isTernary ? priority : keys.map((key) => `${key.value}/${key.mask}`).join())),
    );
    if (different.size < all.length) throw new Error(`${name}: two entries of one rank`);
    all.sort((a, b) => a.priority - b.priority);
  }
  return entries;
}

function entryOf(program: P4Program, block: Block, table: Table, [path, ...words]: readonly string[]): Entry {
  const action = path!.split('.')[1]!;
  if (!table.actions.includes(action)) throw new Error(`no action ${path}`);
  const arrow = words.indexOf('=>');
  const given = words.slice(arrow + 1).filter((word) => word !== '');
  const isTernary = table.keys.some(({ match }) => match === 'ternary');
  const priority = isTernary ? Number(given.pop()) : 0;
  const fields = words.slice(0, arrow);
  if (fields.length !== table.keys.length) {
    throw new Error(`${fields.length} fields where ${table.keys.length} are wanted`);
  }
  const widths = table.keys.map(({ path: key, width }) => width ?? Number(typeOfPath(program, block.parameters, key)));
  const keys = fields.map((field, at) => keyOf(field, table.keys[at]!.match, widths[at]!));
  const { parameters } = block.actions.get(action)!;
  if (given.length !== parameters.length) throw new Error(`${path} takes ${parameters.length} values`);
  const longest = table.keys.findIndex(({ match }) => match === 'lpm');
  const free = longest < 0 ? 0 : Number(fields[longest]!.split('/')[1]);
  return {
    keys,
    priority: longest < 0 ? priority : widths[longest]! - free,
    action,
    given: given.map((value, at) => fitting(BigInt(value), Number(parameters[at]!.type))),
  };
}

function keyOf(text: string, match: string, width: number): KeyEntry {
  const all = (1n << BigInt(width)) - 1n;
  if (match === 'exact') return { value: fitting(BigInt(text), width), mask: all };
  if (match === 'ternary') {
    const [value, mask] = text.split('&&&').map((part) => fitting(BigInt(part), width));
    if ((value! & ~mask!) !== 0n) throw new Error(`${text}: bits outside the mask`);
    return { value: value!, mask: mask! };
  }
  const [address, length] = text.split('/');
  const mask = all & ~((1n << BigInt(width - Number(length))) - 1n);
  const value = fitting(numberOf(address!), width);
  if ((value & ~mask) !== 0n) throw new Error(`${text}: bits outside the prefix`);
  return { value, mask };
}

function numberOf(text: string): bigint {
  if (text.includes(':')) return parseIpv6(text)!;
  return text.includes('.') ? BigInt(parseIpv4(text)!) : BigInt(text);
}

function fitting(value: bigint, width: number): bigint {
  if (value >> BigInt(width) !== 0n) throw new Error(`${value} does not fit into ${width} bits`);
  return value;
}
