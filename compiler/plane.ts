/**
 * What the compiler asks of a plane. The back ends implement it; the command line passes the list of them in, so that
 * the compiler knows none by name.
 */
import type { Diagnostic } from '../grammar/diagnostic.ts';
import type { Span } from '../grammar/source.ts';
import type { Program, ProgramRule, Stage } from './4-program/program.ts';
import type { Calibration } from './cost/calibration.ts';
import type { MemorySizes } from './cost/memory.ts';
import type { Prices } from './cost/prices.ts';
import type { Balance, Origin, Shape } from './model/index.ts';
import type { Plan } from './6-plan/plan.ts';
import type { ReadBack } from './proof/machine/read-back.ts';

/** One file of a compile's output. */
export interface Artifact {
  /** Below the target's folder, with `/`: `nftables/ruleset.nft`. */
  readonly path: string;
  /** In pieces, so that large files need no second copy. */
  readonly content: readonly Uint8Array[];
  /** One line for people: what it is. */
  readonly description: string;
}

/** Which policy text an artifact's line carries out. */
export interface SourceMapEntry {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly origin: string;
  readonly span: Span;
}

/** A table of a device before the host. */
export interface DeviceTable {
  readonly name: string;
  /** `match`: `exact`, `lpm`, `ternary`; `width` in bits. */
  readonly keys: readonly { readonly name: string; readonly match: string; readonly width: number }[];
  readonly entries: number;
  /** For so many entries it is made. */
  readonly room: number;
  /** Entries × width of the keys. */
  readonly bits: number;
}

/** What a device before the host has of a plan, and what it leaves to the host. */
export interface Device {
  readonly name: string;
  /** In the order in which a packet meets them. */
  readonly tables: readonly DeviceTable[];
  /** Every rule, in the policy's order; `why` its packets go up to the host, where the device does not decide by it. */
  readonly rules: readonly { readonly origin: Origin; readonly isDevice: boolean; readonly why: string | undefined }[];
}

/** What of a block a device before the host does: rules that go before the host's, and decide by dropping, or by leaving it to them. */
export interface RulesAhead {
  readonly stage: Stage['id'];
  readonly rules: readonly ProgramRule[];
}

/** How a packet's class is found where nftables does not choose it, in words. */
export interface ClassSearch {
  /** `filters of tc in tables of u32`. */
  readonly by: string;
  /** What is asked of the packet that is asked most: `3 filters`. */
  readonly lookup: string;
  /** What else there is that needs more in the target; undefined: nothing. */
  readonly without?: string;
  /** What was not chosen, and what would be asked there; undefined: there is no other way. */
  readonly avoided: { readonly by: string; readonly lookup: string | undefined } | undefined;
}

/** Nanoseconds of a packet. */
export interface Expense {
  /** On average over the rules that the packet may be for. */
  readonly expected: number;
  /** Of the packet that takes longest. */
  readonly worst: number;
}

/** How a plane finds a packet's rule where it does not ask one after another: what is looked up, for all rules of all blocks at once. */
export interface RuleSearch {
  /** What the rules say. */
  readonly sought: 'rule' | 'class' | 'socket';
  readonly rules: number;
  /** In order, each in words. */
  readonly steps: readonly {
    readonly title: string;
    /** How, and among how many; undefined: nothing is looked up. */
    readonly lookup?: string;
    /** Undefined where no times are told. */
    readonly expense: Expense | undefined;
    readonly bytes?: number;
  }[];
}

