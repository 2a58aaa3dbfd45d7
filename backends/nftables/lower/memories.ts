/** Memories as dynamic sets. */
import { isForgotten } from '../../../compiler/4-program/every-rule.ts';
import type { Family } from '../../../compiler/4-program/program.ts';
import type { Memory } from '../../../compiler/model/index.ts';
import { identifier } from '../names.ts';
import type { Context } from './context.ts';
import { keyType } from './keys.ts';

/**
 * What a packet deletes stays in a set as dead until the kernel cleans it, by default once a second, and the kernel refuses a key of
 * which 16 are there (lib/rhashtable.c: RHT_ELASTICITY): so a host that is forgotten and remembered 16 times between would not be
 * remembered again. Milliseconds: how often sets are cleaned from which packets delete.
 */
export const CLEANED_EACH = 100;

/** The set of a memory, declared once somebody reads or writes it; one for each family where it holds addresses of both. */
export function memorySet(context: Context, memory: Memory, family: Family | undefined): string {
  const both = memory.columns.some(({ type }) => 'family' in type && type.family === 'both');
  const wanted = identifier(both ? `${memory.name}_${family === 6 ? 'ipv6' : 'ipv4'}` : memory.name);
  return context.set(`memory ${both ? family : ''} ${memory.name}`, wanted, (name) => ({
    kind: 'set',
    name,
    key: memoryTypes(memory, family),
    data: [],
    flags: ['dynamic', 'timeout'],
    size: memory.bounds.keys,
    timeout: memory.timeout,
    cleanedEach: memory.hits > 1 || isForgotten(memory, context.program) ? CLEANED_EACH : undefined,
    counter: false,
    elements: undefined,
    description:
      memory.hits === 1
        ? `memory ${memory.name}; other programs may add to it`
        : `memory ${memory.name}: keys with ${memory.hits} hits`,
  }));
}

/** nft's types of the parts of a key. */
export function memoryTypes(memory: Memory, family: Family | undefined): string[] {
  return memory.columns.map((column) => memoryType(column, family));
}

function memoryType({ type }: Memory['columns'][number], family: Family | undefined): string {
  if (type.kind === 'address' || type.kind === 'prefix') {
    return keyType('source', type.family === 'both' ? family : type.family);
  }
  if (type.kind === 'protocol') return 'inet_proto';
  return type.kind === 'mac' ? 'ether_addr' : 'inet_service';
}
