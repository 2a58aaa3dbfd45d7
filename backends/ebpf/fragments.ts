/** Whether fragments of IPv4 get past `mitigate`. */
import type { Atom, Program, ProgramItem } from '../../compiler/4-program/program.ts';
import { IntervalSet } from '../../compiler/net/interval-set.ts';
import { interfacesOf } from './lower/interfaces.ts';

const FIRST_AND_LATER = [1, 2];

/** Whether a rule of `mitigate` drops all of them, by whichever interface they come. */
export function dropsFragments(program: Program): boolean {
  const isInZone = interfacesOf(program).every(
    ({ untagged, byVlan }) => untagged > 0 && byVlan.every((zone) => zone > 0),
  );
  if (!isInZone) return false;
  for (const { id, items, zones } of program.stages) {
    if (id !== 'mitigate') continue;
    for (const item of items) {
      if (mayAllow(item)) return false;
      if (zones === undefined && dropsAll(item)) return true;
    }
  }
  return false;
}

function mayAllow(item: ProgramItem): boolean {
  if (item.kind !== 'rule') return item.items.some(mayAllow);
  return item.decision?.kind === 'verdict' && item.decision.verdict.kind === 'allow';
}

function dropsAll(item: ProgramItem): boolean {
  if (item.kind !== 'rule' || item.gates.length > 0 || item.family === 6) return false;
  const isDrop = item.decision?.kind === 'verdict' && item.decision.verdict.kind === 'drop';
  return isDrop && item.atoms.every(holdsOfFragments);
}

/** Whether it holds of every fragment of IPv4. */
function holdsOfFragments({ test, negated }: Atom): boolean {
  if (negated || test.kind !== 'number' || !(test.in instanceof IntervalSet)) return false;
  const { field, in: wanted } = test;
  if (field === 'family') return wanted.contains(4);
  return field === 'fragment' && FIRST_AND_LATER.every((kind) => wanted.contains(kind));
}
