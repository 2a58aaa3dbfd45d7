/** What lets, services and the standard library's modules stand for, each worked out once, when first asked for. */
import type { Let, Service, Value } from '../../grammar/ast/index.ts';
import type { Span } from '../../grammar/source.ts';
import type { ValueContext } from './context.ts';
import type { Findings } from './findings.ts';
import { EMPTY_SET, CYCLE } from './problems.ts';
import { UNKNOWN, isEmptySet, isSet, type Resolved } from './resolved.ts';
import type { Scope } from './scope.ts';

type Definition = Let | Service;

/** What the definitions are worked out with. */
export interface DefinitionSources {
  readonly findings: Findings;
  /** Reads a value; handed in because values and definitions refer to each other. */
  readonly evaluate: (value: Value, context: ValueContext) => Resolved;
  /** What a `let … from "file"` read; undefined where the file was bad, which is reported. */
  readonly listOf: (statement: Let) => Resolved | undefined;
  /** The names of a module of the standard library. */
  readonly standard: (module: string) => Scope | undefined;
}

export class Definitions {
  readonly #sources: DefinitionSources;
  readonly #values = new Map<Definition, Resolved>();
  /** The definitions being worked out, outermost first. */
  readonly #open: Definition[] = [];

  constructor(sources: DefinitionSources) {
    this.#sources = sources;
  }

  evaluate(value: Value, context: ValueContext): Resolved {
    return this.#sources.evaluate(value, context);
  }

  standard(module: string): Scope | undefined {
    return this.#sources.standard(module);
  }

  /** The value of a `let` or a service, read in the scope in which it was written. `use` is where it is asked for. */
  valueOf(statement: Definition, scope: Scope, use: Span): Resolved {
    const known = this.#values.get(statement);
    if (known) return known;
    if (this.#open.includes(statement)) {
      this.#reportCycle(statement, use);
      return UNKNOWN;
    }
    this.#open.push(statement);
    const context: ValueContext = { scope, findings: this.#sources.findings, definitions: this, via: [] };
    const value = statement.kind === 'let' ? this.#readLet(statement, context) : this.#readService(statement, context);
    this.#open.pop();
    this.#values.set(statement, value);
    return value;
  }

  #readLet(statement: Let, context: ValueContext): Resolved {
    if (statement.value.kind === 'file') {
      const list = this.#sources.listOf(statement);
      return list ? withOrEmpty(list, statement.orEmpty) : UNKNOWN;
    }
    const value = this.evaluate(statement.value, context);
    if (!isEmptySet(value)) return withOrEmpty(value, statement.orEmpty);
    if (!statement.orEmpty && !(isSet(value) && value.orEmpty)) {
      const hint = 'If it may be empty, say so: write `or empty` behind it.';
      context.findings.report(EMPTY_SET, statement.name.span, `\`${statement.name.text}\` holds nothing`, { hint });
    }
    return withOrEmpty(value, true);
  }

  #readService(statement: Service, context: ValueContext): Resolved {
    const [first] = statement.services;
    if (!first) return UNKNOWN;
    return this.evaluate({ kind: 'list', braces: false, items: statement.services, span: statement.span }, context);
  }

  #reportCycle(statement: Definition, use: Span): void {
    const circle = this.#open.slice(this.#open.indexOf(statement));
    const names = [...circle, statement].map((step) => `\`${step.name.text}\``).join(' → ');
    const message = circle.length === 1 ? `${names.split(' → ')[0]} is defined by itself` : `a circle: ${names}`;
    this.#sources.findings.report(CYCLE, use, message, {
      labels: circle.map((step) => ({ span: step.name.span, text: `\`${step.name.text}\` is defined here` })),
      hint: 'Take one of these names out of the definition of another.',
    });
  }
}

function withOrEmpty(value: Resolved, orEmpty: boolean): Resolved {
  return orEmpty && (isSet(value) || value.type === 'nothing') ? { ...value, orEmpty } : value;
}
