/** A rule's statements while they are read, with the matches that nft adds before what needs them. */
import type { Read, Statement } from '../../../compiler/proof/machine/form.ts';
import { fieldRead, joinedNeeds, type Needs, type Part } from './expressions.ts';
import { constantSet } from './lists.ts';

export class RuleBuilder {
  readonly #statements: Statement[] = [];
  #known: Needs = {};

  push(statement: Statement): void {
    this.#statements.push(statement);
  }

  /** Whatever the parts need, and then their reads. */
  keyOf(parts: readonly Part[]): Read[] {
    this.need(parts.reduce<Needs>((all, { needs }) => joinedNeeds(all, needs), {}));
    return parts.map(({ read }) => read);
  }

  /** Adds the matches that nft adds, each once in a rule. */
  need({ family, protocol }: Needs): void {
    if (family !== undefined && this.#known.family !== family) this.#match('family', family);
    if (protocol !== undefined && this.#known.protocol !== protocol) this.#match('protocol', protocol);
    this.#known = { family: family ?? this.#known.family, protocol: protocol ?? this.#known.protocol };
  }

  finish(): readonly Statement[] {
    return this.#statements;
  }

  #match(field: 'family' | 'protocol', value: number): void {
    this.push({ kind: 'match', key: [fieldRead(field)], negated: false, set: constantSet(8, value, value) });
  }
}
