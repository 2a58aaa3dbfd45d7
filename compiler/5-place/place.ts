/**
 * Which plane carries out which stage. With one plane per target the answer is short: the first plane the target names
 * that can carry a stage out exactly gets it, and a stage that none can is an error.
 */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Span } from '../../grammar/source.ts';
import type { Program, Stage } from '../4-program/program.ts';
import type { Policy, Target } from '../model/index.ts';
import type { Plane } from '../plane.ts';
import { PROBLEMS } from './problems.ts';

/** One stage's plane, and why it is that one. */
export interface Placement {
  readonly stage: Stage;
  readonly plane: string;
  readonly reason: string;
}

export interface Placed {
  /** The part of the Program for each plane that has one, in the order of `planes`. */
  readonly parts: readonly { readonly plane: Plane; readonly program: Program }[];
  readonly placements: readonly Placement[];
  readonly diagnostics: readonly Diagnostic[];
}

export function place(program: Program, planes: readonly Plane[]): Placed {
  const diagnostics: Diagnostic[] = [...unsupportedParts(program.policy)];
  const available = planesOf(program.target, planes, diagnostics);
  const placements: Placement[] = [];
  for (const stage of program.stages) {
    const answers = available.map((plane) => ({ plane, refusals: plane.refuse(stage, program) }));
    const taker = answers.find(({ refusals }) => refusals.length === 0);
    if (taker) {
      const others = available.length - 1;
      const reason = others === 0 ? 'the only plane of the target' : 'the first plane of the target that can';
      placements.push({ stage, plane: taker.plane.name, reason });
    } else {
      diagnostics.push(...answers.flatMap(({ refusals }) => refusals));
    }
  }
  const parts: { readonly plane: Plane; readonly program: Program }[] = available
    .map((plane) => ({
      plane,
      program: { ...program, stages: placements.filter((one) => one.plane === plane.name).map(({ stage }) => stage) },
    }))
    .filter((part) => part.program.stages.length > 0 || part.program.balances.length > 0);
  // A policy without a rule replaces the one before it, too.
  const [first] = available;
  if (parts.length === 0 && first && program.stages.length === 0) parts.push({ plane: first, program });
  return { parts, placements, diagnostics };
}

function planesOf(target: Target | undefined, planes: readonly Plane[], diagnostics: Diagnostic[]): readonly Plane[] {
  if (!target || target.planes.length === 0) return planes.slice(0, 1);
  return target.planes.flatMap((request) => {
    const plane = planes.find((candidate) => candidate.name === request.plane);
    if (plane) return [plane];
    const known = planes.map((candidate) => `\`${candidate.name}\``).join(', ');
    diagnostics.push(
      diagnostic(PROBLEMS.unknownPlane, request.span, `no plane \`${request.plane}\` in this version`, {
        hint: `Planes of this version: ${known}. Remove the line from target \`${target.name}\`.`,
      }),
    );
    return [];
  });
}

function unsupportedParts(policy: Policy): Diagnostic[] {
  const refuse = (what: string, span: Span) =>
    diagnostic(PROBLEMS.nobodyCarries, span, `no plane carries out ${what} yet`, {
      hint: 'Remove it, or keep it in a file of its own until a plane does.',
    });
  return [
    ...policy.unsupported.map((part) => refuse(`\`${part.construct}\``, part.span)),
    ...policy.shapes.map((shape) => refuse('`shape`', shape.origin.span)),
  ];
}
