/** Names and what they stand for. A scope inside another (a group use, an `each`) sees the outer one's names. */
import type { Group, Let, Service } from '../../grammar/ast/index.ts';
import type { Span } from '../../grammar/source.ts';
import type { Memory, Zone } from '../model/policy.ts';
import type { RowVariable } from '../model/condition.ts';
import type { Table } from '../model/table.ts';
import type { Resolved } from './resolved.ts';

/** What a name stands for. Lets, services and groups are read in the scope in which they were written. */
export type Meaning =
  | { readonly kind: 'zone'; readonly zone: Zone }
  | { readonly kind: 'let'; readonly statement: Let; readonly scope: Scope }
  | { readonly kind: 'service'; readonly statement: Service; readonly scope: Scope }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'memory'; readonly memory: Memory }
  | { readonly kind: 'group'; readonly statement: Group; readonly scope: Scope }
  | { readonly kind: 'row'; readonly row: RowVariable }
  /** An argument of a group use, evaluated where the use stands. */
  | { readonly kind: 'value'; readonly value: Resolved }
  /** Declared, but wrongly, and reported there: whatever uses it is not reported again. */
  | { readonly kind: 'unknown' };

export interface Binding {
  readonly name: string;
  readonly meaning: Meaning;
  /** Where the name was bound. */
  readonly span: Span;
}

export class Scope {
  readonly #outer: Scope | undefined;
  readonly #bindings = new Map<string, Binding>();

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  /** Binds a name, unless it is taken here or further out: then the binding that has it is given back. */
  bind(binding: Binding): Binding | undefined {
    const taken = this.find(binding.name);
    if (taken) return taken;
    this.#bindings.set(binding.name, binding);
    return undefined;
  }

  find(name: string): Binding | undefined {
    return this.#bindings.get(name) ?? this.#outer?.find(name);
  }

  /** Every name that can be used here. */
  *names(): Generator<string> {
    yield* this.#bindings.keys();
    if (this.#outer) yield* this.#outer.names();
  }

  /** What was bound in this scope itself, in order. */
  own(): IterableIterator<Binding> {
    return this.#bindings.values();
  }
}

/** What a kind of name is called in messages. */
export const MEANING_TITLES: Readonly<Record<Meaning['kind'], string>> = {
  zone: 'a zone',
  let: 'a `let`',
  service: 'a service',
  table: 'a table',
  memory: 'a memory',
  group: 'a group',
  row: 'a row',
  value: 'a parameter',
  unknown: 'a name',
};
