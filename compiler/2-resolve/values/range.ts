/** `10.0.0.1-10.0.0.9`, `1024-65535` */
import type { RangeLiteral } from '../../../grammar/ast/index.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { addressRange, addressText } from '../address-range.ts';
import { report, type ValueContext } from '../context.ts';
import { BAD_RANGE } from '../problems.ts';
import { NUMBER_WIDTH, UNKNOWN, addresses, numbers, type Resolved } from '../resolved.ts';
import { evaluateInteger } from './literals.ts';

export function evaluateRange(literal: RangeLiteral, context: ValueContext): Resolved {
  const { low, high } = literal;
  if (low.kind === 'integer' && high.kind === 'integer') {
    if (evaluateInteger(low, context) === UNKNOWN || evaluateInteger(high, context) === UNKNOWN) return UNKNOWN;
    if (low.value > high.value) return reversed(literal, `${high.value}-${low.value}`, context);
    return numbers(IntervalSet.range(NUMBER_WIDTH, low.value, high.value));
  }
  if (low.kind === 'address' && high.kind === 'address' && low.family === high.family) {
    const { family } = low;
    const swapped = `${addressText(family, high.value)}-${addressText(family, low.value)}`;
    if (low.value > high.value) return reversed(literal, swapped, context);
    return addresses(addressRange(family, low.value, high.value));
  }
  report(context, BAD_RANGE, literal.span, 'the two ends of the range are of different kinds', {
    hint: 'Both ends must be IPv4 addresses, IPv6 addresses or numbers.',
  });
  return UNKNOWN;
}

function reversed(literal: RangeLiteral, swapped: string, context: ValueContext): Resolved {
  report(context, BAD_RANGE, literal.span, 'the range ends before it begins', { hint: `did you mean \`${swapped}\`?` });
  return UNKNOWN;
}
