/** A plan's nodes as steps for people: what each looks up, what it costs, whose lines it carries out. */
import type { Atom, ProgramRule } from '../4-program/program.ts';
import {
  childrenOf,
  isNothing,
  type Lookup,
  type PlanNode,
  type Ranked,
  type Sequence,
  type Switch,
} from '../6-plan/plan.ts';
import {
  costsOfClasses,
  keyKind,
  partsOfList,
  partsOfSteps,
  partsOfWays,
  pricing,
  switchLookup,
  type Cost,
} from '../cost/cost.ts';
import { memoryBelow, type MemorySizes } from '../cost/memory.ts';
import type { Prices } from '../cost/prices.ts';
import type { Origin } from '../model/index.ts';
import type { Expense, ExplainedStep, StepKind } from './explained.ts';
import { PolicyLineSets } from './policy-lines.ts';
import { switchedValues } from './values-text.ts';

/** What a plane has to say of its steps. */
export interface StepsTold {
  readonly prices: Prices;
  readonly memory?: MemorySizes | undefined;
  /** Whether a search has found the rules that a packet meets (rule-search.ts): no list is gone through, and nothing looked up. */
  readonly isFound?: boolean;
}

/** The steps of a stage's plan, in the order in which a packet meets them. */
export function stepsOf(root: PlanNode, told: StepsTold): readonly ExplainedStep[] {
  return new Explainer(told).steps(root);
}

class Explainer {
  readonly #prices: Prices;
  readonly #costOf: (node: PlanNode) => Cost;
  readonly #memoryOf: ((node: PlanNode) => number) | undefined;
  readonly #isFound: boolean;
  readonly #lines = new PolicyLineSets();
  /** Nodes that several ways lead to, by the number that they are shown with. */
  readonly #shared = new Map<PlanNode, number>();
  readonly #seen = new Set<PlanNode>();
  /** Those whose first place has been shown. */
  readonly #shown = new Set<PlanNode>();

  constructor({ prices, memory, isFound = false }: StepsTold) {
    this.#prices = prices;
    this.#isFound = isFound;
    this.#memoryOf = memory && memoryBelow(memory);
    this.#costOf = pricing(prices);
  }

  steps(root: PlanNode): readonly ExplainedStep[] {
    this.#countWays(root);
    // From the root on: a node's price depends on how many others stand beside it.
    return this.#below(root, this.#costOf(root).expected);
  }

  /** Numbers the nodes with several ways in. */
  #countWays(node: PlanNode): void {
    if (this.#seen.has(node)) {
      if (!this.#shared.has(node) && isWorthANumber(node)) this.#shared.set(node, this.#shared.size + 1);
      return;
    }
    this.#seen.add(node);
    for (const child of childrenOf(node)) this.#countWays(child);
  }

