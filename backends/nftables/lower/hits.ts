/**
 * Memories of several hits. An element of nft is forgotten some time after it was added, and says nothing of how often that
 * was; so each hit of a key is an element of its own, in one slot of a ring. A new one goes into the slot behind the latest,
 * and the slot behind that is emptied: those that are young enough stand side by side, and the ring, which has one slot more
 * than there have to be hits, is full when one slot is empty. Keys whose ring is full are in a set of their own, the one that
 * rules ask. A key gets in there when it is remembered, and out before rules ask, once its hits are too old.
 */
import type { Family } from '../../../compiler/4-program/program.ts';
import type { Memory, MemoryKeyField } from '../../../compiler/model/index.ts';
import { identifier } from '../names.ts';
import type { NftRule } from '../tree.ts';
import type { Context } from './context.ts';
import { keyExpression } from './keys.ts';
import { CLEANED_EACH, memorySet, memoryTypes } from './memories.ts';

/** Elements of a set are numbered in 32 bits. */
const MOST_ELEMENTS = 2 ** 32 - 1;

/** A memory of several hits, as packets of a family come to it by some fields. */
export interface Ring {
  readonly context: Context;
  readonly memory: Memory;
  readonly family: Family | undefined;
  readonly key: readonly MemoryKeyField[];
}

/** The chain that puts a new hit of the packet's key into the ring. */
export function rememberingChain(ring: Ring): string {
  const { memory } = ring;
  const { hits, at, isAt, counting } = namesOf(ring);
  const slots = memory.hits + 1;
  const behind = (slot: number): number => (slot % slots) + 1;
  const rules: NftRule[] = [];
  for (let latest = 1; latest <= slots; latest++) {
    const next = behind(latest);
    const isLatest = [isAt(latest, '@'), isAt(next, '!= @')];
    const turn = [`update @${hits} { ${at(next)} }`, `delete @${hits} { ${at(behind(next))} }`];
    rules.push(frameRule(...isLatest, ...turn, `goto ${counting}`));
  }
  // Where the set takes no more, the rule that was right has come to nothing, and nothing may be written here.
  rules.push(frameRule(isAt(1, '!= @'), `update @${hits} { ${at(1)} }`, `goto ${counting}`));
  return chain(ring, 'remember', 'a new hit goes behind the latest, and the slot behind that is emptied', rules);
}

/** The chain that empties the ring of the packet's key. */
export function forgettingChain(ring: Ring): string {
  const { full, hits, key, at } = namesOf(ring);
  const rules = [frameRule(`delete @${full} { ${key} }`)];
  for (let slot = 1; slot <= ring.memory.hits + 1; slot++) rules.push(frameRule(`delete @${hits} { ${at(slot)} }`));
  return chain(ring, 'forget', 'all hits', rules);
}

/** What has to stand before rules that ask for the key: it is in the memory no longer than its hits are young enough. */
export function countedAgain(ring: Ring, present: readonly string[]): NftRule {
  const { full, key, counting } = namesOf(ring);
  const { memory } = ring;
  const statements = [...present, `${key} @${full}`, `jump ${counting}`];
  return { statements, origin: undefined, remark: `hits of ${memory.name} may be too old by now` };
}

/** The chain that counts the hits of the packet's key: no two neighbours in the ring are empty where there are enough. */
function countingChain(ring: Ring, { full, key, isAt }: Pick<Names, 'full' | 'key' | 'isAt'>): string {
  const slots = ring.memory.hits + 1;
  const rules: NftRule[] = [];
  for (let slot = 1; slot <= slots; slot++) {
    const twoEmpty = [isAt(slot, '!= @'), isAt((slot % slots) + 1, '!= @')];
    rules.push(frameRule(...twoEmpty, `delete @${full} { ${key} }`, 'return'));
  }
  rules.push(frameRule(`update @${full} { ${key} }`));
  return chain(ring, 'count', `${ring.memory.hits} hits, or fewer`, rules);
}

interface Names {
  /** The set of keys with as many hits as there have to be. */
  readonly full: string;
  /** The set of slots. */
  readonly hits: string;
  readonly key: string;
  /** The key with a slot, as an element. */
  readonly at: (slot: number) => string;
  /** The match of a slot of the key. */
  readonly isAt: (slot: number, operator: '@' | '!= @') => string;
  readonly counting: string;
}

function namesOf(ring: Ring): Names {
  const { context, memory, family } = ring;
  const full = memorySet(context, memory, family);
  const hits = hitsSet(ring, full);
  const key = ring.key.map((field) => keyExpression(field, family)).join(' . ');
  const at = (slot: number): string => `${key} . ${slot}`;
  // nft takes no plain number among the fields of a match: of a mark's bits, none are looked at and some are set.
  const isAt = (slot: number, operator: string): string => `${key} . meta mark & 0 | ${slot} ${operator}${hits}`;
  return { full, hits, key, at, isAt, counting: countingChain(ring, { full, key, isAt }) };
}

function hitsSet({ context, memory, family }: Ring, full: string): string {
  return context.set(`hits of ${full}`, `${full}_hits`, (name) => ({
    kind: 'set',
    name,
    // nft has no type for a number that is no field: a mark is one of 32 bits.
    key: [...memoryTypes(memory, family), 'mark'],
    data: [],
    flags: ['dynamic', 'timeout'],
    size: Math.min(memory.bounds.keys * (memory.hits + 1), MOST_ELEMENTS),
    timeout: memory.timeout,
    cleanedEach: CLEANED_EACH,
    counter: false,
    elements: undefined,
    description: `hits of memory ${memory.name}, each in a slot of its key's ring of ${memory.hits + 1}`,
  }));
}

function chain(
  { context, memory, family, key }: Ring,
  verb: 'remember' | 'forget' | 'count',
  what: string,
  rules: readonly NftRule[],
): string {
  const fields = key.join(' ');
  const wanted = identifier(`${verb} ${fields} in ${memorySet(context, memory, family)}`);
  return context.sharedChain(wanted, `memory ${memory.name}, by ${key.join(', ')}: ${what}`, rules);
}

function frameRule(...statements: string[]): NftRule {
  return { statements, origin: undefined };
}
