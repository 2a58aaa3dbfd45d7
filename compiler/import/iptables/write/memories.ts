/** Memories as declarations. */
import type { Family } from '../dump/dump.ts';
import type { Memories, MemoryUse } from '../memories.ts';
import type { PolicyParts } from './policy-writer.ts';

export function memoryDeclarations(memories: Memories, families: readonly Family[]): PolicyParts['memories'] {
  const type = families.includes(4) ? (families.includes(6) ? 'ip' : 'ipv4') : 'ipv6';
  return memories.uses().flatMap((use) => {
    const timeout = use.seconds === undefined ? '' : ` timeout ${use.seconds}s`;
    return use.names.map((name, at) => {
      const text = at === 0 && use.names.length > 1 ? `## ${ringText(use)}\n` : '';
      return { name, declaration: `${text}memory ${name}(address: ${type})${timeout}` };
    });
  });
}

function ringText({ list, seconds, hits }: MemoryUse): string {
  const within = seconds === undefined ? '' : ` within ${seconds} seconds`;
  return `Who is in all but one of these was seen ${hits} times${within} (\`${list}\`).`;
}
