/** The ways to forward that XDP carries out. */
import type { Balance } from '../../../compiler/model/index.ts';
import type { Service } from '../tree.ts';

export const FORWARD = ['ipip', 'gre', 'direct'] as const satisfies readonly Service['forward'][];

export function isForward(forward: Balance['forward']): forward is Service['forward'] {
  return (FORWARD as readonly string[]).includes(forward);
}
