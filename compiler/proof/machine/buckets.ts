/** Limits and counts of connections, each with a bucket for each key: which of a text are which of the policy. */
import { everyRule } from '../../4-program/every-rule.ts';
import type { Family, ProgramRule, Stage } from '../../4-program/program.ts';
import type { Gate, KeyPart, Rate } from '../../model/condition.ts';
import type { Limit, Machine, Read, Statement } from './form.ts';
import { fieldOf } from './key-reads.ts';
import { NotCompared } from './not-compared.ts';
import { lettersOf, lettersOfSet } from './plane-names.ts';

export type KeyedGate = Extract<Gate, { kind: 'rate' | 'connections' }>;
type FollowedPart = KeyPart & { readonly field: Exclude<KeyPart['field'], 'in'> };

/** One that the proof follows: its buckets are those of fields of the packet, with one rate. */
export type FollowedGate = { readonly per: readonly FollowedPart[] } & (
  | (Omit<Extract<Gate, { kind: 'rate' }>, 'per' | 'rate'> & { readonly rate: Rate })
  | Omit<Extract<Gate, { kind: 'connections' }>, 'per'>
);

export type Update = Extract<Statement, { kind: 'update' }>;

/** Buckets of the policy. */
interface Wanted {
  readonly name: string;
  readonly limiter: string;
  /** What they are, whatever they are called. */
  readonly likeness: string;
}

export class Buckets {
  readonly #wanted = new Map<string, Wanted>();
  /** Names of those that several rules limit, and not alike. */
  readonly #unlike = new Set<string>();
  /** What objects and sets of the text do, by their names there. */
  readonly #likenesses: ReadonlyMap<string, string>;
  /** Their names in the policy. */
  readonly #names = new Map<string, string>();

  /** Some that are alike were paired in the order in which they stand, which need not be right: no name told them apart. */
  readonly areGuessed: boolean;

