/** What nftables can carry out at all: every stage but `police`, whose details are refused where they are lowered; of `balance`, `dnat`. */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Stage } from '../../compiler/4-program/program.ts';
import type { Balance } from '../../compiler/model/index.ts';
import { PROBLEMS } from './problems.ts';

/** Why this plane cannot take a stage. */
export function refuse({ id, origin }: Stage): readonly Diagnostic[] {
  if (id !== 'police') return [];
  const message = 'nftables cannot police: of its limits of bytes, a second is the shortest';
  return [diagnostic(PROBLEMS.notExact, origin.span, message, { hint: 'Say `tc on INTERFACE` in the target.' })];
}

const ELSEWHERE = ', or name `xdp on …` before `nftables` in the target';

/** Why this plane cannot take a `balance` block. */
export function refuseBalance({ forward, localFirst, from, origin }: Balance): readonly Diagnostic[] {
  const refusal = (message: string, hint: string) => [diagnostic(PROBLEMS.notExact, origin.span, message, { hint })];
  if (forward !== 'dnat') {
    return refusal(
      `nftables cannot send packets to a backend by \`forward ${forward}\``,
      `Use \`forward dnat\`, with replies coming back through this host${forward === 'gue' ? '' : ELSEWHERE}.`,
    );
  }
  if (localFirst) {
    return refusal('nftables cannot tell whether this host itself serves a flow', 'Leave `local first` out.');
  }
  if (from) {
    return refusal('`forward dnat` keeps the source as it is', 'Leave `from` out, and translate sources in `nat`.');
  }
  return [];
}
