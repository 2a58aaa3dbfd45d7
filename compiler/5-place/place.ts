/**
 * Which plane carries out which stage: the first plane the target names that can carry it out exactly. A stage that none
 * can is an error; one that passes by a plane made for it is a warning, which says why.
 */
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import type { Span } from '../../grammar/source.ts';
import type { Program, Stage, StageId } from '../4-program/program.ts';
import type { Balance, Policy, Shape, Target } from '../model/index.ts';
import type { Plane } from '../plane.ts';
import { PROBLEMS } from './problems.ts';

/** One stage's plane, and why it is that one. */
export interface Placement {
  readonly stage: Stage;
  readonly plane: string;
  readonly reason: string;
}

/** The same for a `balance` block. */
export interface BalancePlacement {
  readonly balance: Balance;
  readonly plane: string;
  readonly reason: string;
}

/** The plane that queues for a `shape` block. */
export interface ShapePlacement {
  readonly shape: Shape;
  readonly plane: string;
  readonly reason: string;
}

export interface Placed {
  /** The part of the Program for each plane that has one, in the order of `planes`. */
  readonly parts: readonly { readonly plane: Plane; readonly program: Program }[];
  readonly placements: readonly Placement[];
  readonly balances: readonly BalancePlacement[];
  readonly shapes: readonly ShapePlacement[];
  /** Planes that the target names and that have no part. */
  readonly idle: readonly Plane[];
  readonly diagnostics: readonly Diagnostic[];
}

export function place(program: Program, planes: readonly Plane[]): Placed {
  const diagnostics: Diagnostic[] = [...unsupportedParts(program.policy)];
  const available = planesOf(program.target, planes, diagnostics);
  const before = earlyPlanes(program, available, diagnostics);
  const placements: Placement[] = [];
  for (const stage of program.stages) {
    const answers = available.map((plane) => ({ plane, refusals: plane.refuse(stage, program) }));
    const taker = answers.find(({ refusals }) => refusals.length === 0);
    if (taker) {
      const passed = answers.slice(0, answers.indexOf(taker)).filter(({ plane }) => plane.isMadeFor?.(stage) ?? true);
      placements.push({ stage, plane: taker.plane.name, reason: reasonOf(available, passed) });
      diagnostics.push(...passed.map(({ plane, refusals }) => passedBy(stage, plane, taker.plane, refusals)));
      placements.push(...decidedEarly(stage, program, taker.plane, before));
    } else {
      // What other planes say, that they have no such stage, helps nobody where one is made for it.
      const made = answers.filter(({ plane }) => plane.isMadeFor?.(stage) ?? true);
      diagnostics.push(...(made.length > 0 ? made : answers).flatMap(({ refusals }) => refusals));
    }
  }
  const balances = program.balances.flatMap((balance) => placeBalance(balance, program, available, diagnostics));
  const shapes = program.shapes.flatMap((shape) => placeShape(shape, program, available, diagnostics));
  const parts: { readonly plane: Plane; readonly program: Program }[] = available
    .map((plane) => ({
      plane,
      program: {
        ...program,
        stages: placements.filter((one) => one.plane === plane.name).map(({ stage }) => stage),
        balances: balances.filter((one) => one.plane === plane.name).map(({ balance }) => balance),
        shapes: shapes.filter((one) => one.plane === plane.name).map(({ shape }) => shape),
      },
    }))
    .filter(({ program: own }) => own.stages.length + own.balances.length + own.shapes.length > 0);
  // A policy without a rule replaces the one before it, too.
  const first = available.find(({ early }) => early === undefined);
  const isEmpty = program.stages.length + program.balances.length + program.shapes.length === 0;
  if (parts.length === 0 && first && isEmpty) parts.push({ plane: first, program });
  const idle = available.filter((plane) => !parts.some((part) => part.plane === plane));
  return { parts, placements, balances, shapes, idle, diagnostics };
}

/** The planes before the others of which the target says what it must. */
function earlyPlanes(program: Program, available: readonly Plane[], diagnostics: Diagnostic[]): readonly Plane[] {
  return available.filter(({ early }) => {
    const refusals = early?.refuse(program);
    diagnostics.push(...(refusals ?? []));
    return refusals?.length === 0;
  });
}

/** Those that get a copy of the stage. */
function decidedEarly(stage: Stage, program: Program, taker: Plane, planes: readonly Plane[]): Placement[] {
  return planes
    .filter(({ early }) => early?.decides(stage, program))
    .map(({ name: plane }) => ({
      stage,
      plane,
      reason: `drops early what it can; \`${taker.name}\` decides about all other packets, as if \`${plane}\` were not there`,
    }));
}

