/** Built-in chains that no block of a policy stands for: the table `security`, and `INPUT` of `nat`. */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { Span } from '../../../../grammar/source.ts';
import type { DumpTable } from '../dump/dump.ts';
import { PROBLEMS } from '../problems.ts';
import { TABLE_MEANINGS } from './table-meaning.ts';
import type { Rules } from './uses.ts';

/** An error for the first rule of each such chain that does something, by itself or in a chain that it jumps to. */
export function chainsWithoutBlock(table: DumpTable, rules: Rules): Diagnostic[] {
  const { blocks } = TABLE_MEANINGS[table.name];
  return table.chains.flatMap(({ name, policy }) => {
    if (policy === undefined || Object.hasOwn(blocks, name)) return [];
    const first = firstEffect(name, rules, new Set());
    if (!first) return [];
    const message = `a policy has no block for the chain \`${name}\` of the table \`${table.name}\``;
    const hint = 'Take its rules out of a copy of the dump, and keep them in a table of your own.';
    return [diagnostic(PROBLEMS.nowhere, first, message, { hint })];
  });
}

function firstEffect(chain: string, rules: Rules, seen: Set<string>): Span | undefined {
  if (seen.has(chain)) return undefined;
  seen.add(chain);
  for (const { outcome, effects, span } of rules.get(chain) ?? []) {
    if (outcome.kind === 'jump' || outcome.kind === 'goto') {
      const inner = firstEffect(outcome.chain, rules, seen);
      if (inner) return inner;
    } else if (effects.length > 0 || !['none', 'accept', 'return'].includes(outcome.kind)) return span;
  }
  return undefined;
}
