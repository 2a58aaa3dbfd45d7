/** What nftables can carry out at all: every stage; details are refused where they are lowered. */
import type { Diagnostic } from '../../grammar/diagnostic.ts';

/** Why this plane cannot take a stage. */
export function refuse(): readonly Diagnostic[] {
  return [];
}
