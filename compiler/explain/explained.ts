/** What `sluice explain` shows, as data: plans as trees with what their steps cost, and packets with their ways. */
import type { Span } from '../../grammar/source.ts';
import type { ClassTraffic, DeviceTable, Expense } from '../plane.ts';

export type { Expense } from '../plane.ts';

/**
 * What a step is: a single rule, rules one after another, a lookup in a table's rows, one among values, one of the ways behind a
 * lookup (a packet takes one of them), a group, searches side by side, or something else, in words.
 */
export type StepKind = 'rule' | 'rules' | 'rows' | 'values' | 'way' | 'group' | 'searches' | 'steps' | 'other';

/** A step of a plan. */
export interface ExplainedStep {
  readonly kind: StepKind;
  /** What it does, in a few words. */
  readonly title: string;
  /** How a value is found, and among how many: `hash, 24,000 rows`; undefined: no lookup. */
  readonly lookup: string | undefined;
  /** Undefined where the step's cost is that of the whole it stands in, and where the plane's prices tell no times. */
  readonly expense: Expense | undefined;
  /**
   * How much of the block's expected nanoseconds are spent in the step, counting how few packets come to it; what is below it
   * included. Undefined where the plane's prices tell no times.
   */
  readonly share: number | undefined;
  /**
   * Bytes of memory that the step and all below it take, an estimate; what several ways lead to is counted in the step of each.
   * Undefined where the plane tells none, and of what is part of the step that it stands in.
   */
  readonly memory: number | undefined;
  /** The text of the rule, of a step that is one; undefined: it is none, or several. */
  readonly rule: string | undefined;
  /** Lines of the policy that it carries out, ascending within each file. */
  readonly lines: readonly PolicyLines[];
  /** How often the rules of its lines were met, where that was counted. */
  readonly packets?: number;
  /** Steps below it, in the order in which a packet meets them; those of a switch exclude each other. */
  readonly steps: readonly ExplainedStep[];
  /** Equal subtrees are one: a number where several ways lead here; only its first place shows what is below. */
  readonly shared: number | undefined;
}

/** A step without a price of its own and with nothing below it: told in words. */
export function stepInWords(title: string, lookup: string | undefined, lines: readonly PolicyLines[]): ExplainedStep {
  return {
    kind: 'other',
    title,
    lookup,
    expense: undefined,
    share: undefined,
    memory: undefined,
    rule: undefined,
    lines,
    steps: [],
    shared: undefined,
  };
}

/** A rule that has a counter of its own, and what it has counted. */
export interface MetRule {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  /** As in artifacts' comments: `filter forward/allow-https`. */
  readonly name: string;
  readonly text: string;
  readonly counter: string;
  readonly packets: number;
}

/** Lines of one file, counted from 1. */
export interface PolicyLines {
  readonly path: string;
  readonly lines: readonly number[];
}

/** A plan that was not chosen. */
export interface Alternative {
  /** The pass that it does without. */
  readonly without: string;
  readonly expense: Expense;
}

/** What a class of a shaper has let pass. */
export interface ExplainedClass extends ClassTraffic {
  /** `voice/sip` */
  readonly name: string;
}

export interface ExplainedStage {
  /** `filter forward` */
  readonly name: string;
  /** What goes before the rules, in words: established flows, invalid packets. */
  readonly before: readonly string[];
  /** What meets a packet that no rule decided about; undefined: it goes on. */
  readonly default: string | undefined;
  /** Undefined where the plane's prices tell no times. */
  readonly expense: Expense | undefined;
  readonly steps: readonly ExplainedStep[];
  /** Only those that cost something else. */
  readonly alternatives: readonly Alternative[];
  /** Of a shaper whose classes were listed, those that have sent most first. */
  readonly classes?: readonly ExplainedClass[];
}

/** What a device before the host has, and who decides by each rule. */
export interface ExplainedDevice {
  readonly name: string;
  readonly tables: readonly DeviceTable[];
  readonly rules: readonly {
    readonly path: string;
    /** Counted from 1. */
    readonly line: number;
    readonly text: string;
    readonly decides: 'device' | 'host';
    /** Why the host does. */
    readonly why?: string;
  }[];
}

/** One plane's part of a target. */
export interface ExplainedPlane {
  readonly target: string;
  readonly plane: string;
  readonly stages: readonly ExplainedStage[];
  readonly device?: ExplainedDevice;
}

/** What one rule costs in a stage. */
export interface RuleExpense {
  readonly stage: string;
  /** The rule's own text, on one line. */
  readonly text: string;
  /** Undefined where the plane's prices tell no times. */
  readonly expense:
    | {
        /** As if it were the stage's only rule. */
        readonly alone: Expense;
        /** The stage with it, less the stage without it; a rule may make a plan cheaper. */
        readonly margin: Expense;
      }
    | undefined;
}

/** A rule or block that had a say about a packet. */
export interface WayStep {
  /** `filter forward`, `host` */
  readonly block: string;
  readonly did: string;
  readonly place: Span | undefined;
  /** The rule's text; empty for defaults and the host. */
  readonly text: string;
}

/** One thing that may become of a packet. */
export interface ExplainedWay {
  readonly steps: readonly WayStep[];
  /** In words: `forwarded out uplink0 as tcp 198.51.100.7:40000 -> 203.0.113.9:443`. */
  readonly fate: string;
}

export interface ExplainedPacket {
  readonly text: string;
  /** More than one where the language leaves something open. */
  readonly ways: readonly ExplainedWay[];
}