/** What is said where no plane can is what those say that are made for the block's way to forward, if there are any. */
function placeBalance(
  balance: Balance,
  program: Program,
  available: readonly Plane[],
  diagnostics: Diagnostic[],
): BalancePlacement[] {
  const answers = available.flatMap(({ name, balances }) =>
    balances
      ? [{ name, refusals: balances.refuse(balance, program), isMade: balances.forward.includes(balance.forward) }]
      : [],
  );
  const taker = answers.find(({ refusals }) => refusals.length === 0);
  if (taker) return [{ balance, plane: taker.name, reason: reasonOf(available, []) }];
  const made = answers.filter(({ isMade }) => isMade);
  const refusals = (made.length > 0 ? made : answers).flatMap((answer) => answer.refusals);
  diagnostics.push(...(refusals.length > 0 ? refusals : [nobodyCarries('`balance`', balance.origin.span)]));
  return [];
}

/** The class is chosen as a stage, wherever that is placed. */
function placeShape(
  shape: Shape,
  program: Program,
  available: readonly Plane[],
  diagnostics: Diagnostic[],
): ShapePlacement[] {
  const answers = available.flatMap(({ name, shapes }) =>
    shapes ? [{ name, refusals: shapes.refuse(shape, program) }] : [],
  );
  const taker = answers.find(({ refusals }) => refusals.length === 0);
  if (!taker) {
    const refusals = answers.flatMap((answer) => answer.refusals);
    diagnostics.push(...(refusals.length > 0 ? refusals : [withoutQueues(shape, program)]));
    return [];
  }
  const wanted: StageId = shape.direction === 'egress' ? 'shape' : shape.policed ? 'police' : 'shape ingress';
  const choice = program.stages.find(({ id }) => id === wanted);
  const chooser = choice && available.find((plane) => plane.refuse(choice, program).length === 0);
  const handover =
    chooser && chooser.name !== taker.name ? `; ${chooser.name} says the class by the packet's priority` : '';
  return [{ shape, plane: taker.name, reason: `${reasonOf(available, [])}${handover}` }];
}

function withoutQueues({ zone, origin }: Shape, { target }: Program): Diagnostic {
  const [member] = (target?.zones.get(zone.name) ?? zone).members;
  const plane = `tc on ${member?.interface ?? 'INTERFACE'}`;
  const hint = target
    ? `Add \`${plane}\` to target \`${target.name}\`.`
    : `Add a target: \`target router { nftables ${plane} }\`.`;
  return diagnostic(PROBLEMS.nobodyCarries, origin.span, 'no plane of the target has queues for `shape`', { hint });
}

/** A plane's answer to a stage. */
interface Answer {
  readonly plane: Plane;
  readonly refusals: readonly Diagnostic[];
}

function reasonOf(available: readonly Plane[], passed: readonly Answer[]): string {
  const takers = available.filter(({ early }) => early === undefined);
  if (takers.length === 1) return 'the only plane of the target';
  const obstacles = passed.map(({ plane, refusals }) => `; ${plane.name} cannot: ${refusals[0]!.message}`);
  return `the first plane of the target that can${obstacles.join('')}`;
}

/** That a plane named before another leaves it a stage. */
function passedBy(stage: Stage, plane: Plane, taker: Plane, [first]: readonly Diagnostic[]): Diagnostic {
  const message = `\`${taker.name}\` carries out \`${stage.origin.name}\`, because \`${plane.name}\` cannot: ${first!.message}`;
  const hint = `The policy means the same there. To have the block at \`${plane.name}\`, say this in another way or in another block.`;
  return diagnostic(PROBLEMS.passedBy, first!.span, message, { hint });
}

function planesOf(target: Target | undefined, planes: readonly Plane[], diagnostics: Diagnostic[]): readonly Plane[] {
  if (!target || target.planes.length === 0) return planes.slice(0, 1);
  const named = new Set<Plane>();
  for (const request of target.planes) {
    const plane = planes.find((candidate) => candidate.name === request.plane);
    if (plane) {
      named.add(plane);
      continue;
    }
    const known = planes.map((candidate) => `\`${candidate.name}\``).join(', ');
    diagnostics.push(
      diagnostic(PROBLEMS.unknownPlane, request.span, `no plane \`${request.plane}\` in this version`, {
        hint: `Planes of this version: ${known}. Remove the line from target \`${target.name}\`.`,
      }),
    );
  }
  return [...named];
}

/** Errors for what no plane carries out. */
export function unsupportedParts(policy: Policy): Diagnostic[] {
  return policy.unsupported.map((part) => nobodyCarries(`\`${part.construct}\``, part.span));
}

function nobodyCarries(what: string, span: Span): Diagnostic {
  return diagnostic(PROBLEMS.nobodyCarries, span, `no plane carries out ${what} yet`, {
    hint: 'Remove it, or keep it in a file of its own until a plane does.',
  });
}
