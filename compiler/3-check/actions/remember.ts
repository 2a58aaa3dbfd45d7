/** `remember source in banned [for 2h]`, `forget source in banned` */
import type { Effect as EffectSyntax } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import { lookUpKind } from '../../2-resolve/names.ts';
import type { MemoryKeyField } from '../../model/condition.ts';
import type { Effect } from '../../model/policy.ts';
import type { ColumnType } from '../../model/table.ts';
import type { RuleContext } from '../context.ts';
import { MEMORY_KEY } from '../problems.ts';

type Remember = Extract<EffectSyntax, { readonly kind: 'remember' | 'forget' }>;

/** The kind of column that holds each part of a packet. */
const KINDS: Readonly<Record<MemoryKeyField, ColumnType['kind']>> = {
  source: 'address',
  destination: 'address',
  'source port': 'port',
  'destination port': 'port',
  protocol: 'protocol',
};

export function checkRemember(effect: Remember, context: RuleContext): Effect | undefined {
  const memory = lookUpKind(effect.memory, 'memory', context)?.memory;
  if (!memory) return undefined;
  const { columns } = memory;
  const columnNames = columns.map((column) => column.name).join(', ');
  if (effect.key.length !== columns.length) {
    const message = `\`${memory.name}\` has ${columns.length} column${columns.length === 1 ? '' : 's'} (${columnNames}), and ${effect.key.length} part${effect.key.length === 1 ? '' : 's'} of the packet stand here`;
    report(context, MEMORY_KEY, effect.span, message, { labels: [{ span: memory.span, text: 'declared here' }] });
    return undefined;
  }
  for (const [at, column] of columns.entries()) {
    const field = effect.key[at];
    if (field && KINDS[field] !== column.type.kind) {
      report(
        context,
        MEMORY_KEY,
        effect.span,
        `the column \`${column.name}\` of \`${memory.name}\` cannot hold the ${field}`,
        {
          labels: [{ span: memory.span, text: 'declared here' }],
        },
      );
      return undefined;
    }
  }
  if (effect.duration && memory.hits > 1) {
    const message = `all hits of \`${memory.name}\` last equally long`;
    report(context, MEMORY_KEY, effect.span, message, {
      labels: [{ span: memory.span, text: 'declared here' }],
      hint: 'Leave `for` out, and say `timeout` in the declaration.',
    });
    return undefined;
  }
  return { kind: effect.kind, memory, key: effect.key, duration: effect.duration?.milliseconds };
}
