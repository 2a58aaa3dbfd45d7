/** The fewest steps of a script that still show a difference. */
import { inOrder, only, type Script, type Step } from './script.ts';

type Fails = (script: Script) => Promise<boolean>;

/**
 * Leaves out steps as long as `fails` says that the rest still does: first all but the steps that `culprit`, the one that
 * showed the difference, follows from, then halves and ever smaller parts (delta debugging: Zeller and Hildebrandt, 2002).
 * What comes behind the culprit is not needed. Without one (counters differ in the end) every step may be.
 */
export async function shrinkScript(script: Script, fails: Fails, culprit?: number): Promise<Script> {
  const ordered = inOrder(script);
  const last = ordered.findIndex(({ id }) => id === culprit);
  const kept = last < 0 ? ordered : ordered.slice(0, last + 1);
  const lineage = lineageOf(kept, culprit);
  if (lineage.length > 0 && (await fails(lineage))) return withoutParts(lineage, fails);
  return withoutParts(kept.length < ordered.length && (await fails(kept)) ? kept : ordered, fails);
}

/** The step and those that it follows from. */
function lineageOf(script: readonly Step[], culprit: number | undefined): Step[] {
  const wanted = new Set([culprit]);
  const found = script.toReversed().filter((step) => {
    if (!wanted.has(step.id)) return false;
    if (step.kind !== 'packet') wanted.add(step.to);
    return true;
  });
  return found.toReversed();
}

async function withoutParts(script: readonly Step[], fails: Fails): Promise<readonly Step[]> {
  let kept = script;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length;) {
      const left = new Set(kept.map(({ id }) => id));
      for (const { id } of kept.slice(from, from + size)) left.delete(id);
      const candidate = only(kept, left);
      if (candidate.length > 0 && (await fails(candidate))) kept = candidate;
      else from += size;
    }
  }
  return kept;
}
