/** The things that rules write, each by a name: a diagram says for every packet what happened to it. */
import { everyRule } from '../4-program/every-rule.ts';
import type { Diagram } from './diagrams.ts';
import type { AtomTest, ProgramEffect, ProgramItem } from '../4-program/program.ts';

export type Registers = ReadonlyMap<string, Diagram>;

/** Fields that effects of rules change. */
export function isWrittenField(field: unknown): field is 'mark' | 'dscp' {
  return field === 'mark' || field === 'dscp';
}

/** The registers that a test's answer depends on, if anything was written to them. */
export function registersReadBy(test: AtomTest): readonly string[] {
  switch (test.kind) {
    case 'number':
    case 'masked':
      return isWrittenField(test.field) ? [test.field] : [];
    case 'memory':
      return [memoryRegister(test.memory.name)];
    case 'same field':
      return [...new Set([test.left, test.right].filter(isWrittenField))];
    default:
      return [];
  }
}

function memoryRegister(memory: string): string {
  return `memory ${memory}`;
}

/** The register that an effect writes; `text`: the effect's own, equal for equal effects. */
export function registerOf({ effect }: ProgramEffect, text: string): string {
  switch (effect.kind) {
    case 'mark set':
      return 'mark';
    case 'dscp set':
      return 'dscp';
    case 'remember':
    case 'forget':
      return memoryRegister(effect.memory.name);
    case 'count':
      return text;
    default:
      return effect.kind;
  }
}

/** The registers that rules write and tests read, among those that `items` write. */
export function writtenBy(items: readonly ProgramItem[]): ReadonlySet<string> {
  const registers = new Set<string>();
  for (const { effects } of everyRule(items)) {
    for (const effect of effects) registers.add(registerOf(effect, ''));
  }
  return registers;
}
