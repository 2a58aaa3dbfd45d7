import type { Span } from '../../grammar/source.ts';
import { NUMBER_WIDTH, numbers } from '../2-resolve/resolved.ts';
import { Scope } from '../2-resolve/scope.ts';
import { PROTOCOL_NUMBERS } from '../model/protocols.ts';
import { IntervalSet } from '../net/interval-set.ts';

/** Protocols by name, bound to their numbers: words of places that want one. */
export function protocolWords(span: Span): Scope {
  const words = new Scope();
  for (const [name, number] of PROTOCOL_NUMBERS) {
    const value = numbers(IntervalSet.of(NUMBER_WIDTH, number));
    words.bind({ name, span, meaning: { kind: 'value', value } });
  }
  return words;
}
