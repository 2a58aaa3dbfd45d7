/**
 * Words of a plane's own in a policy, which nobody looks into: which ask something of a packet, and which do something. What
 * they answer a packet is an unknown, as what a limit answers: the same where the same packets are asked in both.
 */
import { everyRule } from '../../4-program/every-rule.ts';
import type { Stage } from '../../4-program/program.ts';
import { NotCompared } from './not-compared.ts';

export class OwnWords {
  readonly #asking: ReadonlySet<string>;
  readonly #doing: ReadonlySet<string>;

  constructor(stages: readonly Stage[]) {
    const rules = stages.flatMap(({ implied, items }) => everyRule([...implied, ...items]));
    const tests = rules.flatMap(({ atoms }) => atoms.map(({ test }) => test));
    const effects = rules.flatMap((rule) => rule.effects.map(({ effect }) => effect));
    this.#asking = new Set(tests.flatMap((test) => (test.kind === 'opaque' ? [test.text.trim()] : [])));
    this.#doing = new Set(effects.flatMap((effect) => (effect.kind === 'opaque' ? [effect.text.trim()] : [])));
  }

  /** Whether any rule has some. */
  get areUsed(): boolean {
    return this.#asking.size + this.#doing.size > 0;
  }

  /** Whether these words ask something of a packet; throws NotCompared where they might do something as well. */
  ask(text: string): boolean {
    if (this.#asking.has(text) === this.#doing.has(text)) throw new NotCompared("a plane's own words, of two kinds");
    return this.#asking.has(text);
  }
}
