/** Literals as ranges of numbers of one kind. */
import type { Value } from '../../grammar/ast/index.ts';

export interface LiteralRange {
  /** Only ranges of one kind can contain each other. */
  readonly kind: 'ipv4' | 'ipv6' | 'number';
  readonly low: bigint;
  readonly high: bigint;
}

/** Undefined for what is no literal address, prefix, number or range of these. */
export function rangeOf(value: Value): LiteralRange | undefined {
  switch (value.kind) {
    case 'address':
      return { kind: `ipv${value.family}`, low: value.value, high: value.value };
    case 'prefix': {
      const hosts = 1n << BigInt((value.family === 4 ? 32 : 128) - value.length);
      const low = value.value - (value.value % hosts);
      return { kind: `ipv${value.family}`, low, high: low + hosts - 1n };
    }
    case 'integer':
      return { kind: 'number', low: value.value, high: value.value };
    case 'range': {
      const [low, high] = [rangeOf(value.low), rangeOf(value.high)];
      return low && high && { kind: low.kind, low: low.low, high: high.high };
    }
    default:
      return undefined;
  }
}
