/** Tables' entries as simple_switch_CLI or DPDK's pipeline is given them, checked against the program's keys and actions. */
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
  return ranked(block, entries);
}

/** In the order in which they are asked. Throws where two are of one rank, or of one key, by which DPDK's pipeline alone knows them. */
export function ranked(block: Block, entries: Map<string, Entry[]>): Entries {
  for (const [name, all] of entries) {
    const isTernary = block.tables.get(name)!.keys.some(({ match }) => match === 'ternary');
    const keys = new Set(all.map((one) => one.keys.map((key) => `${key.value}/${key.mask}`).join()));
    if (keys.size < all.length) throw new Error(`${name}: two entries of one key`);
    if (isTernary && hasEqualRanks(all)) throw new Error(`${name}: two entries of one rank`);
    all.sort((a, b) => a.priority - b.priority);
  }
  return entries;
}

/** Of two entries that one packet might meet. */
function hasEqualRanks(all: readonly Entry[]): boolean {
  const byRank = new Map<number, Entry[]>();
  for (const entry of all) {
    const same = byRank.get(entry.priority) ?? [];
    if (same.some((other) => haveCommon(entry, other))) return true;
    byRank.set(entry.priority, [...same, entry]);
  }
  return false;
}

function haveCommon(one: Entry, other: Entry): boolean {
  return one.keys.every(({ value, mask }, at) => {
    const of = other.keys[at]!;
    return ((value ^ of.value) & mask & of.mask) === 0n;
  });
}

/**
 * What the tables hold after the pipeline has read these lines of `entries.cli` and taken them by `commit`. `read` gives a table
 * file. Throws where the pipeline would refuse an entry.
 */
export function entriesOfTableFiles(
  program: P4Program,
  control: string,
  commands: readonly string[],
  read: (path: string) => string,
): Entries {
  const block = program.blocks.get(control)!;
  const entries = new Map([...block.tables.keys()].map((name): [string, Entry[]] => [name, []]));
  let waiting = new Map<string, Entry[]>();
  for (const command of commands.filter((line) => line !== '')) {
    if (command === 'pipeline sluice commit') {
      for (const [name, all] of waiting) entries.get(name)!.push(...all);
      waiting = new Map();
      continue;
    }
    const [, name, path] = /^pipeline sluice table (\w+) add (\S+)$/.exec(command) ?? [];
    const table = block.tables.get(name ?? '');
    if (!table) throw new Error(`no command ${command}`);
    const lines = read(path!)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    if (lines.length > table.size) throw new Error(`${name} has no room for more than ${table.size}`);
    waiting.set(
      name!,
      lines.map((line) => tableFileEntry(program, block, table, line)),
    );
  }
  return ranked(block, entries);
}

/** `match 0x1/0x1 0x0/0x0 priority 3 action drop_ipv4 rule 2`: all words in this order. */
function tableFileEntry(program: P4Program, block: Block, table: Table, line: string): Entry {
  const [match, ...rest] = line.split(' ');
  const fields = rest.splice(0, table.keys.length);
  if (match !== 'match') throw new Error(`no entry: ${line}`);
  const isTernary = table.keys.some(({ match: kind }) => kind === 'ternary');
  const widths = table.keys.map(({ path: key, width }) => width ?? Number(typeOfPath(program, block.parameters, key)));
  const keys = fields.map((field, at): KeyEntry => {
    const width = widths[at]!;
    // The pipeline holds numbers of whole bytes, and reads what is wider than 64 bits digit by digit.
    const isWhole = width <= 64 || field.split('/').every((part) => part.length === 2 + width / 4);
    if (!isWhole) throw new Error(`too few digits: ${line}`);
    if (table.keys[at]!.match === 'exact') return keyOf(field, 'exact', width);
    return keyOf(field.replace('/', '&&&'), 'ternary', width);
  });
  const priority = isTernary ? Number(expectWord(rest, 'priority')) : shorterBy(keys, widths);
  const action = expectWord(rest, 'action');
  if (!table.actions.includes(action)) throw new Error(`no action ${action}`);
  const given = block.actions
    .get(action)!
    .parameters.map(({ name, type }) => fitting(BigInt(expectWord(rest, name)), Number(type)));
  if (rest.length > 0) throw new Error(`behind the entry: ${line}`);
  return { keys, priority, action, given };
}

function expectWord(words: string[], name: string): string {
  const [found, value] = words.splice(0, 2);
  if (found !== name || value === undefined) throw new Error(`\`${name}\` is missing`);
  return value;
}

/** By how many bits the prefix is shorter than the field; none where all keys are exact. */
export function shorterBy(keys: readonly KeyEntry[], widths: readonly number[]): number {
  return keys.reduce((sum, { mask }, at) => {
    const bits = mask.toString(2).padStart(widths[at]!, '0');
    if (bits.includes('01')) throw new Error(`${bits} is the mask of no prefix`);
    return sum + (bits.length - bits.replaceAll('0', '').length);
  }, 0);
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

export function fitting(value: bigint, width: number): bigint {
  if (value >> BigInt(width) !== 0n) throw new Error(`${value} does not fit into ${width} bits`);
  return value;
}
