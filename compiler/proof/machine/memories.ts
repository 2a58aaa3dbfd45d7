/**
 * Memories: sets that packets write, and that other packets, or other programs, have written before. Whether a key is in one is
 * an unknown, equal for equal questions; what a packet does to one is an event of the memory. A packet that looks into a memory
 * behind what it has written there itself would have to be told from others: such a part is not compared.
 */
import { everyRule } from '../../4-program/every-rule.ts';
import type { ProgramRule, Stage } from '../../4-program/program.ts';
import type { Effect, Memory, MemoryKeyField } from '../../model/index.ts';
import { ALL, type Diagram } from '../diagrams.ts';
import type { Machine } from './form.ts';
import { MEMORY } from './meaning.ts';
import { NotCompared } from './not-compared.ts';
import { lettersOf, lettersOfSet } from './plane-names.ts';
import type { StagePackets } from './stage-packets.ts';

type MemoryEffect = Extract<Effect, { kind: 'remember' | 'forget' }>;

/** Which sets of a text are which memories of the policy. */
export class Memories {
  readonly #wanted = new Set<Memory>();
  readonly #sets: Machine['sets'];

  constructor(stages: readonly Stage[], { sets }: Machine) {
    this.#sets = sets;
    for (const rule of everyRule(stages.flatMap(({ implied, items }) => [...implied, ...items]))) {
      for (const memory of memoriesOf(rule)) this.#wanted.add(memory);
    }
  }

  /** The memory that a set is, by its name and by what it is. Throws NotCompared. */
  ofSet(name: string): Memory {
    const { size, timeout, key } = this.#sets.get(name)!;
    const letters = lettersOfSet(name);
    const found = [...this.#wanted].filter(
      (memory) =>
        lettersOf(memory.name) === letters &&
        memory.bounds.keys === size &&
        memory.timeout === timeout &&
        memory.columns.length === key.length,
    );
    if (found.length !== 1) throw new NotCompared('a set that packets change');
    return found[0]!;
  }
}

/** The packets whose key is in the memory. */
export function isRemembered({ name }: Memory, key: string, packets: StagePackets): Diagram {
  return packets.tests.free(`${key} in memory ${name}`);
}

/** The packets that have all fields of a key. */
export function haveKey(key: readonly MemoryKeyField[], { tests, diagrams }: StagePackets): Diagram {
  return key.reduce((all, field) => diagrams.when(tests.present(field), all), ALL);
}

export function keyOfFields(key: readonly MemoryKeyField[]): string {
  return key.map((field) => (field === 'protocol' ? field : `${field}/real`)).join(', ');
}

/** What happens to the memory: undefined for the time is its own. */
export function memoryEvent(
  kind: MemoryEffect['kind'],
  memory: Memory,
  key: string,
  duration: number | undefined,
): { readonly thing: string; readonly what: string } {
  const time = duration ?? memory.timeout;
  const what =
    kind === 'forget' ? `forgets ${key}` : `remembers ${key} ${time === undefined ? 'for ever' : `for ${time} ms`}`;
  return { thing: `${MEMORY}${memory.name}`, what };
}

/** Whether one of the rule's clauses asks for a key in a memory. */
export function looksIntoMemory(rule: ProgramRule): boolean {
  return memoriesLookedInto(rule).length > 0;
}

/** The memories that the rule looks into, and those that it writes. */
function memoriesOf(rule: ProgramRule): Memory[] {
  const written = rule.effects.flatMap(({ effect }) => ('memory' in effect ? [effect.memory] : []));
  return [...memoriesLookedInto(rule), ...written];
}

function memoriesLookedInto({ atoms, effects }: ProgramRule): Memory[] {
  const all = [...atoms, ...effects.flatMap(({ when }) => when.flat())];
  return all.flatMap(({ test }) => (test.kind === 'memory' ? [test.memory] : []));
}
