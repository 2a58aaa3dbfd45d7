/** Values that stand for themselves. */
import type {
  AddressLiteral,
  DateLiteral,
  DurationLiteral,
  IntegerLiteral,
  MacLiteral,
  PercentLiteral,
  RateLiteral,
  SizeLiteral,
  StringLiteral,
} from '../../../grammar/ast/index.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { addressRange } from '../address-range.ts';
import { report, type ValueContext } from '../context.ts';
import { BAD_AMOUNT, OUT_OF_RANGE } from '../problems.ts';
import { MAC_WIDTH, NUMBER_WIDTH, UNKNOWN, addresses, macs, numbers, type Resolved } from '../resolved.ts';

export function evaluateAddress(literal: AddressLiteral): Resolved {
  return addresses(addressRange(literal.family, literal.value, literal.value));
}

export function evaluateInteger(literal: IntegerLiteral, context: ValueContext): Resolved {
  if (literal.value >> BigInt(NUMBER_WIDTH) !== 0n) {
    report(context, OUT_OF_RANGE, literal.span, `no field of a packet holds a number as great as ${literal.value}`);
    return UNKNOWN;
  }
  return numbers(IntervalSet.of(NUMBER_WIDTH, literal.value));
}

export function evaluateMac(literal: MacLiteral): Resolved {
  return macs(IntervalSet.of(MAC_WIDTH, literal.value));
}

export function evaluateString(literal: StringLiteral): Resolved {
  return { type: 'text', text: literal.value };
}

export function evaluateRate(literal: RateLiteral, context: ValueContext): Resolved {
  const amount = Number(literal.amount);
  if (literal.amount <= 0n || literal.perSeconds <= 0) {
    report(context, BAD_AMOUNT, literal.span, 'a rate of zero is no rate', {
      hint: 'To let nothing through, say `drop`; a rate begins at one in its unit of time, such as `1/day`.',
    });
    return UNKNOWN;
  }
  if (!Number.isSafeInteger(amount)) {
    report(
      context,
      BAD_AMOUNT,
      literal.span,
      `a rate of ${literal.amount} is greater than can be carried out exactly`,
      {
        hint: `The greatest is ${Number.MAX_SAFE_INTEGER}.`,
      },
    );
    return UNKNOWN;
  }
  return { type: 'rate', rate: { of: literal.of, amount, perSeconds: literal.perSeconds } };
}

export function evaluateSize(literal: SizeLiteral, context: ValueContext): Resolved {
  const bytes = Number(literal.bytes);
  if (!Number.isSafeInteger(bytes)) {
    report(
      context,
      BAD_AMOUNT,
      literal.span,
      `a size of ${literal.bytes} bytes is greater than can be carried out exactly`,
    );
    return UNKNOWN;
  }
  return { type: 'size', bytes };
}

export function evaluateDuration(literal: DurationLiteral): Resolved {
  return { type: 'duration', milliseconds: literal.milliseconds };
}

export function evaluatePercent(literal: PercentLiteral): Resolved {
  return { type: 'percent', percent: literal.value };
}

export function evaluateDate(literal: DateLiteral): Resolved {
  return { type: 'date', date: literal };
}

export function dateText({ year, month, day }: { year: number; month: number; day: number }): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
}
