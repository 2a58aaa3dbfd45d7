/** What programs and their entries have to say otherwise in one architecture of P4 than in another. */
import type { FamilyTables } from '../tree.ts';

/** An action of tables of rules, with the number that P4Runtime knows it by. */
export interface RuleAction {
  readonly id: number;
  readonly name: string;
}

/** Those of a table of rules, by what its entries say. */
export interface RuleActions {
  readonly drop: RuleAction;
  readonly up: RuleAction;
}

export interface Architecture {
  /** As a target's line names it. */
  readonly name: string;
  /** The program's text from the values that all architectures have in common, and from its own. */
  readonly template: string;
  /** The metadata's member that says by which port a frame came in. */
  readonly inputPort: string;
  /** The parser's metadata begin with zeros. */
  readonly startsWithZeros: boolean;
  /** The metadata say how long a frame is. */
  readonly tellsFrameLength: boolean;
  /** Of ports, as P4Runtime is told; undefined: plain numbers. */
  readonly portType: string | undefined;
  /** Where a frame goes out stands in a table; else the program reckons it. */
  readonly sendsByTable: boolean;
  /** `entry`: each entry of a table of rules has a counter of its own. `rule`: rules have counters, and entries say which is theirs. */
  readonly counts: 'entry' | 'rule';
  readonly actions: (tables: FamilyTables) => RuleActions;
}
