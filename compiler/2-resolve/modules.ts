/** The names of a policy's files: what each declares, and what it takes from others. */
import type { Statement, Table as TableSyntax, Use, Value } from '../../grammar/ast/index.ts';
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import { loadList, type ListValues } from '../1-load/lists.ts';
import type { LoadedModules, Module } from '../1-load/modules.ts';
import { loadTable } from '../1-load/tables/load-table.ts';
import type { Inputs } from '../inputs.ts';
import type { Memory, Zone } from '../model/policy.ts';
import type { Table } from '../model/table.ts';
import { IntervalSet } from '../net/interval-set.ts';
import { bindOrReport } from './bind.ts';
import { report, type ValueContext } from './context.ts';
import { declareMemory } from './declarations/memory.ts';
import { declareZone } from './declarations/zone.ts';
import { Definitions } from './definitions.ts';
import { evaluateValue } from './evaluate.ts';
import type { Findings } from './findings.ts';
import { suggestion } from './names.ts';
import { NOT_IN_MODULE } from './problems.ts';
import { NUMBER_WIDTH, addresses, numbers, type Resolved } from './resolved.ts';
import { Scope, type Binding, type Meaning } from './scope.ts';

/** A file with its names. */
export interface BoundModule {
  readonly module: Module;
  readonly context: ValueContext;
}

export interface BoundPolicy {
  readonly main: BoundModule;
  /** Files whose blocks are the policy, each behind those that it uses. */
  readonly whole: readonly BoundModule[];
  readonly all: readonly BoundModule[];
  readonly definitions: Definitions;
  readonly zones: readonly Zone[];
  readonly tables: readonly Table[];
  readonly memories: readonly Memory[];
  /** Tables by the statement that declares them; those that are wrong are not there. */
  readonly tableOf: (statement: TableSyntax) => Table | undefined;
  readonly standard: (name: string) => BoundModule | undefined;
}

/** Binds every name of every file. What is wrong is reported, and stands for something unknown from then on. */
export function bindModules(loaded: LoadedModules, inputs: Inputs, findings: Findings): BoundPolicy {
  const binder = new ModuleBinder(loaded, inputs, findings);
  const all = loaded.modules.map((module) => binder.bind(module));
  const boundOf = (module: Module): BoundModule => binder.bind(module);
  return {
    main: boundOf(loaded.main),
    whole: loaded.whole.map(boundOf),
    all,
    definitions: binder.definitions,
    zones: binder.zones,
    tables: [...binder.tables.values()],
    memories: binder.memories,
    tableOf: (statement) => binder.tables.get(statement),
    standard: (name) => binder.standard(name),
  };
}

type Declaring = Extract<Statement, { readonly name: unknown }>;

class ModuleBinder {
  readonly definitions: Definitions;
  readonly zones: Zone[] = [];
  readonly memories: Memory[] = [];
  readonly tables = new Map<TableSyntax, Table>();
  readonly #loaded: LoadedModules;
  readonly #inputs: Inputs;
  readonly #findings: Findings;
  readonly #bound = new Map<Module, BoundModule>();
  /** What each file declares itself: only that can be taken from it. */
  readonly #declared = new Map<Module, Map<string, Binding>>();
  readonly #lists = new Map<Statement, Resolved>();

  constructor(loaded: LoadedModules, inputs: Inputs, findings: Findings) {
    this.#loaded = loaded;
    this.#inputs = inputs;
    this.#findings = findings;
    this.definitions = new Definitions({
      findings,
      evaluate: evaluateValue,
      listOf: (statement) => this.#lists.get(statement),
      standard: (name) => this.standard(name)?.context.scope,
    });
  }

  standard(name: string): BoundModule | undefined {
    const module = this.#loaded.implicit.get(name);
    return module && this.bind(module);
  }

