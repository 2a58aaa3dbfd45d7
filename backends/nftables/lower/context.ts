/** What lowering gathers while it walks a plan: sets, chains and objects of one table, their names, and what went wrong. */
import { diagnostic, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { Program, StageId } from '../../../compiler/4-program/program.ts';
import type { PlanNode } from '../../../compiler/6-plan/plan.ts';
import type { Prices } from '../../../compiler/cost/prices.ts';
import type { Origin, Table, Zone } from '../../../compiler/model/index.ts';
import { identifier, NameSpace } from '../names.ts';
import { PROBLEMS } from '../problems.ts';
import type { NamedObject, NftChain, NftRule, NftSet } from '../tree.ts';

export class Context {
  readonly program: Program;
  readonly prices: Prices;
  readonly sets: NftSet[] = [];
  readonly chains: NftChain[] = [];
  /** Chains that from rule `at` on go on in another. */
  readonly #continuations: { readonly of: NftChain; readonly at: number; readonly chain: NftChain }[] = [];
  readonly objects: NamedObject[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly #setNames = new NameSpace();
  readonly #chainNames = new NameSpace();
  readonly #objectNames = new NameSpace();
  readonly #made = new Map<string, string>();
  readonly #bodies = new Map<PlanNode, Map<string, string>>();
  readonly #tables = new Map<string, Table[]>();
  readonly #refused = new Set<string>();
  readonly #chainOwners = new Set<string>();
  #head: NftRule[] = [];
  #stage: StageId = 'mitigate';
  #part = '';

  constructor(program: Program, prices: Prices) {
    this.program = program;
    this.prices = prices;
  }

  /** The stage at work, as part of names. */
  get stage(): StageId {
    return this.#stage;
  }

  /** `part` tells the chains of a part of the stage, which may carry out the same rules once more, from the others. */
  enterStage(stage: StageId, part = ''): void {
    this.#stage = stage;
    this.#part = part;
  }

  /**
   * The set or map that `owner` (its content) asks for: made once, whatever the number of rules that use it. `wanted`
   * is what it would best be called; `asker`, where another set is called so, tells it from that by what does not change with
   * rows and with the lines of a policy.
   */
  set(owner: string, wanted: string, make: (name: string) => NftSet, asker = owner): string {
    return this.#once(`set ${owner}`, () => {
      const name = this.#setNames.name(wanted, owner, [this.#stage], asker);
      this.sets.push(make(name));
      return name;
    });
  }

  /** A counter, limit or the like, made once for each `owner`. */
  object(
    kind: NamedObject['kind'],
    owner: string,
    wanted: string,
    lines: readonly string[],
    description?: string,
  ): string {
    return this.#once(`${kind} ${owner}`, () => {
      const name = this.#objectNames.name(wanted, `${kind} ${owner}`, [this.#stage]);
      this.objects.push({ kind, name, lines, description });
      return name;
    });
  }

  /** The counter of a policy's name. */
  counter(
    { name, direction }: { readonly name: string; readonly direction?: string | undefined },
    lines: readonly string[] = [],
    description?: string,
  ): string {
    const wanted = identifier(direction === undefined ? name : `${name}_${direction}`);
    return this.object('counter', `${name}/${direction ?? ''}`, wanted, lines, description);
  }

  /** A new chain; `owner` tells it from others that would have the same name. */
  chain(wanted: string, owner: string, description: string, hook?: NftChain['hook']): NftChain {
    let full = `${owner} ${this.#part}`;
    while (this.#chainOwners.has(full)) full += "'";
    this.#chainOwners.add(full);
    const name = this.#chainNames.name(wanted, full, this.#part === '' ? [] : [this.#part]);
    const chain: NftChain = { name, hook, description, rules: [] };
    this.chains.push(chain);
    return chain;
  }

  /** What is appended to a chain from now on will stand in the other, and the chain goes on there. */
  goOnIn(chain: NftChain, of: NftChain): void {
    this.#continuations.push({ of, at: of.rules.length, chain });
  }

  /** Moves what was appended to chains that go on elsewhere; to be called when nothing is appended any more. */
  moveContinuations(): void {
    for (const { of, at, chain } of this.#continuations.toReversed()) {
      chain.rules.push(...of.rules.splice(at));
      of.rules.push({ statements: [`goto ${chain.name}`], origin: undefined, remark: 'all others' });
    }
    this.#continuations.length = 0;
  }

  /** A chain that many rules jump to, made when the first does. */
  sharedChain(wanted: string, description: string, rules: readonly NftRule[]): string {
    return this.#once(`chain ${wanted}`, () => {
      const chain = this.chain(wanted, wanted, description);
      chain.rules.push(...rules);
      return chain.name;
    });
  }

  /** A rule that every packet has to meet before those at work; said once. */
  atHead(rule: NftRule): void {
    const text = rule.statements.join(' ');
    if (!this.#head.some(({ statements }) => statements.join(' ') === text)) this.#head.push(rule);
  }

  /** The rules for the head of the base chain that was made. */
  takeHead(): readonly NftRule[] {
    const head = this.#head;
    this.#head = [];
    return head;
  }

  /**
   * The chain that carries out a node of the plan: made once, however many places in the plan hold the node. `known` is what
   * else the chain's rules depend on.
   */
  body(node: PlanNode, known: string, make: () => string): string {
    let chains = this.#bodies.get(node);
    if (!chains) this.#bodies.set(node, (chains = new Map()));
    const key = `${this.#stage} ${this.#part} ${known}`;
    let name = chains.get(key);
    if (name === undefined) chains.set(key, (name = make()));
    return name;
  }

  /** Tells a table from all others: those that passes make may have one name. */
  ownerOf(table: Table): string {
    let namesakes = this.#tables.get(table.name);
    if (!namesakes) this.#tables.set(table.name, (namesakes = []));
    let place = namesakes.indexOf(table);
    if (place < 0) place = namesakes.push(table) - 1;
    return place === 0 ? table.name : `${table.name} ${place}`;
  }

  /** A zone of the policy as the target binds it. */
  bound(zone: Zone): Zone {
    return this.program.target?.zones.get(zone.name) ?? zone;
  }

  /** This plane cannot carry something out exactly: the rule's place, why, and what to do. */
  refuse(origin: Origin, message: string, hint: string): void {
    const { source, start, end } = origin.span;
    const said = `${source.path} ${start} ${end} ${message}`;
    if (this.#refused.has(said)) return;
    this.#refused.add(said);
    this.diagnostics.push(diagnostic(PROBLEMS.notExact, origin.span, message, { hint }));
  }

  #once(key: string, make: () => string): string {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const name = make();
    this.#made.set(key, name);
    return name;
  }
}
