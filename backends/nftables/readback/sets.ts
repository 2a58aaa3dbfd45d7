/** Sets and maps: what their keys and data are, and elements gathered in columns. */
import type { Attachment, Column, Limit, MachineSet, Verdict } from '../../../compiler/proof/machine/form.ts';
import { ByteInterner } from '../../../compiler/1-load/tables/byte-interner.ts';
import { IndexColumn } from './columns.ts';
import { partOf } from './expressions.ts';
import { limitOf } from './limits.ts';
import { Misread } from './misread.ts';
import { Tokens } from './tokens.ts';
import { columnFor, type ValueColumn, type ValueType } from './values.ts';
import { verdictOf } from './verdicts.ts';

/** nft's names of types, where one stands for a kind of value. */
const TYPES: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ['ipv4_addr', { notation: 'ipv4', width: 32 }],
  ['ipv6_addr', { notation: 'ipv6', width: 128 }],
  ['inet_proto', { notation: 'protocol', width: 8 }],
  ['inet_service', { notation: 'number', width: 16 }],
  ['ether_addr', { notation: 'mac', width: 48 }],
  ['ifname', { notation: 'name', width: 0 }],
  ['mark', { notation: 'number', width: 32 }],
  ['dscp', { notation: 'number', width: 6 }],
  ['classid', { notation: 'class', width: 32 }],
]);

const NO_BYTES = new Uint8Array(0);

/** Data that are names of objects. */
const OBJECT: ValueType = { notation: 'name', width: 0 };

/** What a set is declared to be. */
export interface SetShape {
  readonly name: string | undefined;
  readonly key: readonly ValueType[];
  readonly data: readonly ValueType[];
  readonly hasVerdicts: boolean;
  /** Intervals may stand in keys, and in data. */
  readonly interval: boolean;
  readonly dataInterval: boolean;
  readonly dynamic: boolean;
  readonly timeout: number | undefined;
  readonly size: number | undefined;
  /** Every element counts. */
  readonly counted: boolean;
  readonly limit: Limit | undefined;
}

/** A shape while its lines are read. */
type Draft = { -readonly [Key in keyof SetShape]: SetShape[Key] };

export function emptyShape(name: string | undefined): Draft {
  return {
    name,
    key: [],
    data: [],
    hasVerdicts: false,
    interval: false,
    dataInterval: false,
    dynamic: false,
    timeout: undefined,
    size: undefined,
    counted: false,
    limit: undefined,
  };
}

/** `type ipv4_addr . inet_proto : verdict`, `typeof ip saddr . ip length` */
export function readType(tokens: Tokens, draft: Draft): void {
  const byExpression = tokens.next() === 'typeof';
  draft.key = typesOf(tokens, byExpression);
  if (!tokens.take(':')) return tokens.expectEnd();
  if (tokens.take('verdict')) draft.hasVerdicts = true;
  else if (tokens.take('limit')) draft.data = [OBJECT];
  else {
    draft.dataInterval = tokens.take('interval');
    draft.data = typesOf(tokens, byExpression);
  }
  tokens.expectEnd();
}

function typesOf(tokens: Tokens, byExpression: boolean): ValueType[] {
  const types: ValueType[] = [];
  do {
    const type = byExpression ? partOf(tokens)?.type : TYPES.get(tokens.next());
    if (!type) throw new Misread('a set of a type that is not known');
    types.push(type);
  } while (tokens.take('.'));
  return types;
}

/** Elements of one set, appended one by one: first all parts of the key, then the data or what is attached. */
export class SetBuilder {
  readonly shape: SetShape;
  readonly key: readonly ValueColumn[];
  readonly data: readonly ValueColumn[];
  readonly #tails = new ByteInterner();
  readonly #tailIndices = new IndexColumn();
  #lastTail: Uint8Array | undefined;
  #lastIndex = 0;
  #count = 0;
  #hasTails = false;

