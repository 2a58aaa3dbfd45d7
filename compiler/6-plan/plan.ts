/**
 * The Plan: how a stage's rules are carried out on a plane. A node either decides about the packet or lets it go on to
 * what follows; a leaf's rules are short lists. A node that stands in several places is one object: planes
 * carry it out once. Every node knows the rules it carries out, and so their lines.
 */
import type { AddressField, FieldName, Origin, RowVariable, View } from '../model/index.ts';
import type { IntervalSet } from '../net/interval-set.ts';
import type { Atom, Family, Program, ProgramRule, Stage } from '../4-program/program.ts';

/** Steps one after another, until one decides. */
export interface Sequence {
  readonly kind: 'sequence';
  readonly steps: readonly PlanNode[];
}

/** A linear list: asked in order, the first that decides decides. */
export interface Rules {
  readonly kind: 'rules';
  readonly rules: readonly ProgramRule[];
}

/** A group's rules at one use; `leave` goes on behind it. */
export interface ScopeNode {
  readonly kind: 'scope';
  readonly origin: Origin;
  readonly name: string;
  readonly body: PlanNode;
  /** Other uses have the same body, and it is to be a chain that they jump to; otherwise it may stand in place of each. */
  readonly isChain?: true;
}

/** One part of a lookup's key: a field of the packet against a column of the table. */
export interface KeyPart {
  readonly field: AddressField | 'protocol' | Exclude<FieldName, 'in' | 'out'>;
  readonly view: View;
  readonly column: string;
}

/** Rows with the same rules. */
export interface RowClass {
  /** Ascending row numbers. */
  readonly rows: Uint32Array;
  /** Without the atoms of the key and of the guard; their cells are those of the row found. */
  readonly rules: readonly ProgramRule[];
}

/**
 * A lookup in a table: at most one row matches the key (or it makes no difference which), and that row's rules are
 * asked. However many rows there are, it is one lookup.
 */
export interface Lookup {
  readonly kind: 'lookup';
  readonly origin: Origin;
  /** Further rules of the policy that a pass has put into this lookup. */
  readonly merged?: readonly Origin[];
  readonly row: RowVariable;
  readonly family: Family | undefined;
  /** What must hold besides, for any row; tested before the lookup where that is cheaper. */
  readonly guard: readonly Atom[];
  readonly key: readonly KeyPart[];
  /** No row is in two classes. */
  readonly classes: readonly RowClass[];
}

/**
 * One lookup of a field's value in disjoint sets, each with its own continuation. Packets of another family, and those that
 * miss the guard, go on behind it.
 */
export interface Switch {
  readonly kind: 'switch';
  readonly origin: Origin;
  readonly family: Family | undefined;
  /** What must hold besides, in every case; tested before the lookup. */
  readonly guard: readonly Atom[];
  readonly field: SwitchField;
  /** What the policy calls the field's values, for names: `from`, `to`, `service`. */
  readonly label: string;
  readonly cases: readonly { readonly values: IntervalSet; readonly body: PlanNode }[];
  /** For a packet whose value is in no case, or that lacks the field. */
  readonly otherwise: PlanNode;
}

/** A field that a plane can look up; addresses with the view they are seen in. */
export type SwitchField =
  | { readonly kind: 'address'; readonly field: AddressField; readonly view: View }
  | { readonly kind: 'number'; readonly field: Exclude<FieldName, AddressField | 'in' | 'out'> };

/**
 * Searches side by side. Each is asked, whatever the others found, and yields the first of its `candidates` that a packet
 * meets, or none; when all are through, the candidate of the lowest rank is carried out. Without one, the packet goes on.
 * So independent lookups add up: rules that name a source and rules that name a destination need no tree of both. What a
 * search finds in `rules` decides at once.
 */
export interface Ranked {
  readonly kind: 'ranked';
  readonly origin: Origin;
  readonly searches: readonly PlanNode[];
}

/**
 * In a search of `ranked`, a linear list: the first rule that matches is the search's candidate, and ends it. Its rules do
 * nothing but decide (see `isPlain`).
 */
export interface Candidates {
  readonly kind: 'candidates';
  readonly rules: readonly ProgramRule[];
  /** Of each rule, ascending: the lower goes before. Rules of one rank decide the same. */
  readonly ranks: readonly number[];
}