  constructor(stages: readonly Stage[], machine: Machine) {
    for (const rule of everyRule(stages.flatMap(({ implied, items }) => [...implied, ...items]))) this.#note(rule);
    this.#likenesses = new Map(likenessesOf(machine));
    const open = new Set(this.#wanted.values());
    // A name in the text is the end of one in the policy.
    this.#pair(open, ({ limiter }, name) => limiter.endsWith(lettersOfSet(name)));
    const left = [...open].map(({ likeness }) => likeness);
    const unnamed = [...this.#likenesses].filter(
      ([name, likeness]) => !this.#names.has(name) && left.includes(likeness),
    );
    this.areGuessed = new Set(left).size < left.length || unnamed.length > left.length;
    this.#pair(open, () => true);
  }

  /** What the gate's buckets are called, and the gate as one that is followed. Throws NotCompared. */
  ofGate(gate: KeyedGate, family: Family | undefined): { readonly name: string; readonly followed: FollowedGate } {
    if (!isFollowed(gate, family)) throw new NotCompared('a limit of rows or zones');
    const name = nameOf(gate, family);
    if (this.#unlike.has(name)) throw new NotCompared('a bucket that is limited in two ways');
    return { name, followed: gate };
  }

  /** What the buckets of a text's object are called. */
  ofObject(name: string): string {
    return this.#names.get(name) ?? `\`${name}\``;
  }

  /** What the buckets are called that are in a text's set. */
  ofSet(update: Update, { sets }: Machine): string {
    const isKnown = this.#likenesses.get(update.set) === likenessOfUpdate(update, sets.get(update.set)?.size);
    return isKnown ? this.ofObject(update.set) : `\`${update.set}\`, by another key or with another limit`;
  }

  /** What the buckets are called that are in a text's set by this key; undefined: none are. */
  withKey(set: string, key: readonly Read[]): string | undefined {
    const isOfKey = this.#likenesses.get(set)?.includes(keysText(key.flatMap(readText)));
    return isOfKey ? this.ofObject(set) : undefined;
  }

  #note(rule: ProgramRule): void {
    for (const gate of [...rule.gates, ...rule.effects.flatMap(({ gates }) => gates)]) {
      if (gate.kind === 'sample' || !isFollowed(gate, rule.family)) continue;
      const name = nameOf(gate, rule.family);
      const likeness = likenessOfGate(gate, rule.family);
      const known = this.#wanted.get(name);
      if (known && known.likeness !== likeness) this.#unlike.add(name);
      this.#wanted.set(name, { name, limiter: lettersOf(gate.limiter), likeness });
    }
  }

  #pair(open: Set<Wanted>, isIt: (one: Wanted, name: string) => boolean): void {
    for (const [name, likeness] of this.#likenesses) {
      if (this.#names.has(name)) continue;
      const [one] = [...open]
        .filter((wanted) => wanted.likeness === likeness && isIt(wanted, name))
        .toSorted((a, b) => a.limiter.length - b.limiter.length);
      if (!one) continue;
      open.delete(one);
      this.#names.set(name, one.name);
    }
  }
}

/** Each family has buckets of its own where addresses are in the key. */
function nameOf({ per, limiter }: KeyedGate, family: Family | undefined): string {
  return per.some(isAddress) ? `${limiter} of IPv${family ?? ''}` : limiter;
}

function isFollowed(gate: KeyedGate, family: Family | undefined): gate is FollowedGate {
  if (gate.rows.length > 0 || (gate.kind === 'rate' && 'kind' in gate.rate)) return false;
  return gate.per.every((part) => part.field !== 'in' && (family !== undefined || !isAddress(part)));
}

const isAddress = ({ field }: KeyPart): boolean => field === 'source' || field === 'destination';

function likenessOfGate(gate: FollowedGate, family: Family | undefined): string {
  const key = gate.per.map((part) =>
    keyText(`${part.field}${part.field.endsWith('port') || isAddress(part) ? '/real' : ''}`, family, part),
  );
  const size = key.length === 0 ? undefined : gate.bounds.keys;
  if (gate.kind === 'connections') return text(`${gate.sense} ${gate.count} connections`, key, gate.bounds.keys);
  const { rate, burst, sense } = gate;
  const amount = rate.of === 'bits' ? rate.amount / 8 : rate.amount;
  const of = rate.of === 'events' ? 'packets' : 'bytes';
  return text(`${sense} ${amount / rate.perSeconds} ${of} a second, ${burst} at once`, key, size);
}

function keyText(
  field: string,
  family: Family | undefined,
  { prefix4, prefix6 }: Pick<KeyPart, 'prefix4' | 'prefix6'>,
): string {
  if (!/^(source|destination)\/real$/.test(field)) return field;
  const [length, width] = family === 6 ? [prefix6, 128] : [prefix4, 32];
  const mask = ((1n << BigInt(length)) - 1n) << BigInt(width - length);
  return `${field} IPv${family ?? ''} & ${mask.toString(16)}`;
}

function text(what: string, key: readonly string[], size: number | undefined): string {
  return `${what}${keysText(key)}${size === undefined ? '' : ` ${size} keys`}`;
}

function keysText(key: readonly string[]): string {
  return ` per ${key.toSorted().join(', ')};`;
}

/** What the objects and sets of a text do that packets ask for tokens, by name. */
function* likenessesOf({ limits, sets, chains }: Machine): Generator<readonly [string, string]> {
  for (const [name, limit] of limits) yield [name, text(limitText(limit), [], undefined)];
  const seen = new Set<string>();
  for (const { rules } of chains.values()) {
    for (const statement of rules.flatMap(({ statements }) => statements)) {
      if (statement.kind !== 'update' || seen.has(statement.set)) continue;
      seen.add(statement.set);
      const likeness = likenessOfUpdate(statement, sets.get(statement.set)?.size);
      if (likeness !== undefined) yield [statement.set, likeness];
    }
  }
}

/** Undefined: nothing that a packet asks for tokens. */
function likenessOfUpdate({ verb, limit, connections, key }: Update, size: number | undefined): string | undefined {
  const fields = key.flatMap(readText);
  if (connections) return text(`${connections.over ? 'over' : 'up to'} ${connections.count} connections`, fields, size);
  return limit && verb === 'update' ? text(limitText(limit), fields, size) : undefined;
}

/** A part of a key, as text; nothing for one that is the same in every packet. */
function readText(read: Read): string[] {
  if (read.kind !== 'field') return [read.kind];
  if (read.mask === 0n) return [];
  const field = fieldOf(read);
  if (!field) return [read.field];
  if (field.family === undefined) return [read.mask === undefined ? field.field : `${field.field} & ${read.mask}`];
  const all = (1n << BigInt(field.width)) - 1n;
  return [`${field.field} IPv${field.family} & ${(read.mask ?? all).toString(16)}`];
}

/** Milliseconds after which a bucket that nobody asks is full. */
export function fullAfter({ amount, perSeconds, of, burst }: Limit): number {
  return (atOnce({ amount, of, burst }) * perSeconds * 1000) / amount;
}

function limitText(limit: Limit): string {
  const { over, amount, perSeconds, of } = limit;
  return `${over ? 'over' : 'up to'} ${amount / perSeconds} ${of} a second, ${atOnce(limit)} at once`;
}

/** Where nothing is said, five packets, and of bytes nothing besides those of a unit of time (nft(8), LIMIT STATEMENT). */
function atOnce({ amount, of, burst }: Pick<Limit, 'amount' | 'of' | 'burst'>): number {
  return of === 'packets' ? (burst ?? 5) : amount + (burst ?? 0);
}
