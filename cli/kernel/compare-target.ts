/** `sluice diff POLICY --kernel`: a target's planes, each beside what runs of it. */
import type { TargetOutput } from '../../compiler/compile.ts';
import type { Direction } from '../../compiler/diff/direction.ts';
import type { Policy } from '../../compiler/model/index.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { PLANES } from '../planes.ts';
import { PROBLEMS } from '../problems.ts';
import { zoneInterfaces } from './network.ts';
import { compareRunning, type ComparedPlane } from './running.ts';

export interface ComparedTarget {
  readonly target: string;
  readonly planes: readonly {
    readonly plane: string;
    /** The name of what the policy compiles to. */
    readonly build: string;
    readonly compared: ComparedPlane;
  }[];
}

export function compareTarget(policy: Policy, { name, planes }: TargetOutput): ComparedTarget {
  const target = policy.targets.find((one) => one.name === name);
  const interfaces = zoneInterfaces(policy, target);
  const compared = planes.map((output) => {
    const { running } = PLANES.find((plane) => plane.name === output.plane)!;
    const of = running
      ? compareRunning(running, output, interfaces)
      : { why: 'there is no way yet to list what runs of it' };
    return { plane: output.plane, build: output.build, compared: of };
  });
  return { target: name, planes: compared };
}

/** What was not compared, and what does not run at all. */
export function findingsAbout({ target, planes }: ComparedTarget): readonly Diagnostic[] {
  return planes.flatMap(({ plane, compared }) => {
    if (compared === 'none' || !('why' in compared)) return [];
    const message = `what runs of ${plane} (target \`${target}\`) could not be compared: ${compared.why}`;
    return [diagnostic(PROBLEMS.runningNotCompared, undefined, message)];
  });
}

/** Everything was compared, and runs as the policy has it. */
export function runsAsBuilt({ planes }: ComparedTarget): boolean {
  return planes.every(
    ({ compared }) => compared !== 'none' && !('why' in compared) && compared.differences.length === 0,
  );
}

/** Whether something differs in one of these directions, or in one that nobody knows. */
export function differsBy(target: ComparedTarget, directions: readonly Direction[]): boolean {
  if (directions.length === 0 || runsAsBuilt(target)) return false;
  return target.planes.some(({ compared }) => {
    if (compared === 'none' || 'why' in compared) return true;
    const { differences, packets } = compared;
    if (differences.length === 0) return false;
    if (!packets || 'why' in packets || directions.includes('other')) return true;
    return packets.some((part) => {
      if (part.kind !== 'different') return part.kind === 'not compared';
      return part.told?.some(({ direction }) => directions.includes(direction)) ?? true;
    });
  });
}
