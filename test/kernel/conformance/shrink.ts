/** The fewest steps of a script that still show a difference. */
import { inOrder, only, type Script } from './script.ts';

/**
 * Leaves out steps, halves first and then ever smaller parts, as long as `fails` says that the rest still does (delta
 * debugging: Zeller and Hildebrandt, 2002).
 */
export async function shrinkScript(script: Script, fails: (script: Script) => Promise<boolean>): Promise<Script> {
  let kept = inOrder(script);
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
