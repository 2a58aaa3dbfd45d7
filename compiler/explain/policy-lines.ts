/** Which lines of a policy a plan's nodes carry out. */
import { positionOf, type SourceFile } from '../../grammar/source.ts';
import type { ProgramRule } from '../4-program/program.ts';
import type { PlanNode } from '../6-plan/plan.ts';
import type { Origin } from '../model/index.ts';
import type { PolicyLines } from './explained.ts';

/** Lines by file, each node's gathered once. */
type LineSets = ReadonlyMap<string, ReadonlySet<number>>;

export class PolicyLineSets {
  readonly #known = new Map<PlanNode, LineSets>();
  readonly #lineOf = new Map<SourceFile, Map<number, number>>();

  of(node: PlanNode): readonly PolicyLines[] {
    return inOrder(this.#gathered(node));
  }

  ofRules(rules: readonly ProgramRule[]): readonly PolicyLines[] {
    return this.ofOrigins(rules.flatMap(originsOf));
  }

  ofOrigins(origins: readonly Origin[]): readonly PolicyLines[] {
    return inOrder(this.#ofOrigins(origins));
  }

  #gathered(node: PlanNode): LineSets {
    let lines = this.#known.get(node);
    if (!lines) this.#known.set(node, (lines = this.#gather(node)));
    return lines;
  }

  #gather(node: PlanNode): LineSets {
    switch (node.kind) {
      case 'sequence':
        return union(node.steps.map((step) => this.#gathered(step)));
      case 'rules':
      case 'candidates':
        return this.#ofOrigins(node.rules.flatMap(originsOf));
      case 'scope':
        return this.#gathered(node.body);
      case 'ranked':
        return union(node.searches.map((search) => this.#gathered(search)));
      case 'switch':
        return union([...node.cases.map(({ body }) => this.#gathered(body)), this.#gathered(node.otherwise)]);
      case 'lookup':
        return this.#ofOrigins(node.classes.flatMap(({ rules }) => rules.flatMap(originsOf)));
    }
  }

  #ofOrigins(origins: readonly Origin[]): LineSets {
    const lines = new Map<string, Set<number>>();
    for (const { span } of origins) {
      const { path } = span.source;
      let own = lines.get(path);
      if (!own) lines.set(path, (own = new Set()));
      own.add(this.#line(span.source, span.start));
    }
    return lines;
  }

  #line(source: SourceFile, offset: number): number {
    let known = this.#lineOf.get(source);
    if (!known) this.#lineOf.set(source, (known = new Map()));
    let line = known.get(offset);
    if (line === undefined) known.set(offset, (line = positionOf(source, offset).line));
    return line;
  }
}

function originsOf({ origin, merged = [] }: ProgramRule): readonly Origin[] {
  return [origin, ...merged];
}

function union(parts: readonly LineSets[]): LineSets {
  const all = new Map<string, Set<number>>();
  for (const part of parts) {
    for (const [path, lines] of part) {
      let own = all.get(path);
      if (!own) all.set(path, (own = new Set()));
      for (const line of lines) own.add(line);
    }
  }
  return all;
}

function inOrder(lines: LineSets): readonly PolicyLines[] {
  return [...lines].map(([path, numbers]) => ({ path, lines: [...numbers].toSorted((a, b) => a - b) }));
}