  bind(module: Module): BoundModule {
    const known = this.#bound.get(module);
    if (known) return known;
    const scope = new Scope();
    const context: ValueContext = { scope, findings: this.#findings, definitions: this.definitions, via: [] };
    const bound = { module, context };
    this.#bound.set(module, bound);
    this.#declared.set(module, new Map());
    const { statements } = module.syntax;
    for (const { use, module: used } of module.uses) {
      if (statements.includes(use)) this.#import(use, used, context);
    }
    for (const statement of statements) this.#bindDefinition(statement, module, context);
    // Tables and zones may use lets that stand behind them.
    for (const statement of statements) this.#declare(statement, module, context);
    return bound;
  }

  #import(use: Use, used: Module, context: ValueContext): void {
    this.bind(used);
    const declared = this.#declared.get(used) ?? new Map<string, Binding>();
    if (!use.names) {
      for (const binding of declared.values()) {
        bindOrReport(context.scope, { ...binding, span: use.moduleSpan.span }, context);
      }
      return;
    }
    for (const { name, as } of use.names) {
      const binding = declared.get(name.text);
      const local = as ?? name;
      if (binding) {
        bindOrReport(context.scope, { ...binding, name: local.text, span: local.span }, context);
        continue;
      }
      report(context, NOT_IN_MODULE, name.span, `\`${used.key}\` declares no \`${name.text}\``, {
        hint: suggestion(name.text, declared.keys(), 'A file can only be asked for names that it declares itself.'),
      });
      context.scope.bind({ name: local.text, span: local.span, meaning: { kind: 'unknown' } });
    }
  }

  #bindDefinition(statement: Statement, module: Module, context: ValueContext): void {
    const { scope } = context;
    if (statement.kind === 'let') {
      if (statement.value.kind === 'file') this.#loadList(statement, module);
      this.#bindName(statement, { kind: 'let', statement, scope }, module, context);
    } else if (statement.kind === 'service-declaration') {
      this.#bindName(statement, { kind: 'service', statement, scope }, module, context);
    } else if (statement.kind === 'group') {
      this.#bindName(statement, { kind: 'group', statement, scope }, module, context);
    }
  }

  #declare(statement: Statement, module: Module, context: ValueContext): void {
    if (statement.kind === 'zone') {
      const zone = declareZone(statement, context);
      if (zone) this.zones.push(zone);
      this.#bindName(statement, zone ? { kind: 'zone', zone } : { kind: 'unknown' }, module, context);
    } else if (statement.kind === 'memory') {
      const memory = declareMemory(statement, context);
      if (memory) this.memories.push(memory);
      this.#bindName(statement, memory ? { kind: 'memory', memory } : { kind: 'unknown' }, module, context);
    } else if (statement.kind === 'table') {
      this.#declareTable(statement, module, context);
    } else if (statement.kind === 'balance') {
      for (const setting of statement.settings) {
        const table = setting.kind === 'pool' ? setting.table : undefined;
        if (table?.kind === 'table') this.#declareTable(table, module, context);
      }
    }
  }

  #declareTable(statement: TableSyntax, module: Module, context: ValueContext): void {
    const lookUp = (name: string): Value | undefined => constantNamed(name, context);
    const { table, diagnostics } = loadTable(statement, module.folder, this.#inputs, lookUp);
    this.#addAll(diagnostics);
    if (table) this.tables.set(statement, table);
    this.#bindName(statement, table ? { kind: 'table', table } : { kind: 'unknown' }, module, context);
  }

  #loadList(statement: Extract<Statement, { readonly kind: 'let' }>, module: Module): void {
    if (statement.value.kind !== 'file') return;
    const { values, diagnostics } = loadList(statement.value.path, statement.orEmpty, module.folder, this.#inputs);
    this.#addAll(diagnostics);
    if (values) this.#lists.set(statement, listValue(values));
  }

  #bindName(statement: Declaring | TableSyntax, meaning: Meaning, module: Module, context: ValueContext): void {
    const { name } = statement;
    const binding: Binding = { name: name.text, span: name.span, meaning };
    if (bindOrReport(context.scope, binding, context)) this.#declared.get(module)?.set(name.text, binding);
  }

  #addAll(diagnostics: readonly Diagnostic[]): void {
    for (const finding of diagnostics) this.#findings.add(finding);
  }
}

function listValue(values: ListValues): Resolved {
  switch (values.kind) {
    case 'addresses':
      return addresses(values.set);
    case 'ports':
      return numbers(IntervalSet.fromIntervals(NUMBER_WIDTH, values.set.bigintIntervals()));
    case 'empty':
      return { type: 'nothing', orEmpty: true };
  }
}

/** What a name in a table's rows and defaults stands for: the value of a `let`. */
function constantNamed(name: string, context: ValueContext): Value | undefined {
  const meaning = context.scope.find(name)?.meaning;
  if (meaning?.kind !== 'let') return undefined;
  const { value } = meaning.statement;
  return value.kind === 'file' ? undefined : value;
}
