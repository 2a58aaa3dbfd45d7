/**
 * The Plan: how a stage's rules are carried out on a plane. A node either decides about the packet or lets it go on to
 * what follows; a leaf's rules are short lists. Every node knows the rules it carries out, and so their lines.
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
  readonly row: RowVariable;
  readonly family: Family | undefined;
  /** What must hold besides, for any row; tested before the lookup where that is cheaper. */
  readonly guard: readonly Atom[];
  readonly key: readonly KeyPart[];
  /** No row is in two classes. */
  readonly classes: readonly RowClass[];
}

/** One lookup of a field's value in disjoint sets, each with its own continuation. */
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
}

/** A field that a plane can look up; addresses with the view they are seen in. */
export type SwitchField =
  | { readonly kind: 'address'; readonly field: AddressField; readonly view: View }
  | { readonly kind: 'number'; readonly field: Exclude<FieldName, AddressField | 'in' | 'out'> };

export type PlanNode = Sequence | Rules | ScopeNode | Lookup | Switch;

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
  return node.kind === 'sequence' ? node.steps.every(isNothing) : node.kind === 'rules' && node.rules.length === 0;
}
