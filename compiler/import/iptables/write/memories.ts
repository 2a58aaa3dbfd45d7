/** Memories as declarations. */
import type { Family } from '../dump/dump.ts';
import type { Memories } from '../memories.ts';
import type { PolicyParts } from './policy-writer.ts';

export function memoryDeclarations(memories: Memories, families: readonly Family[]): PolicyParts['memories'] {
  const type = families.includes(4) ? (families.includes(6) ? 'ip' : 'ipv4') : 'ipv6';
  return memories.uses().map(({ name, seconds, hits }) => {
    const timeout = seconds === undefined ? '' : ` timeout ${seconds}s`;
    return { name, declaration: `memory ${name}(address: ${type})${timeout}${hits === 1 ? '' : ` hits ${hits}`}` };
  });
}
