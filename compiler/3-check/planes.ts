/** The planes by name. */
import type { Name } from '../../grammar/ast/index.ts';
import { report, type ValueContext } from '../2-resolve/context.ts';
import { suggestion } from '../2-resolve/names.ts';
import { UNKNOWN_PLANE } from './problems.ts';

export const PLANES = ['nftables', 'tc', 'xdp', 'sk_lookup', 'p4'] as const;

export type PlaneName = (typeof PLANES)[number];

export function readPlane(name: Name, context: ValueContext): PlaneName | undefined {
  const plane = PLANES.find((known) => known === name.text);
  if (plane) return plane;
  report(context, UNKNOWN_PLANE, name.span, `\`${name.text}\` is no plane`, {
    hint: suggestion(name.text, PLANES, `The planes are ${PLANES.join(', ')}.`),
  });
  return undefined;
}
