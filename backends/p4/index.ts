/**
 * The plane `p4`: a program for a NIC that drops, before the host sees them, packets that `mitigate` or stateless filters drop. All
 * others go up, and the host decides about them as if there were no NIC.
 */
import type { Program } from '../../compiler/4-program/program.ts';
import type { Plan } from '../../compiler/6-plan/plan.ts';
import type { Lowered, Plane } from '../../compiler/plane.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { decidesEarly, refuse, refuseRequests } from './capabilities.ts';
import { prices } from './cost.ts';
import { NicFiles } from './emit/index.ts';
import { lowerPlan } from './lower/index.ts';
import { requestsOf } from './lower/ports.ts';
import { PROBLEMS } from './problems.ts';
import type { NicProgram } from './tree.ts';

export const p4: Plane = {
  name: 'p4',
  isMadeFor: () => false,
  refuse,
  early: { decides: decidesEarly, refuse: refuseRequests },
  prices,
  lower,
};

function lower(plan: Plan): Lowered {
  const { nicProgram, ahead, diagnostics } = lowerPlan(plan);
  const files = new NicFiles(nicProgram);
  return {
    diagnostics: [...diagnostics, ...untried(nicProgram, plan.program), ...nothingToDrop(nicProgram, plan.program)],
    figures: files.figures,
    device: files.device,
    ahead,
    load: files.commands.load,
    makes: files.commands.makes,
    unload: files.commands.unload,
    write: (context) => files.written(context),
  };
}

function untried({ nic }: NicProgram, program: Program): readonly Diagnostic[] {
  const [request] = requestsOf(program);
  if (!request || nic.open === undefined) return [];
  const message = `\`${nic.name}\` is known from public documents alone, and the program was not tried on one`;
  const hint = '`p4/program.p4` says at its head what the documents leave open.';
  return [diagnostic(PROBLEMS.untried, request.span, message, { hint })];
}

function nothingToDrop({ families, zoneEntries }: NicProgram, program: Program): readonly Diagnostic[] {
  const [request] = requestsOf(program);
  if (!request || (families.length > 0 && zoneEntries.length > 0)) return [];
  const message =
    zoneEntries.length === 0
      ? 'no zone of the policy is on the ports of the NIC, so all packets go up'
      : 'the NIC can drop nothing that `mitigate` or a stateless filter drops, so all packets go up';
  return [diagnostic(PROBLEMS.nothing, request.span, message, { hint: '`p4/split.txt` says of each rule why.' })];
}
