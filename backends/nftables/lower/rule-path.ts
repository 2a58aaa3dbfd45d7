/**
 * The way through one rule: statements that gather for one line, and chains of the rule's own where a line cannot say
 * it. Whatever does not get to the end of the way goes on behind the rule.
 */
import type { ProgramRule } from '../../../compiler/4-program/program.ts';
import type { NftChain } from '../tree.ts';
import type { Context } from './context.ts';

export class RulePath {
  readonly #context: Context;
  readonly #rule: ProgramRule;
  readonly #leaves: boolean;
  /** The chain that the rule stands in. */
  readonly #start: NftChain;
  #chain: NftChain;
  /** Where packets go on that turn back on the way to leave a group. */
  #behind: NftChain | undefined;
  #pending: string[] = [];

  constructor(context: Context, rule: ProgramRule, chain: NftChain) {
    this.#context = context;
    this.#rule = rule;
    this.#start = chain;
    this.#chain = chain;
    const { decision } = rule;
    this.#leaves = decision?.kind === 'verdict' && decision.verdict.kind === 'leave';
  }

  /** What has to hold, or is done, before all that follows in the same line. */
  add(...statements: readonly string[]): void {
    this.#pending.push(...statements);
  }

  /** Ends the line. */
  finish(...statements: readonly string[]): void {
    const mayTurnBack = this.#pending.length > 0 && this.#behind !== undefined && this.#chain !== this.#start;
    this.line(...this.#pending, ...statements);
    this.#pending = [];
    if (mayTurnBack) this.line(this.#back());
  }

  /** A line of its own in the chain where the way has got to. */
  line(...statements: readonly string[]): void {
    const { origin, merged } = this.#rule;
    const said = statements.filter((statement) => statement !== '');
    if (said.length > 0) this.#chain.rules.push({ statements: said, origin, merged });
  }

  /** Where the way has got to. */
  get chain(): NftChain {
    return this.#chain;
  }

  /** Statements that wait for the rest of their line. */
  get gathered(): readonly string[] {
    return this.#pending;
  }

  /**
   * Goes on in a new chain. To leave a group is to return from the chain that holds the rule, which a chain of the
   * rule's own must not stand between: then the only way back to behind the rule is a chain of what stands there.
   */
  enter(suffix: string): NftChain {
    const own = this.#newChain(suffix);
    this.finish(`${this.#leaves ? 'goto' : 'jump'} ${own.name}`);
    this.#chain = own;
    return own;
  }

  /** Goes on in a new chain that several lines of the present one lead to by `goto`. */
  meet(suffix: string, lead: (chain: NftChain, next: string) => void): void {
    const from = this.#enterWithWayBack(suffix);
    const next = this.#newChain(`${suffix}_passed`);
    lead(from, next.name);
    if (this.#behind) this.line(this.#back());
    this.#chain = next;
  }

  /** Lines that must not hold. */
  exclude(exclusions: readonly (readonly string[])[]): void {
    if (exclusions.length === 0) return;
    this.#enterWithWayBack('');
    for (const exclusion of exclusions) this.line(...exclusion, this.#back());
  }

  #ownerOf({ name }: NftChain): string {
    const { origin, family } = this.#rule;
    return `${name} ${origin.name} ${family ?? ''}`;
  }

  #newChain(suffix: string): NftChain {
    const { origin, family } = this.#rule;
    const name = origin.name.replace(/[^A-Za-z0-9]+/g, '_');
    const ofFamily = family === undefined ? name : `${name}_ipv${family}`;
    const owner = this.#ownerOf(this.#chain);
    const wanted = suffix === '' ? ofFamily : `${ofFamily}_${suffix}`;
    return this.#context.chain(wanted, `${owner} ${suffix}`, origin.text);
  }

  /** Goes on in a new chain from which packets can get to behind the rule. */
  #enterWithWayBack(suffix: string): NftChain {
    if (!this.#leaves || this.#behind) return this.enter(suffix);
    const start = this.#chain;
    this.#behind = this.#context.chain(
      `${start.name}_on`,
      `on ${this.#ownerOf(start)}`,
      `${start.description}, further on`,
    );
    const own = this.enter(suffix);
    this.#context.goOnIn(this.#behind, start);
    return own;
  }

  /** The statement by which a packet gets from a chain of the rule's own to behind the rule. */
  #back(): string {
    return this.#behind ? `goto ${this.#behind.name}` : 'return';
  }
}
