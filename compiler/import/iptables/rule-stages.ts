/**
 * A rule whose matches have to be asked in order: some count packets that later ones refuse, some effects come before a jump.
 * Each stage of it becomes a rule that leads to a chain, which begins with what the stage does.
 */
import type { ImportedRule, Outcome, Term } from './rules.ts';

/** Matches of a rule up to the first that counts packets, and what it does with those that meet them. */
export interface Stage {
  /** Who meets one of these lists meets nothing of the stage, or of those behind it. */
  readonly unless: readonly (readonly Term[])[];
  /** Lists of terms of which one must hold, each for a rule of its own. */
  readonly alternatives: readonly (readonly Term[])[];
  readonly terms: readonly Term[];
  readonly effects: readonly Effect[];
}

/** In the language, or rules of a chain that packets come back from. */
export type Effect = string | { readonly chain: string; readonly rules: readonly CalledRule[] };

/** A rule of a chain that an effect calls. */
export interface CalledRule {
  readonly terms: readonly Term[];
  readonly effects: readonly string[];
  readonly outcome: { readonly kind: 'return' | 'none' };
}

const NOTHING: Stage = { unless: [], alternatives: [[]], terms: [], effects: [] };

/** What all rules of the stages have in common; `chain` is the one that the first stands in. */
type Place = Pick<ImportedRule, 'family' | 'span' | 'chain' | 'comments'>;

/** The rules of the stages, and of the chains that they lead to; the last stage ends in the outcome. */
export function rulesOfStages(stages: readonly Stage[], outcome: Outcome, place: Place): ImportedRule[] {
  const last = stages.at(-1) ?? NOTHING;
  const isJump = outcome.kind === 'jump' || outcome.kind === 'goto';
  const goesOn = isJump ? last.effects.length > 0 : last.effects.some((effect) => typeof effect !== 'string');
  const all = goesOn ? [...stages, NOTHING] : stages;
  return all.flatMap((_, at) => rulesOfStage(all, at, outcome, place));
}

/** Whether a packet that meets the rule does not come back to what follows it. */
export function leavesChain({ kind }: Outcome): boolean {
  return kind === 'return' || kind === 'goto';
}

function rulesOfStage(stages: readonly Stage[], at: number, outcome: Outcome, place: Place): ImportedRule[] {
  const { unless, alternatives, terms, effects } = stages[at]!;
  const chainOf = (stage: number): string => {
    if (stage === 0) return place.chain;
    const isLast = stage === stages.length - 1;
    // The last stage leads to a chain, and is called like it.
    const name = isLast && 'chain' in outcome ? outcome.chain : `${place.chain} then`;
    return `${name} #${place.span.start}.${stage}`;
  };
  const common = { ...place, chain: chainOf(at) };
  const back = unless.map((some) => ({ ...common, terms: some, effects: [], outcome: { kind: 'return' } as const }));
  const asked = alternatives.map((some) => [...some, ...terms]);
  if (at === stages.length - 1) {
    if (stages[at] === NOTHING && outcome.kind === 'none') return [];
    const decided = { ...common, effects: effects.filter((effect) => typeof effect === 'string') };
    return [...back, ...asked.map((all) => ({ ...decided, terms: all, outcome }))];
  }
  const done = chainDoing(effects, { ...place, chain: chainOf(at + 1), comments: [] });
  const [only, ...others] = effects;
  const isOnlyCall = typeof only === 'object' && others.length === 0 && stages[at + 1] === NOTHING;
  const next = isOnlyCall && outcome.kind === 'none' ? only.chain : chainOf(at + 1);
  const kind = leavesChain(outcome) ? 'goto' : 'jump';
  return [
    ...back,
    ...asked.map((all) => ({ ...common, terms: all, effects: [], outcome: { kind, chain: next } as const })),
    ...done.filter((rule) => next === chainOf(at + 1) || rule.chain === next),
  ];
}

/** What effects do, as rules of a chain and of those that it calls. */
function chainDoing(effects: readonly Effect[], place: Place): ImportedRule[] {
  const rules: ImportedRule[] = [];
  for (const effect of effects) {
    const last = rules.at(-1);
    if (typeof effect === 'object') {
      rules.push({ ...place, terms: [], effects: [], outcome: { kind: 'jump', chain: effect.chain } });
      rules.push(...effect.rules.map((rule) => ({ ...place, ...rule, chain: effect.chain })));
    } else if (last?.chain === place.chain && last.outcome.kind === 'none') {
      rules[rules.length - 1] = { ...last, effects: [...last.effects, effect] };
    } else rules.push({ ...place, terms: [], effects: [effect], outcome: { kind: 'none' } });
  }
  return rules;
}
