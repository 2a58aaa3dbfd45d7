/**
 * Memories of several hits, as chains of a text keep them: each hit of a key is an element of its own, in a slot of a ring of
 * one slot more than there have to be hits. Hits last equally long and each goes into the slot behind the one before, so those
 * that are left stand side by side. What a chain does is found by following it from every such state of the ring.
 */
import type { Memory } from '../../model/index.ts';
import type { Machine, MachineChain, MachineRule, MachineSet, Read, Statement } from './form.ts';
import { fieldOf } from './key-reads.ts';
import type { Memories } from './memories.ts';
import { runsOf, type RingState, type Step } from './ring-states.ts';

/** What a chain does to a memory: nothing of the kind, if it is something else in any state. */
export interface RingChain {
  readonly does: 'remember' | 'forget' | 'count' | 'something else';
  readonly memory: Memory;
  /** The set that rules ask. */
  readonly set: string;
  readonly key: readonly Read[];
}

/** Chains call each other two deep: what remembers goes on with what counts. */
const DEEPEST = 3;

export class Rings {
  readonly #machine: Machine;
  readonly #memories: Memories;
  readonly #known = new Map<string, RingChain | undefined>();

  constructor(machine: Machine, memories: Memories) {
    this.#machine = machine;
    this.#memories = memories;
  }

  /** What a chain does that keeps a ring; undefined: it keeps none. Throws NotCompared. */
  ofChain(name: string): RingChain | undefined {
    if (!this.#known.has(name)) this.#known.set(name, this.#read(name));
    return this.#known.get(name);
  }

  /** The count of hits that the rule leads to for keys that are in the memory; undefined: it does something else. */
  countedBy({ statements }: MachineRule): RingChain | undefined {
    const [asks, leads] = statements.slice(-2);
    if (asks?.kind !== 'match' || asks.negated || leads?.kind !== 'verdict' || leads.verdict.kind !== 'jump') {
      return undefined;
    }
    const ring = this.ofChain(leads.verdict.chain);
    return ring?.does === 'count' && asks.set === ring.set && isSameKey(asks.key, ring.key) ? ring : undefined;
  }

  #read(name: string): RingChain | undefined {
    const chain = this.#machine.chains.get(name);
    if (!chain || chain.entry || !chain.rules.some(({ statements }) => statements.some(namesSlot))) return undefined;
    const sets = new RingSets(this.#machine, chain);
    const full = sets.full ?? this.#fullOf(sets.slots);
    if (!full || !sets.slots) return undefined;
    const memory = this.#memories.ofSet(full.name!);
    const common = { memory, set: full.name!, key: sets.key };
    const steps = isRingOf(sets.slots, memory) ? sets.steps : undefined;
    return { ...common, does: steps ? whatIsDone(steps, memory.hits) : 'something else' };
  }

  /** The set that rules ask, of which another chain tells that it belongs to the slots. */
  #fullOf(slots: MachineSet | undefined): MachineSet | undefined {
    for (const chain of this.#machine.chains.values()) {
      const sets = new RingSets(this.#machine, chain);
      if (sets.full && sets.slots === slots) return sets.full;
    }
    return undefined;
  }
}

function namesSlot(statement: Statement): boolean {
  return 'key' in statement && statement.key.some((read) => read.kind === 'constant');
}

function isRingOf({ timeout, size }: MachineSet, { hits, bounds, timeout: lasts }: Memory): boolean {
  return hits > 1 && timeout === lasts && (size === undefined || size >= bounds.keys * hits);
}

/** The two sets of a ring, and what a chain and those behind it do to them; no steps where it does more than that. */
class RingSets {
  readonly #machine: Machine;
  full: MachineSet | undefined;
  slots: MachineSet | undefined;
  key: readonly Read[] = [];
  steps: readonly Step[][] | undefined;

  constructor(machine: Machine, chain: MachineChain) {
    this.#machine = machine;
    this.steps = this.#chain(chain, 0);
  }

