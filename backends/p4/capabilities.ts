/**
 * What a NIC takes of a policy: copies of `mitigate` and of stateless filters, of which it decides what it can; and what a target's
 * line must say.
 */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Family, Program, Stage } from '../../compiler/4-program/program.ts';
import { MOST_ZONES } from './fields.ts';
import { requestsOf } from './lower/ports.ts';
import { PROBLEMS } from './problems.ts';
import { NICS, nicFor } from './targets/index.ts';
import { isFilter, whyFilterUp } from './why-filter-up.ts';

const FAMILIES: readonly Family[] = [4, 6];

/** A NIC takes no stage from another plane. */
export function refuse({ origin, id }: Stage): readonly Diagnostic[] {
  const message = `\`p4\` drops early what \`mitigate\` and stateless filters drop, and leaves \`${id}\` itself to the host`;
  return [diagnostic(PROBLEMS.onlyPart, origin.span, message, { hint: 'Add `nftables` to the target.' })];
}

/** Whether a NIC may decide of packets that would meet the stage. */
export function decidesEarly(stage: Stage, { policy }: Program): boolean {
  if (!isFilter(stage)) return stage.id === 'mitigate';
  const { id, stateful } = stage;
  return stateful === undefined && FAMILIES.some((family) => whyFilterUp(id, policy, family) === undefined);
}

/** What is wrong with what the target says. */
export function refuseRequests(program: Program): readonly Diagnostic[] {
  const known = [...new Set(NICS.flatMap(({ architecture, name }) => [architecture, name]))]
    .map((word) => `\`${word}\``)
    .join(', ');
  const found: Diagnostic[] = [];
  for (const { variant, on, span } of requestsOf(program)) {
    const nic = variant === undefined ? undefined : nicFor(variant);
    if (!nic) {
      const message =
        variant === undefined
          ? '`p4` needs an architecture to write for'
          : `no programs for \`${variant}\` in this version`;
      const hint = `Write \`p4 ${NICS[0]!.architecture} on ${on.join(', ')}\`. This version has ${known}.`;
      found.push(diagnostic(PROBLEMS.architecture, span, message, { hint }));
    } else if (on.length > nic.ports.most) {
      const message = `\`${nic.name}\` has ${nic.ports.most} ports to the network`;
      found.push(diagnostic(PROBLEMS.architecture, span, message, { hint: 'Name fewer interfaces.' }));
    }
  }
  const [, second] = requestsOf(program);
  if (second) {
    const message = 'one NIC for a target in this version';
    const hint = 'Name the interfaces of all ports in one line, or make a target for each NIC.';
    found.push(diagnostic(PROBLEMS.architecture, second.span, message, { hint }));
  }
  const [first] = requestsOf(program);
  if (first && program.zones.length > MOST_ZONES) {
    const message = `a NIC tells at most ${MOST_ZONES} zones apart`;
    found.push(diagnostic(PROBLEMS.architecture, first.span, message, { hint: 'Join zones, or leave `p4` out.' }));
  }
  return found;
}