/** A plan in a plane's own terms: all that can go wrong has, and nothing is written down yet. */
export interface Lowered {
  /** What the plane cannot do exactly; if there is an error, this must not be written. */
  readonly diagnostics: readonly Diagnostic[];
  /** Counts of what was made (`rules`, `sets`, `elements`, …), for the summary and the manifest. */
  readonly figures: Readonly<Record<string, number>>;
  /** Of a plane for a device before the host. */
  readonly device?: Device;
  /** … of which the compiler proves that packets meet the same with these before the host's rules as without. */
  readonly ahead?: readonly RulesAhead[];
  /** Of each shaper whose packets' classes it finds as they leave, itself or for another plane. */
  readonly searches?: ReadonlyMap<Shape, ClassSearch>;
  /** Of a plane that finds all rules at once, of each of its programs that has rules; takes a moment to tell. */
  readonly ruleSearches?: () => readonly RuleSearch[];
  /** How to load it, a command a line, paths relative to the target's folder. */
  readonly load: readonly string[];
  /** Files that loading makes beside the artifacts, such as programs from their source, relative to the target's folder. */
  readonly makes?: readonly string[];
  /** How to take it away again, as with `load`; settings of the host stay. */
  readonly unload: readonly string[];
  readonly write: (context: WriteContext) => Written;
  /** Reads back what `write` gave, with code that shares nothing with it. Planes without it are not compared. */
  readonly readBack?: (artifacts: readonly Artifact[]) => ReadBack;
}

export interface WriteContext {
  /** The policy's name, for people: any text of one line. */
  readonly policy: string;
  /** `--no-proof` and the like, said in each artifact. */
  readonly remarks: readonly string[];
}

/** What one plane made of its part of a policy, as text. */
export interface Written {
  /** The artifacts of a build of this name. The name changes nothing else in them, no line's number either. */
  readonly artifacts: (build: string) => readonly Artifact[];
  readonly sourceMap: readonly SourceMapEntry[];
  /** What leads from an earlier build to that of this name. */
  readonly since: (former: FormerBuild, build: string) => DeltaOutcome;
}

/** What a class has let pass since it was made, and what waits in it. */
export interface ClassTraffic {
  /** Of a class that is policed, with those that were dropped. */
  readonly bytes: number;
  readonly packets: number;
  /** Packets. */
  readonly dropped: number;
  readonly bytesWaiting: number;
  readonly packetsWaiting: number;
}

/** A class in which packets wait. */
export interface PlaneClass {
  /** The interface that has the queues; see `listedName` in model/shape-interface.ts. */
  readonly interface: string;
  /** See model/shape-classes.ts. */
  readonly number: number;
  /** `voice/sip`; of what no class takes, `default`. */
  readonly name: string;
}

export interface PlaneClasses {
  /** Those of a build, by its files' paths below the target's folder. */
  readonly namesIn: (files: ReadonlyMap<string, Uint8Array>) => readonly PlaneClass[];
  /** What lists an interface's where the build is loaded, word by word. */
  readonly command: (name: string) => readonly string[];
  /** What each has let pass, by its number, in what that prints; undefined: the text is no such list. */
  readonly read: (text: string) => ReadonlyMap<number, ClassTraffic> | undefined;
}

