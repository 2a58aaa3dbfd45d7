/** Parts of the language that are understood but that no plane carries out yet. */
import type { Unsupported } from '../../model/policy.ts';
import type { Gathered } from '../blocks/gathered.ts';
import { headOf } from '../blocks/order.ts';

export function unsupportedParts(statements: Gathered): readonly Unsupported[] {
  const parts: Unsupported[] = [];
  for (const { block } of statements.of('tenant')) {
    parts.push({ construct: 'tenant', span: headOf(block.span) });
    for (const item of block.body) {
      if (item.kind === 'tunnel') parts.push({ construct: 'tunnel', span: item.span });
    }
  }
  for (const { block } of statements.of('host')) parts.push({ construct: 'host', span: headOf(block.span) });
  return parts;
}
