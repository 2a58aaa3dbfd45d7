/** How one kind of statement is read. */
import type { RuleBuilder } from '../rule-builder.ts';
import type { Tokens } from '../tokens.ts';

/** Reads the statement that begins here into the rule; false, with nothing read, where it is of another kind. */
export type StatementReader = (tokens: Tokens, rule: RuleBuilder) => boolean;