  constructor(shape: SetShape) {
    this.shape = shape;
    this.key = shape.key.map(columnFor);
    this.data = shape.data.map(columnFor);
  }

  /** What stands behind the key: a verdict, or what the element has of its own. Empty: nothing. */
  appendTail(bytes: Uint8Array, start: number, end: number): void {
    // Most sets have nothing there, and need no list of it.
    if (end === start && !this.#hasTails) return;
    if (!this.#hasTails) this.#beginTails();
    if (!this.#isLastTail(bytes, start, end)) {
      this.#lastTail = bytes.subarray(start, end);
      this.#lastIndex = this.#tails.intern(bytes, start, end);
    }
    this.#tailIndices.append(this.#lastIndex);
  }

  /** Neighbours often have the same behind their keys. */
  #isLastTail(bytes: Uint8Array, start: number, end: number): boolean {
    const last = this.#lastTail;
    if (last?.length !== end - start) return false;
    for (let at = 0; at < last.length; at++) if (last[at] !== bytes[start + at]) return false;
    return true;
  }

  /** Elements up to here have nothing behind their keys. */
  #beginTails(): void {
    this.#hasTails = true;
    const nothing = this.#count > 0 ? this.#tails.intern(NO_BYTES, 0, 0) : 0;
    for (let element = 0; element < this.#count; element++) this.#tailIndices.append(nothing);
  }

  /** The element is complete. */
  endElement(): void {
    this.#count += 1;
  }

  finish(): MachineSet {
    const { shape } = this;
    const key = this.key.map((column) => column.finish());
    const data = this.data.map((column) => column.finish());
    this.#checkIntervals(key, data);
    if (shape.size !== undefined && this.#count > shape.size) {
      throw new Misread(`${this.#count} elements in a set of at most ${shape.size}`);
    }
    if (!this.#hasTails && (shape.hasVerdicts || shape.counted || shape.limit !== undefined)) this.#beginTails();
    const texts = this.#hasTails ? this.#tails.strings() : [];
    const indices = this.#tailIndices.finish();
    const isAttached = !shape.hasVerdicts && this.#hasTails;
    return {
      name: shape.name,
      count: this.#count,
      key,
      data,
      verdicts: shape.hasVerdicts ? { indices, list: texts.map(verdictIn) } : undefined,
      attachments: isAttached ? { indices, list: texts.map((text) => attachmentIn(text, shape)) } : undefined,
      isDynamic: shape.dynamic,
      timeout: shape.timeout,
      size: shape.size,
    };
  }

  /** nft takes intervals only where they are announced. */
  #checkIntervals(key: readonly Column[], data: readonly Column[]): void {
    if (!this.shape.interval && key.some(hasIntervals)) throw new Misread('an interval in a set of single values');
    if (!this.shape.dataInterval && data.some(hasIntervals)) throw new Misread('an interval among single values');
  }
}

function hasIntervals(column: Column): boolean {
  if (column.kind === 'names') return column.names.some((name) => name.endsWith('*'));
  return column.highs !== column.lows;
}

function verdictIn(text: string): Verdict {
  const tokens = Tokens.of(text);
  const verdict = verdictOf(tokens);
  if (!verdict) throw new Misread(`\`${text}\` is no verdict`);
  tokens.expectEnd();
  return verdict;
}

/** `counter comment "7"`, `limit rate 3/day` */
function attachmentIn(text: string, shape: SetShape): Attachment {
  const tokens = Tokens.of(text);
  const counted = tokens.take('counter');
  const limit = tokens.take('limit') ? limitOf(tokens) : undefined;
  const comment = tokens.take('comment') ? tokens.quoted() : undefined;
  tokens.expectEnd();
  if (counted !== shape.counted || (limit !== undefined) !== (shape.limit !== undefined)) {
    throw new Misread('an element that has not what its set says');
  }
  return { counted, limit, comment };
}
