/** What a plan becomes where packets leave: a list of rules, each with a class, and tables that find the first that a packet meets. */
import type { FieldTable, TestedRule } from '../tree.ts';
import type { PacketField } from '../fields.ts';

export interface ClassRule extends TestedRule {
  readonly action: ClassAction;
}

/** The class of a number; or that which the packet's value of a field has, by the place among the numbers of its row. */
export type ClassAction =
  | { readonly kind: 'class'; readonly number: number }
  | { readonly kind: 'class of row'; readonly field: PacketField; readonly column: number; readonly table: string };

/** An interface that the program runs on, and the number of the zone that packets leave by there. */
export interface LeavingInterface {
  readonly name: string;
  readonly zone: number;
}

/** The choice of classes for all shapers of what leaves. */
export interface Classes {
  readonly target: string;
  readonly rules: readonly ClassRule[];
  readonly fields: readonly FieldTable[];
  readonly interfaces: readonly LeavingInterface[];
  /** The bits of marks that the program looks at. */
  readonly markBits: number;
}