  #chain({ rules }: MachineChain, depth: number): Step[][] | undefined {
    if (depth > DEEPEST) return undefined;
    return all(rules.map((rule) => all(rule.statements.map((one) => this.#step(one, depth)))?.flat()));
  }

  /** Undefined: what no chain of a ring does. */
  #step(statement: Statement, depth: number): Step[] | undefined {
    switch (statement.kind) {
      case 'match':
        return this.#match(statement);
      case 'update': {
        const { verb, set, key, timeout, limit, connections } = statement;
        const place = timeout === undefined && !limit && !connections ? this.#place(set, key) : undefined;
        if (place === undefined || verb === 'add') return undefined;
        return [{ kind: verb === 'delete' ? 'clear' : 'write', slot: place }];
      }
      case 'verdict': {
        const { verdict } = statement;
        if (verdict.kind === 'return') return [{ kind: 'return' }];
        const next = verdict.kind === 'goto' ? this.#machine.chains.get(verdict.chain) : undefined;
        const rules = next && this.#chain(next, depth + 1);
        return rules && [{ kind: 'goto', rules }];
      }
      default:
        return undefined;
    }
  }

  #match({ key, set, negated }: Extract<Statement, { kind: 'match' }>): Step[] | undefined {
    if (typeof set === 'string') {
      const place = this.#place(set, key);
      return place === undefined ? undefined : [{ kind: 'is', slot: place, negated }];
    }
    // nft asks for the family of an address before it reads one: whoever has no such key is told by the key itself.
    const [read, ...others] = key;
    return !negated && others.length === 0 && read?.kind === 'field' && read.field === 'family' ? [] : undefined;
  }

  /** A slot's number, or 0 for the set that rules ask; undefined: another set, or another key. */
  #place(name: string, key: readonly Read[]): number | undefined {
    const set = this.#machine.sets.get(name)!;
    const slot = key.at(-1);
    const isSlot = slot?.kind === 'constant';
    const own = isSlot ? key.slice(0, -1) : key;
    if (!set.isDynamic || own.some((read) => !fieldOf(read))) return undefined;
    if (this.key.length === 0) this.key = own;
    if (isSlot) this.slots ??= set;
    else this.full ??= set;
    if (set !== (isSlot ? this.slots : this.full) || !isSameKey(own, this.key)) return undefined;
    return isSlot ? slot.value : 0;
  }
}

function isSameKey(one: readonly Read[], other: readonly Read[]): boolean {
  const text = (key: readonly Read[]) =>
    JSON.stringify(key, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
  return text(one) === text(other);
}

/** What the steps do in every state of a ring for so many hits. */
function whatIsDone(steps: readonly Step[][], hits: number): RingChain['does'] {
  const kinds = new Set<RingChain['does']>(['count', 'remember', 'forget']);
  for (const { before, after } of runsOf(steps, hits)) {
    for (const kind of kinds) if (!isDone(kind, before, after, hits)) kinds.delete(kind);
    if (kinds.size === 0) break;
  }
  return [...kinds][0] ?? 'something else';
}

function isDone(kind: RingChain['does'], before: RingState, after: RingState, hits: number): boolean {
  const { first, count, room } = before;
  const isLike = (from: number, length: number): boolean =>
    after.slots.every((held, at) => held === (at + hits + 1 - from) % (hits + 1) < length);
  const isCounted = (length: number): boolean => after.full === (length === hits);
  switch (kind) {
    case 'forget':
      return isLike(0, 0) && !after.full && after.written.length === 0;
    case 'count':
      return isLike(first, count) && isCounted(count) && after.written.length === 0;
    case 'remember': {
      const [slot, ...others] = after.written;
      if (slot === undefined) return !room && isLike(first, count) && (after.full === before.full || isCounted(count));
      const length = Math.min(count + 1, hits);
      const isBehind = count === 0 || slot === (first + count) % (hits + 1);
      const from = (slot - length + 1 + hits + 1) % (hits + 1);
      return room && others.length === 0 && isBehind && isLike(from, length) && isCounted(length);
    }
    default:
      return false;
  }
}

function all<Value>(list: readonly (Value | undefined)[]): Value[] | undefined {
  const found = list.filter((value) => value !== undefined);
  return found.length === list.length ? found : undefined;
}