export type PlanNode = Sequence | Rules | ScopeNode | Lookup | Switch | Ranked | Candidates;

export interface StagePlan {
  readonly stage: Stage;
  /** `each packet` rules: before everything, for every packet. */
  readonly eachPacket: PlanNode;
  /** What the language implies, then the policy's rules; in a stateful stage for packets that begin a flow. */
  readonly body: PlanNode;
}

export interface Plan {
  readonly program: Program;
  readonly stages: readonly StagePlan[];
}

export const NOTHING: Sequence = { kind: 'sequence', steps: [] };

/** Whether a node does nothing at all. */
export function isNothing(node: PlanNode): boolean {
  switch (node.kind) {
    case 'sequence':
      return node.steps.every(isNothing);
    case 'ranked':
      return node.searches.every(isNothing);
    case 'rules':
    case 'candidates':
      return node.rules.length === 0;
    default:
      return false;
  }
}

/**
 * The plan with every node put through `change`, those below a node first. Shared nodes stay shared, and a node below which
 * nothing changes reaches `change` as it is.
 */
export function mapNodes(root: PlanNode, change: (node: PlanNode) => PlanNode): PlanNode {
  const done = new Map<PlanNode, PlanNode>();
  const visit = (node: PlanNode): PlanNode => {
    let result = done.get(node);
    if (!result) done.set(node, (result = change(withChildren(node, visit))));
    return result;
  };
  return visit(root);
}

/** The nodes directly below a node. */
export function childrenOf(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case 'sequence':
      return node.steps;
    case 'scope':
      return [node.body];
    case 'switch':
      return [...node.cases.map(({ body }) => body), node.otherwise];
    case 'ranked':
      return node.searches;
    case 'rules':
    case 'candidates':
    case 'lookup':
      return [];
  }
}

/** A node and all below it, each once. */
export function everyNode(root: PlanNode): ReadonlySet<PlanNode> {
  const seen = new Set<PlanNode>();
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const child of childrenOf(node)) open.push(child);
  }
  return seen;
}

/** Whether something in a group's plan goes on behind the group. */
export function leaves(node: PlanNode): boolean {
  const isLeaving = ({ decision }: ProgramRule) => decision?.kind === 'verdict' && decision.verdict.kind === 'leave';
  switch (node.kind) {
    case 'rules':
      return node.rules.some(isLeaving);
    case 'lookup':
      return node.classes.some(({ rules }) => rules.some(isLeaving));
    case 'sequence':
    case 'switch':
      return childrenOf(node).some(leaves);
    case 'scope':
    case 'ranked':
    case 'candidates':
      return false;
  }
}

/** The nodes that stand in several places below a node. */
export function sharedNodes(root: PlanNode): ReadonlySet<PlanNode> {
  const seen = new Set<PlanNode>();
  const shared = new Set<PlanNode>();
  const open = [root];
  for (let node = open.pop(); node; node = open.pop()) {
    if (seen.has(node)) {
      shared.add(node);
      continue;
    }
    seen.add(node);
    for (const child of childrenOf(node)) open.push(child);
  }
  return shared;
}

/** The node with each node directly below it put through `change`; the same node where that changes none. */
export function withChildren(node: PlanNode, change: (node: PlanNode) => PlanNode): PlanNode {
  switch (node.kind) {
    case 'sequence': {
      const steps = node.steps.map(change);
      return sameList(steps, node.steps) ? node : { ...node, steps };
    }
    case 'ranked': {
      const searches = node.searches.map(change);
      return sameList(searches, node.searches) ? node : { ...node, searches };
    }
    case 'scope': {
      const body = change(node.body);
      return body === node.body ? node : { ...node, body };
    }
    case 'switch': {
      const bodies = node.cases.map(({ body }) => change(body));
      const otherwise = change(node.otherwise);
      const isSame = otherwise === node.otherwise && node.cases.every(({ body }, index) => body === bodies[index]);
      if (isSame) return node;
      return { ...node, cases: node.cases.map((one, index) => ({ ...one, body: bodies[index]! })), otherwise };
    }
    case 'rules':
    case 'candidates':
    case 'lookup':
      return node;
  }
}

function sameList<Value>(a: readonly Value[], b: readonly Value[]): boolean {
  return a.every((value, index) => value === b[index]);
}