/** A plane's earlier build for a target, as its output folder holds it. */
export interface FormerBuild {
  /** Its name. */
  readonly build: string;
  /** The target's files by path, those of other planes among them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** What leads from an earlier build to a later one, without touching what is alike in both. */
export interface Delta {
  readonly kind: 'delta';
  /** Files beside those of the whole build. */
  readonly artifacts: readonly Artifact[];
  /** How to load it where the earlier build is loaded, likewise as in `Lowered`. */
  readonly load: readonly string[];
  /** Counts of what is different, for the summary and the manifest. */
  readonly figures: Readonly<Record<string, number>>;
  /** What is lost all the same, or takes long; a line each. */
  readonly remarks: readonly string[];
}

/** A delta; or that both builds are one; or why there is no delta, in words that follow a colon. */
export type DeltaOutcome = Delta | { readonly kind: 'same' } | { readonly kind: 'none'; readonly why: string };

/** A part of what a plane has in the kernel that is not what it was to be. */
export interface RunningDifference {
  /** `chain filter_forward` */
  readonly part: string;
  readonly presence: 'both' | 'running' | 'built';
  /** What only the running part has, in the plane's own words: rules, elements. */
  readonly onlyRunning: readonly string[];
  /** What only the build has. */
  readonly onlyBuilt: readonly string[];
  /** Both have the same, in another order. */
  readonly isReordered: boolean;
}

/** What runs, beside a build of the policy. */
export interface RunningRules {
  /** The name of the build that was loaded, as what runs carries it; undefined: it carries none. */
  readonly build: string | undefined;
  /** Empty: what runs is the build. */
  readonly differences: readonly RunningDifference[];
}

/** How what runs in the kernel is compared with a build: both are listed by the plane's own tool. */
export interface Running {
  /** The command that lists it. */
  readonly list: readonly string[];
  /** The command that loads a build's rules, and nothing else, in the target's folder. */
  readonly load: string;
  /** Of two listings: here, and where only the build is loaded. Undefined: nothing of Sluice's runs here. */
  readonly compare: (running: string, built: string) => RunningRules | undefined;
  /** The artifacts as they would be if they had been written as what runs, for `readBack`; undefined: it cannot be told. */
  readonly asWritten: (
    running: string,
    built: string,
    artifacts: readonly Artifact[],
  ) => readonly Artifact[] | undefined;
}

export interface Plane {
  /** As a target names it: `nftables`. */
  readonly name: string;
  /** Whether it is made for a stage; undefined: for all. */
  readonly isMadeFor?: (stage: Stage) => boolean;
  /** Why this plane cannot carry out a stage as it stands; empty: it can. */
  readonly refuse: (stage: Stage, program: Program) => readonly Diagnostic[];
  /**
   * The plane stands before the others and ends the way of some packets early, where they would end it alike; all other packets it
   * leaves to them as they came. It takes no stage from them (`refuse` says so), and gets a copy of those that it can decide of.
   */
  readonly early?: {
    /** `program`: all of it. */
    readonly decides: (stage: Stage, program: Program) => boolean;
    /** What is wrong with what the target says of the plane. */
    readonly refuse: (program: Program) => readonly Diagnostic[];
  };
  /** `balance` blocks; undefined: it carries out none. */
  readonly balances?: {
    /** The ways to forward that it is made for. */
    readonly forward: readonly Balance['forward'][];
    /** Why it cannot carry out a block as it stands; empty: it can. */
    readonly refuse: (balance: Balance, program: Program) => readonly Diagnostic[];
  };
  /**
   * The queues of `shape` blocks; undefined: it has none. Which class a packet queues in is a stage, `shape`, that another plane
   * may carry out: it hands over the class's number as the packet's priority (model/shape-classes.ts).
   */
  readonly shapes?: {
    /** Why it cannot queue for a block as it stands; empty: it can. */
    readonly refuse: (shape: Shape, program: Program) => readonly Diagnostic[];
  };
  /** What the steps of a plan cost here. */
  readonly prices: Prices;
  /** What a plan takes of the host's memory here; undefined: nobody is told. */
  readonly memory?: MemorySizes;
  /** How these prices are measured on a machine; undefined: there is nothing to measure. */
  readonly calibration?: Calibration;
  /** Carries out a plan. What is still to choose is chosen by `prices`: the plane's own, which may have been measured. */
  readonly lower: (plan: Plan, prices: Prices) => Lowered;
  /**
   * How to take away what an earlier build has loaded for a target, a command a line, without any file of that build: said where
   * the target names the plane and has nothing for it (any more).
   */
  readonly takeAway?: (target: string) => readonly string[];
  /**
   * What leads from an earlier build to nothing at all of the plane, where a policy of that name has nothing for it any more;
   * undefined: that is for `takeAway` to say.
   */
  readonly since?: (former: FormerBuild, policy: string) => DeltaOutcome;
  /** The packets of each counter, by name, in what the plane's own tool lists; undefined: the text is no such list. */
  readonly readCounters?: (text: string) => ReadonlyMap<string, number> | undefined;
  /** Undefined: what runs of the plane cannot be compared. */
  readonly running?: Running;
  /** The classes of its queues; undefined: it has none. */
  readonly classes?: PlaneClasses;
}
