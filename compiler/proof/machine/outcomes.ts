/** What rules decide and do, in words that are the same for rules of a policy and for rules that were read back. */
import type { Family } from '../../4-program/program.ts';
import type { AddressTarget, Cell, Effect, PortTarget, RejectReason, Translation } from '../../model/index.ts';
import { columnOf, type Column } from '../../model/table.ts';
import { readBigint } from '../../net/words.ts';
import { formatIpv4, formatIpv6 } from '../../net/address.ts';
import { keyOfFields, memoryEvent } from './memories.ts';
import { COUNTS, markEvent } from './events.ts';
import { OF_ROWS } from './meaning.ts';
import { NotCompared } from './not-compared.ts';
import type { Rows } from './atoms.ts';

/** Texts in the kernel are cut off some way behind this. */
const LONGEST_TEXT = 100;

export const ACCEPT = 'accept';
export const DROP = 'drop';
export const TCP_RESET = 'reject with a reset';
/** The packet's priority, a number that says which class it queues in. */
export const PRIORITY = 'priority';

/** What words of the plane's own do. */
export const WORDS = 'words';

/** Whether no packet is left behind the decision. */
export function refuses(decision: string): boolean {
  return decision === DROP || decision.startsWith('reject ');
}

export function unreachable(family: Family, code: number): string {
  return `reject with code ${code} of IPv${family}`;
}

/** Codes of "unreachable": type 3 of RFC 792 and RFC 1812, type 1 of RFC 4443. */
const CODES: { readonly [Reason in Exclude<RejectReason, 'tcp-reset'>]: { readonly [F in Family]: number } } = {
  'port-unreachable': { 4: 3, 6: 4 },
  'host-unreachable': { 4: 1, 6: 3 },
  'net-unreachable': { 4: 0, 6: 0 },
  'protocol-unreachable': { 4: 2, 6: 4 },
  'admin-prohibited': { 4: 13, 6: 1 },
  'net-prohibited': { 4: 9, 6: 1 },
  'host-prohibited': { 4: 10, 6: 1 },
};

export function refusal(reason: Exclude<RejectReason, 'tcp-reset'>, family: Family): string {
  return unreachable(family, CODES[reason][family]);
}

/** `snat to 10.0.0.1-10.0.0.1 port same`, in numbers. */
export function translationText(
  verb: Translation['kind'],
  addresses: string,
  ports: string,
  flags: { readonly random: boolean; readonly persistent: boolean },
): string {
  return `${verb} to ${addresses} port ${ports}${flags.random ? ' random' : ''}${flags.persistent ? ' persistent' : ''}`;
}

export const SAME = 'same';

/** A thing, and what happens to it. */
export interface Event {
  readonly thing: string;
  readonly what: string;
}

/** What an effect of the policy does to which things; `rule` tells the rule from others. */
export function eventsOf(effect: Effect, rule: string, ofFlow: boolean, rows: Rows): readonly Event[] {
  // What would have a value that the row has not is not done.
  if (cellsOf(effect).some((cell) => isEmpty(cell, rows))) return [];
  switch (effect.kind) {
    case 'log':
      return [{ thing: 'log', what: logText(effect.prefix, effect.level, effect.group) }];
    case 'count': {
      const { counter } = effect;
      if (counter.kind === 'per row') {
        return [rowCount(`${rule} ${counter.direction ?? ''}`, cellText(counter.cell, rows))];
      }
      return [{ thing: `counter ${[counter.name, counter.direction].filter(Boolean).join('_')}`, what: 'counts' }];
    }
    case 'mark set': {
      const value = typeof effect.value === 'number' ? effect.value : Number(cellText(effect.value, rows));
      const what = markEvent(~effect.mask, value & effect.mask);
      return [{ thing: 'mark', what }, ...(ofFlow ? [{ thing: 'flow mark', what }] : [])];
    }
    case 'dscp set':
      return [
        { thing: 'dscp', what: typeof effect.value === 'number' ? `${effect.value}` : cellText(effect.value, rows) },
      ];
    case 'notrack':
      return [{ thing: 'tracking', what: 'none' }];
    case 'remember':
    case 'forget':
      return [memoryEvent(effect.kind, effect.memory, keyOfFields(effect.key), effect.duration)];
    case 'opaque':
      return [{ thing: WORDS, what: effect.text.trim() }];
    default:
      throw new NotCompared(`an effect of \`${effect.kind}\``);
  }
}

