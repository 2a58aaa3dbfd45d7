/** Plans that are too large for a page, with their smallest steps put together. */
import { everyStep, type PageStep } from './page-step.ts';

/** So many steps a browser still shows and searches without a pause. */
const MOST_STEPS = 30_000;
/** Of steps that are all alike, as where no times are told, so many stay below one. */
const MOST_ALIKE = 100;

/** The step as it is, or with those put together that take least of the time, so that no more than `most` stay by their share. */
export function withinBudget(root: PageStep, most = MOST_STEPS): PageStep {
  const shares = Float64Array.from(everyStep(root), ({ share }) => share).toSorted();
  if (shares.length <= most) return root;
  return folded(root, shares[shares.length - most]!);
}

/** With the steps below that take no more than `least` as one, behind the first of them. */
function folded(step: PageStep, least: number): PageStep {
  let alike = 0;
  const isKept = ({ share }: PageStep) => share > least || (share === least && alike++ < MOST_ALIKE);
  const [kept, small]: [PageStep[], PageStep[]] = [[], []];
  for (const below of step.steps) (isKept(below) ? kept : small).push(below);
  const steps = kept.map((below) => folded(below, least));
  return { ...step, steps: small.length === 0 ? steps : [...steps, rest(small)] };
}

function rest(steps: readonly PageStep[]): PageStep {
  const rules = steps.reduce((sum, step) => sum + rulesIn(step), 0);
  const share = steps.reduce((sum, step) => sum + step.share, 0);
  const what = rules === 0 ? `${steps.length} steps` : `${rules} ${rules === 1 ? 'rule' : 'rules'}`;
  return { id: 0, kind: 'rest', title: `${what} of less time each, put together`, share, steps: [] };
}

function rulesIn(root: PageStep): number {
  let rules = 0;
  for (const { rule } of everyStep(root)) rules += rule === undefined ? 0 : 1;
  return rules;
}
