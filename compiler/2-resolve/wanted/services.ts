/** Services wherever they are wanted. */
import type { Value } from '../../../grammar/ast/index.ts';
import type { Span } from '../../../grammar/source.ts';
import { evaluate, report, type ValueContext } from '../context.ts';
import { EMPTY_SET } from '../problems.ts';
import { isEmptySet, type Resolved, type ServiceValues } from '../resolved.ts';
import { unite } from '../set-algebra.ts';
import { reportType } from './report-type.ts';

/** The union of services; undefined where something else stands among them, which is reported. */
export function wantServices(values: readonly Value[], span: Span, context: ValueContext): ServiceValues | undefined {
  const found: ServiceValues[] = [];
  let wrong = false;
  for (const value of values) {
    const resolved = evaluate(value, context);
    if (resolved.type === 'services') found.push(resolved);
    else wrong = true;
    if (resolved.type !== 'services' && resolved.type !== 'unknown') {
      reportType(value, resolved, 'a service', context, hintFor(resolved));
    }
  }
  const [only] = found;
  if (wrong || !only) return undefined;
  const all = found.length === 1 ? only : unite(found);
  if (all.type !== 'services') return undefined;
  if (isEmptySet(all) && !all.orEmpty) {
    report(context, EMPTY_SET, span, 'this is an empty set, so nothing can match');
    return undefined;
  }
  return all;
}

function hintFor(resolved: Resolved): string | undefined {
  if (resolved.type === 'numbers') return 'A port belongs to a protocol: `tcp/443`.';
  if (resolved.type === 'addresses') return 'Addresses stand behind `from`, `to` or `host`.';
  return undefined;
}