export function logText(prefix: string, level: string | undefined, group: number | undefined): string {
  const said = prefix.trimEnd().replace(/["\\\p{Cc}]/gu, '_');
  if (said.length > LONGEST_TEXT) throw new NotCompared('a long text in a log');
  return `"${said}" ${group === undefined ? `level ${level}` : `group ${group}`}`;
}

/** `counter`: whatever tells the counters of one rule, or of one set, from those of others. */
export function rowCount(counter: string, text: string): Event {
  return { thing: `${OF_ROWS}${counter}`, what: `${COUNTS}${counterText(text)}` };
}

/** The name of a row's counter, as a plane has it. */
export function counterText(text: string): string {
  if (text.length > LONGEST_TEXT) throw new NotCompared('a long name of a counter');
  return text.replace(/["\\\p{Cc}]/gu, '_');
}

/** A mark that becomes what the text says, a number or what stands for one. */
export function markTo(text: string): string {
  return `mark & 0 | ${text}`;
}

function cellsOf(effect: Effect): readonly Cell[] {
  if (effect.kind === 'count') return effect.counter.kind === 'per row' ? [effect.counter.cell] : [];
  return 'value' in effect && typeof effect.value !== 'number' ? [effect.value] : [];
}

function isEmpty({ row: variable, column }: Cell, rows: Rows): boolean {
  const row = rows.get(variable);
  return row !== undefined && columnOf(variable.table, column)?.present?.[row] === 0;
}

/** A cell as a person would write it. Throws NotCompared. */
export function cellText({ row: variable, column }: Cell, rows: Rows): string {
  const row = rows.get(variable);
  if (row === undefined) throw new NotCompared('a cell of a row that is not at hand');
  return textOf(columnOf(variable.table, column)!, row);
}

/** The names of counters that rows have in a column. */
export function counterTexts(column: Column, rows: Uint32Array): string[] {
  return Array.from(rows, (row) => counterText(textOf(column, row)));
}

function textOf({ data, type }: Column, row: number): string {
  switch (data.store) {
    case 'integer':
      return type.kind === 'enum' ? (type.members[data.values[row]!] ?? '') : String(data.values[row]);
    case 'text':
      return data.strings[data.indices[row]!] ?? '';
    case 'prefix4':
      return withLength(formatIpv4(data.addresses[row]!), data.lengths[row]!, 32);
    case 'prefix6':
      return withLength(formatIpv6(readBigint(data.words, row, 4)), data.lengths[row]!, 128);
    case 'prefix':
      return data.families[row] === 4
        ? withLength(formatIpv4(data.words[row * 4 + 3]!), data.lengths[row]!, 32)
        : withLength(formatIpv6(readBigint(data.words, row, 4)), data.lengths[row]!, 128);
    default:
      throw new NotCompared(`text of a column of \`${data.store}\``);
  }
}

function withLength(address: string, length: number, full: number): string {
  return length === full ? address : `${address}/${length}`;
}

/** A cell's address of the family, or its port, as an interval; undefined where the row has none. */
function cellInterval(
  { row: variable, column: name }: Cell,
  family: Family | undefined,
  rows: Rows,
): string | undefined {
  const { data, present } = columnOf(variable.table, name)!;
  const row = rows.get(variable);
  if (row === undefined) throw new NotCompared('a cell of a row that is not at hand');
  if (present !== undefined && present[row] === 0) return undefined;
  if (data.store === 'integer') return `${data.values[row]}-${data.values[row]}`;
  if (data.store === 'range') return `${data.low[row]}-${data.high[row]}`;
  if (!('lengths' in data) || family === undefined) {
    throw new NotCompared(`a translation to a column of \`${data.store}\``);
  }
  const own = data.store === 'prefix4' ? 4 : data.store === 'prefix6' ? 6 : data.families[row];
  if (own !== family) return undefined;
  const address = data.store === 'prefix4' ? BigInt(data.addresses[row]!) : readBigint(data.words, row, 4);
  const free = (1n << BigInt((family === 4 ? 32 : 128) - data.lengths[row]!)) - 1n;
  return `${address}-${address | free}`;
}

/** Undefined: the row has no address of the family. */
export function addressesText(target: AddressTarget | undefined, family: Family, rows: Rows): string | undefined {
  if (target === undefined) return undefined;
  if (target.kind === 'range') return `${target.low}-${target.high}`;
  if (target.kind === 'prefix') return networkText(prefixEnds(target.to, family).join('-'));
  return cellInterval(target, family, rows);
}

/** Where a whole network is translated to, each host to the one of its number; `ends` of the network. */
export function networkText(ends: string): string {
  return `${ends}, host by host`;
}

/** The first and the last address of a prefix. */
export function prefixEnds(
  { value, length }: { readonly value: bigint; readonly length: number },
  family: Family,
): [bigint, bigint] {
  const hosts = (1n << BigInt((family === 4 ? 32 : 128) - length)) - 1n;
  return [value & ~hosts, value | hosts];
}

/** Throws NotCompared. */
export function portsText(ports: PortTarget | undefined, rows: Rows): string {
  if (ports === undefined) return SAME;
  if (ports.kind === 'range') return `${ports.low}-${ports.high}`;
  const text = cellInterval(ports, undefined, rows);
  if (text === undefined) throw new NotCompared('a translation to a port that a row has not');
  return text;
}