  /** A node as the steps of what it stands in: sequences add nothing of their own. */
  #below(node: PlanNode, share: number): readonly ExplainedStep[] {
    if (isNothing(node)) return [];
    return node.kind === 'sequence' && !this.#shared.has(node) ? this.#stepsOf(node, share) : [this.#step(node, share)];
  }

  #stepsOf(node: Sequence, share: number): readonly ExplainedStep[] {
    const parts = this.#split(node, partsOfSteps(node.steps, node.steps.map(this.#costOf)), share);
    return node.steps.flatMap((step, at) => this.#below(step, parts[at]!));
  }

  #step(node: PlanNode, share: number): ExplainedStep {
    const shared = this.#shared.get(node);
    if (shared !== undefined && this.#shown.has(node)) {
      return { ...this.#plain('steps', node, share, 'as above', []), memory: undefined, shared };
    }
    this.#shown.add(node);
    return { ...this.#described(node, share), shared };
  }

  #described(node: PlanNode, share: number): ExplainedStep {
    switch (node.kind) {
      case 'sequence':
        return this.#plain('steps', node, share, 'one after another', this.#stepsOf(node, share));
      case 'rules':
      case 'candidates':
        return this.#list(node, node.rules, share);
      case 'scope': {
        const [inner = 0] = this.#split(node, [this.#costOf(node.body).expected], share);
        return this.#plain('group', node, share, `group \`${node.name}\``, this.#below(node.body, inner));
      }
      case 'ranked':
        return this.#ranked(node, share);
      case 'lookup':
        return this.#lookup(node, share);
      case 'switch':
        return this.#switch(node, share);
    }
  }

  /** How much of a node's share is that of each of the nodes below it, of whose expected cost these are the parts. */
  #split(node: PlanNode, parts: readonly number[], share: number): readonly number[] {
    const { expected } = this.#costOf(node);
    return parts.map((part) => (expected === 0 ? 0 : (share * part) / expected));
  }

  #plain(
    kind: StepKind,
    node: PlanNode,
    share: number,
    title: string,
    steps: readonly ExplainedStep[],
    lookup?: string,
  ): ExplainedStep {
    const times = this.#prices.tellTime ? { expense: expenseOf(this.#costOf(node)), share } : UNTIMED;
    const memory = this.#memoryOf?.(node);
    const lines = this.#lines.of(node);
    return { kind, title, lookup, ...times, memory, rule: undefined, lines, steps, shared: undefined };
  }

  #list(node: PlanNode, rules: readonly ProgramRule[], share: number): ExplainedStep {
    const [first] = rules;
    if (first && rules.length === 1) {
      return { ...this.#plain('rule', node, share, ruleText(first), []), rule: textOf(first.origin) };
    }
    const how = this.#isFound ? 'found at once' : 'one after another';
    return this.#plain('rules', node, share, `${rules.length} rules, ${how}`, this.#rules(rules, share));
  }

  #rules(rules: readonly ProgramRule[], share: number): readonly ExplainedStep[] {
    const parts = this.#prices.tellTime ? partsOfList(rules, this.#prices) : [];
    return rules.map((rule, at) => ({
      kind: 'rule',
      title: ruleText(rule),
      lookup: undefined,
      expense: undefined,
      share: this.#prices.tellTime ? share * parts[at]! : undefined,
      memory: undefined,
      rule: textOf(rule.origin),
      lines: this.#lines.ofRules([rule]),
      steps: [],
      shared: undefined,
    }));
  }

  #ranked(node: Ranked, share: number): ExplainedStep {
    const parts = this.#split(
      node,
      node.searches.map((search) => this.#costOf(search).expected),
      share,
    );
    const searches = node.searches.map((search, at) =>
      this.#plain('group', search, parts[at]!, `search ${at + 1}`, this.#below(search, parts[at]!)),
    );
    const title = `${node.searches.length} searches, all asked; of what they find, the first rule of the list decides`;
    return this.#plain('searches', node, share, title, searches);
  }

  #lookup(node: Lookup, share: number): ExplainedStep {
    const rows = node.classes.reduce((sum, one) => sum + one.rows.length, 0);
    const key = node.key.map(({ field }) => field).join(', ');
    const parts = this.#split(node, partsOfWays(costsOfClasses(node, this.#prices)), share);
    const classes = node.classes.map(({ rows: some, rules }, at): ExplainedStep => {
      const lines = this.#lines.ofRules(rules);
      const steps = this.#rules(rules, parts[at]!);
      const title = `${counted(some.length, 'row')}: ${counted(rules.length, 'rule')}`;
      const times = { expense: undefined, share: this.#prices.tellTime ? parts[at]! : undefined };
      const unknown = { lookup: undefined, memory: undefined, rule: undefined, shared: undefined };
      return { kind: 'way', title, ...unknown, ...times, lines, steps };
    });
    const [only] = classes;
    const steps = only && classes.length === 1 ? only.steps : classes;
    const title = `row of \`${node.row.table.name}\` by ${key}${guardText(node.guard)}`;
    const kind = this.#isFound ? '' : `${LOOKUPS[keyKind(node)]}, `;
    return this.#plain('rows', node, share, title, steps, `${kind}${counted(rows, 'row')}`);
  }

  /** One of the ways that exclude each other, on one line with the rule if there is only one. */
  #way(values: string, body: PlanNode, share: number): ExplainedStep {
    const steps = this.#below(body, share);
    const [only] = steps;
    if (only === undefined) return this.#plain('way', body, share, `${values}: goes on`, []);
    if (steps.length > 1 || only.steps.length > 0) return this.#plain('way', body, share, values, steps);
    return { ...only, title: `${values}: ${only.title}` };
  }

  #switch(node: Switch, share: number): ExplainedStep {
    const { kind, elements } = switchLookup(node);
    const bodies = [...node.cases.map(({ body }) => body), node.otherwise];
    const parts = this.#split(node, partsOfWays(bodies.map(this.#costOf)), share);
    const cases = node.cases.map(({ values, body }, at) => this.#way(switchedValues(node, values), body, parts[at]!));
    const otherwise = isNothing(node.otherwise) ? [] : [this.#way('anything else', node.otherwise, parts.at(-1)!)];
    const family = node.family === undefined ? '' : `IPv${node.family}, `;
    const title = `${family}by ${node.field.field}${guardText(node.guard)}`;
    const lookup = `${LOOKUPS[kind]}, ${counted(elements, 'element')}`;
    return this.#plain('values', node, share, title, [...cases, ...otherwise], lookup);
  }
}

const UNTIMED = { expense: undefined, share: undefined } as const;

const LOOKUPS = { hash: 'hash', interval: 'intervals', concatenatedInterval: 'intervals of several fields' } as const;

/** Short lists are shown again where they stand. */
function isWorthANumber(node: PlanNode): boolean {
  return node.kind !== 'rules' && node.kind !== 'candidates' ? childrenOf(node).length > 0 : node.rules.length > 1;
}

function expenseOf({ expected, worst }: Cost): Expense {
  return { expected, worst };
}

function ruleText({ origin, family, merged = [] }: ProgramRule): string {
  const others = merged.length === 0 ? [] : [`and ${counted(merged.length, 'rule')} merged into it`];
  const remarks = [...(family === undefined ? [] : [`IPv${family}`]), ...others];
  return remarks.length === 0 ? textOf(origin) : `${textOf(origin)} (${remarks.join('; ')})`;
}

function textOf({ text, name }: Origin): string {
  return text === '' ? name : text;
}

function guardText(guard: readonly Atom[]): string {
  return guard.length === 0 ? '' : `, behind ${counted(guard.length, 'test')}`;
}

function counted(count: number, noun: string): string {
  return `${String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',')} ${noun}${count === 1 ? '' : 's'}`;
}
