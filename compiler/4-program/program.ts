/**
 * The Program: per stage an ordered list of rules, the first that decides decides. A rule is a conjunction of atoms of
 * one address family (or of none in particular), with what it does. Planes are planned from it; it holds no choice yet.
 */
import type {
  AddressOfZoneTest,
  Cell,
  DuringTest,
  Gate,
  MaskedTest,
  MemoryTest,
  NumberTest,
  OpaqueTest,
  PayloadTest,
  RateGate,
  RowVariable,
  SameFieldTest,
  ServiceCellTest,
  UntilTest,
  View,
  ZoneTest,
} from '../model/condition.ts';
import type { AddressField } from '../model/fields.ts';
import type {
  Balance,
  Effect,
  Memory,
  Origin,
  Policy,
  Shape,
  Table,
  Target,
  Translation,
  Verdict,
  Zone,
} from '../model/index.ts';
import type { IntervalSet } from '../net/interval-set.ts';

export type Family = 4 | 6;

/** An address of the rule's family in an interval set (32 or 128 bits), in a cell, or equal under a mask. */
export interface FamilyAddressTest {
  readonly kind: 'address';
  readonly field: AddressField;
  readonly view: View;
  readonly family: Family;
  readonly in: IntervalSet | Cell | { readonly kind: 'masked'; readonly value: bigint; readonly mask: bigint };
  readonly name?: string | undefined;
}

export type AtomTest =
  | NumberTest
  | MaskedTest
  | FamilyAddressTest
  | ZoneTest
  | ServiceCellTest
  | MemoryTest
  | AddressOfZoneTest
  | SameFieldTest
  | PayloadTest
  | UntilTest
  | DuringTest
  | OpaqueTest;

/** A test that must hold, or (negated) must not: the exact complement, true where the field is absent. */
export interface Atom {
  readonly test: AtomTest;
  readonly negated: boolean;
}

/** An effect, and under which further atoms and gates it happens. */
export interface ProgramEffect {
  readonly effect: Effect;
  /** Any of these conjunctions, which exclude each other; one empty conjunction: always. */
  readonly when: readonly (readonly Atom[])[];
  readonly gates: readonly Gate[];
}

export type Decision =
  | { readonly kind: 'verdict'; readonly verdict: Verdict }
  | { readonly kind: 'translation'; readonly translation: Translation }
  /** `limit`: packets over it, which the rule has decided about, are dropped at the socket. */
  | { readonly kind: 'socket'; readonly socket: string; readonly limit?: RateGate }
  /** `shape`: the number of the class that the packet queues in, see model/shape-classes.ts. */
  | { readonly kind: 'class'; readonly class: number | Cell };

export interface ProgramRule {
  readonly kind: 'rule';
  readonly origin: Origin;
  /** Further rules of the policy that a pass has put into this one. */
  readonly merged?: readonly Origin[];
  /** Undefined: no atom speaks of a family, the rule is for both. */
  readonly family: Family | undefined;
  readonly eachPacket: boolean;
  readonly atoms: readonly Atom[];
  readonly gates: readonly Gate[];
  readonly effects: readonly ProgramEffect[];
  readonly decision: Decision | undefined;
  /** How many packets meet it, in terms of the stage's average rule; undefined: no profile says. */
  readonly weight?: number;
}

/** The body for each selected row, in the order of rows. */
export interface ProgramEach {
  readonly kind: 'each';
  readonly origin: Origin;
  readonly row: RowVariable;
  readonly rows: Uint32Array | undefined;
  readonly items: readonly ProgramItem[];
}

/** `leave` inside goes on behind it. */
export interface ProgramScope {
  readonly kind: 'scope';
  readonly origin: Origin;
  readonly name: string;
  readonly items: readonly ProgramItem[];
}

export type ProgramItem = ProgramRule | ProgramEach | ProgramScope;

/** Where in a packet's path a list of rules stands; the order of `STAGES` is the order of the paths. */
export const STAGES = [
  'police',
  'mitigate',
  'shape ingress',
  'raw',
  'mangle prerouting',
  'destination nat',
  'mangle input',
  'filter input',
  'dispatch',
  'mangle forward',
  'filter forward',
  'mangle output',
  'filter output',
  'mangle postrouting',
  'source nat',
  'count',
  'shape',
] as const;

export type StageId = (typeof STAGES)[number];

/** Whether a stage stands at the interfaces that frames come in by, before the host has made packets of them. */
export function isAtArrival(id: StageId): boolean {
  return id === 'police' || id === 'mitigate' || id === 'shape ingress';
}

/** How a stateful filter treats packets before its rules are asked. */
export interface Statefulness {
  readonly invalid: 'drop' | 'pass';
  /** A TCP flow may begin without a SYN. */
  readonly pickup: boolean;
}

export interface Stage {
  readonly id: StageId;
  readonly origin: Origin;
  /** Undefined: every packet is judged by itself. */
  readonly stateful: Statefulness | undefined;
  /** What a packet meets that no rule decided about; undefined: it goes on. */
  readonly default: Verdict | undefined;
  /** `mitigate in ZONE`, and the zones that shape what comes in; undefined: no such bound. */
  readonly zones: readonly Zone[] | undefined;
  /** Rules that the language implies (`std.essential`), before the policy's own. */
  readonly implied: readonly ProgramItem[];
  readonly items: readonly ProgramItem[];
}

export interface Program {
  readonly policy: Policy;
  readonly target: Target | undefined;
  /** In the order of `STAGES`; a stage without rules and default is left out. `mitigate` may stand several times. */
  readonly stages: readonly Stage[];
  readonly zones: readonly Zone[];
  readonly memories: readonly Memory[];
  readonly tables: readonly Table[];
  readonly balances: readonly Balance[];
  readonly shapes: readonly Shape[];
}
