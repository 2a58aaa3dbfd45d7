/** Rules of a list that no packet comes to, since an earlier one decides about all that would meet them. */
import { sameTest } from '../../4-program/atoms.ts';
import { ruleOf, settledOf, type Item } from './item.ts';
import { AXES, BITS, type Space } from './space.ts';

/** Longer lists are not looked through: each rule is held against each. */
const LONGEST_LIST = 256;

/** The items without those that one of the items before them hides. */
export function withoutShadowed(items: readonly Item[], space: Space): readonly Item[] {
  const last = items.findIndex((item) => decides(item, space) && space.atomsLeft(item) === 0);
  const reached = last < 0 ? items : items.slice(0, last + 1);
  if (reached.length > LONGEST_LIST) return reached;
  const kept: Item[] = [];
  for (const item of reached) {
    if (!kept.some((earlier) => decides(earlier, space) && covers(earlier, item, space))) kept.push(item);
  }
  return kept.length === items.length ? items : kept;
}

function decides(item: Item, { rules }: Space): boolean {
  const { gates, decision } = rules[ruleOf(item)]!;
  return decision !== undefined && gates.length === 0;
}

/** Whether each packet that meets what is left of `inner` meets what is left of `outer`. */
function covers(outer: Item, inner: Item, space: Space): boolean {
  for (const name of AXES) {
    const { spans } = space.axes[name];
    const wide = spans[ruleOf(outer)];
    if (wide === undefined || (settledOf(outer) & BITS[name]) !== 0) continue;
    const narrow = spans[ruleOf(inner)];
    if (narrow === undefined || (settledOf(inner) & BITS[name]) !== 0 || !contains(wide, narrow)) return false;
  }
  const asked = space.offAxes[ruleOf(inner)]!;
  return space.offAxes[ruleOf(outer)]!.every((atom) =>
    asked.some((other) => other.negated === atom.negated && sameTest(other.test, atom.test)),
  );
}

/** Whether segments, given as pairs, are all among others. */
function contains(wide: Int32Array, narrow: Int32Array): boolean {
  let at = 0;
  for (let i = 0; i < narrow.length; i += 2) {
    while (at < wide.length && wide[at + 1]! < narrow[i + 1]!) at += 2;
    if (at >= wide.length || wide[at]! > narrow[i]!) return false;
  }
  return true;
}
