/** A plan's nodes as steps for people: what each looks up, what it costs, whose lines it carries out. */
import type { Atom, ProgramRule } from '../4-program/program.ts';
import { childrenOf, isNothing, type Lookup, type PlanNode, type Ranked, type Switch } from '../6-plan/plan.ts';
import { keyKind, pricing, switchLookup, type Cost } from '../cost/cost.ts';
import type { Prices } from '../cost/prices.ts';
import type { Origin } from '../model/index.ts';
import type { Expense, ExplainedStep } from './explained.ts';
import { PolicyLineSets } from './policy-lines.ts';
import { switchedValues } from './values-text.ts';

/** The steps of a stage's plan, in the order in which a packet meets them. */
export function stepsOf(root: PlanNode, prices: Prices): readonly ExplainedStep[] {
  return new Explainer(prices).steps(root);
}

class Explainer {
  readonly #expenseOf: (node: PlanNode) => Expense | undefined;
  readonly #lines = new PolicyLineSets();
  /** Nodes that several ways lead to, by the number that they are shown with. */
  readonly #shared = new Map<PlanNode, number>();
  readonly #seen = new Set<PlanNode>();
  /** Those whose first place has been shown. */
  readonly #shown = new Set<PlanNode>();

  constructor(prices: Prices) {
    const costOf = pricing(prices);
    this.#expenseOf = (node) => (prices.tellTime ? expenseOf(costOf(node)) : undefined);
  }

  steps(root: PlanNode): readonly ExplainedStep[] {
    this.#countWays(root);
    return this.#below(root);
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
  #below(node: PlanNode): readonly ExplainedStep[] {
    if (isNothing(node)) return [];
    return node.kind === 'sequence' && !this.#shared.has(node)
      ? node.steps.flatMap((step) => this.#below(step))
      : [this.#step(node)];
  }

  #step(node: PlanNode): ExplainedStep {
    const shared = this.#shared.get(node);
    if (shared !== undefined && this.#shown.has(node)) return { ...this.#plain(node, 'as above', []), shared };
    this.#shown.add(node);
    return { ...this.#described(node), shared };
  }

  #described(node: PlanNode): ExplainedStep {
    switch (node.kind) {
      case 'sequence':
        return this.#plain(
          node,
          'one after another',
          node.steps.flatMap((step) => this.#below(step)),
        );
      case 'rules':
      case 'candidates':
        return this.#list(node, node.rules);
      case 'scope':
        return this.#plain(node, `group \`${node.name}\``, this.#below(node.body));
      case 'ranked':
        return this.#ranked(node);
      case 'lookup':
        return this.#lookup(node);
      case 'switch':
        return this.#switch(node);
    }
  }

  #plain(node: PlanNode, title: string, steps: readonly ExplainedStep[], lookup?: string): ExplainedStep {
    const lines = this.#lines.of(node);
    return { title, lookup, expense: this.#expenseOf(node), lines, steps, shared: undefined };
  }

  #list(node: PlanNode, rules: readonly ProgramRule[]): ExplainedStep {
    const [first] = rules;
    if (first && rules.length === 1) return this.#plain(node, ruleText(first), []);
    return this.#plain(
      node,
      `${rules.length} rules, one after another`,
      rules.map((rule) => this.#rule(rule)),
    );
  }

  #rule(rule: ProgramRule): ExplainedStep {
    const lines = this.#lines.ofRules([rule]);
    return { title: ruleText(rule), lookup: undefined, expense: undefined, lines, steps: [], shared: undefined };
  }

  #ranked(node: Ranked): ExplainedStep {
    const searches = node.searches.map((search, index) =>
      this.#plain(search, `search ${index + 1}`, this.#below(search)),
    );
    const title = `${node.searches.length} searches, all asked; of what they find, the first rule of the list decides`;
    return this.#plain(node, title, searches);
  }

  #lookup(node: Lookup): ExplainedStep {
    const rows = node.classes.reduce((sum, one) => sum + one.rows.length, 0);
    const key = node.key.map(({ field }) => field).join(', ');
    const classes = node.classes.map(({ rows: some, rules }): ExplainedStep => {
      const lines = this.#lines.ofRules(rules);
      const steps = rules.map((rule) => this.#rule(rule));
      const title = `${counted(some.length, 'row')}: ${counted(rules.length, 'rule')}`;
      return { title, lookup: undefined, expense: undefined, lines, steps, shared: undefined };
    });
    const [only] = classes;
    const steps = only && classes.length === 1 ? only.steps : classes;
    const title = `row of \`${node.row.table.name}\` by ${key}${guardText(node.guard)}`;
    return this.#plain(node, title, steps, `${LOOKUPS[keyKind(node)]}, ${counted(rows, 'row')}`);
  }

  /** One of the ways that exclude each other, on one line with the rule if there is only one. */
  #way(values: string, body: PlanNode): ExplainedStep {
    const steps = this.#below(body);
    const [only] = steps;
    if (only === undefined) return this.#plain(body, `${values}: goes on`, []);
    if (steps.length > 1 || only.steps.length > 0) return this.#plain(body, values, steps);
    return { ...only, title: `${values}: ${only.title}` };
  }

  #switch(node: Switch): ExplainedStep {
    const { kind, elements } = switchLookup(node);
    const cases = node.cases.map(({ values, body }) => this.#way(switchedValues(node, values), body));
    const otherwise = isNothing(node.otherwise) ? [] : [this.#way('anything else', node.otherwise)];
    const family = node.family === undefined ? '' : `IPv${node.family}, `;
    const title = `${family}by ${node.field.field}${guardText(node.guard)}`;
    return this.#plain(node, title, [...cases, ...otherwise], `${LOOKUPS[kind]}, ${counted(elements, 'element')}`);
  }
}

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
