import type { Verdict } from '../../../ast/index.ts';
import { words, type Doc, type Printing } from '../../../printing.ts';

export function printVerdict(verdict: Verdict, at: Printing): Doc {
  if (verdict.kind === 'reject') return verdict.reason === undefined ? 'reject' : `reject with ${verdict.reason}`;
  if (verdict.kind !== 'synproxy') return verdict.kind;
  const { mss, windowScale, timestamps, selectiveAck } = verdict;
  const options: Doc[] = [];
  if (mss) options.push(words('mss', at.value(mss)));
  if (windowScale) options.push(words('wscale', at.value(windowScale)));
  if (timestamps) options.push('timestamps');
  if (selectiveAck) options.push('sack');
  if (options.length === 0) return 'synproxy';
  return ['synproxy with ', ...options.flatMap((option, index) => (index === 0 ? [option] : [', ', option]))];
}
