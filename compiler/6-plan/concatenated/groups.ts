/** Rules of a list that one lookup may carry out: they ask for the same fields, and all else that they ask is the same. */
import { sameAtom } from '../../4-program/atoms.ts';
import type { Atom, ProgramRule } from '../../4-program/program.ts';
import { mayBeCopied } from '../classify/runs.ts';
import { decisionKey, isPlain } from '../commute.ts';
import { AtomTexts } from '../overlaps/keys.ts';
import type { Box, KeyBoxes, Part } from './key-boxes.ts';

export interface Group {
  readonly parts: readonly Part[];
  /** What each of the rules asks besides. */
  readonly rest: readonly Atom[];
  /** Of each rule, by its number, its boxes. */
  readonly members: ReadonlyMap<number, readonly Box[]>;
  /** The rules do nothing but decide: of two that a packet meets, the first says all. */
  readonly isPlain: boolean;
}

/** The groups of at least so many rules, the largest first. */
export function groupsOf(
  rules: readonly ProgramRule[],
  boxesOf: (rule: ProgramRule) => KeyBoxes | undefined,
  fewest: number,
): Group[] {
  const texts = new AtomTexts();
  const groups = new Map<string, Group & { readonly members: Map<number, readonly Box[]> }>();
  for (const [number, rule] of rules.entries()) {
    const kind = kindOf(rule);
    const keys = kind === undefined ? undefined : boxesOf(rule);
    if (kind === undefined || !keys) continue;
    const { parts, shape, boxes, rest } = keys;
    const asked = rest.map((atom) => texts.of(atom)).toSorted();
    const signature = [kind, rule.family, rule.eachPacket, shape, ...asked].join('\n');
    let group = groups.get(signature);
    if (!group) groups.set(signature, (group = { parts, rest, members: new Map(), isPlain: isPlain(rule) }));
    // Texts may be the same by chance.
    if (isSame(group.rest, rest)) group.members.set(number, boxes);
  }
  return [...groups.values()]
    .filter(({ members }) => members.size >= fewest)
    .toSorted((a, b) => b.members.size - a.members.size);
}

function isSame(one: readonly Atom[], other: readonly Atom[]): boolean {
  return one.length === other.length && one.every((atom) => other.some((theirs) => sameAtom(atom, theirs)));
}

const VERDICTS: ReadonlySet<string> = new Set(['allow', 'drop', 'reject']);

/** What rules must be alike in, to be classes of one table; undefined: a rule is left alone. */
function kindOf(rule: ProgramRule): string | undefined {
  const { decision, effects, gates } = rule;
  const decides = decision?.kind === 'verdict' && VERDICTS.has(decision.verdict.kind);
  if (decision && !decides) return undefined;
  if (isPlain(rule)) return mayBeCopied(rule) ? 'decides' : undefined;
  const writes = effects.every(
    ({ effect, when, gates: own }) =>
      (effect.kind === 'mark set' || effect.kind === 'dscp set') &&
      typeof effect.value === 'number' &&
      own.length === 0 &&
      when.every((atoms) => atoms.length === 0),
  );
  if (!writes || effects.length === 0 || gates.length > 0) return undefined;
  return [...effects.map(({ effect }) => effect.kind), decisionKey(decision)].join();
}

/** What tells the classes of a table apart: equal for rules that do the same. */
export function classKey({ decision, effects }: ProgramRule): string {
  return JSON.stringify([decisionKey(decision), effects.map(({ effect }) => effect)]);
}
