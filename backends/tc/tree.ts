/** What queues are made of, in tc's own terms: commands that are told apart by what they make. */
import type { Origin } from '../../compiler/model/index.ts';
import type { Redirect } from './redirect.ts';

export interface TcCommand {
  readonly object: 'qdisc' | 'class' | 'filter' | 'policer';
  /** Nothing of a policer, which any interface's filters may lead to. */
  readonly device: string;
  /** `root`, `egress`, `ingress`, or the class that it is in: `1:1`; of a filter that leads to classes, their tree: `1:`. */
  readonly parent: string;
  /**
   * `1:` of a qdisc, `1:2f` of a class; of a filter its handle, and but in `egress` its place, too: `pref 3 protocol ip handle 0x20`;
   * of a policer its number. Nothing of the qdisc `clsact`, which has always one.
   */
  readonly id: string;
  /** Kind and options: `htb rate 5mbit ceil 5mbit …`. */
  readonly what: string;
  /** What of the policy it carries out. */
  readonly origin: Origin;
}

/** A class by the name that the policy has for it. */
export interface NamedClass {
  readonly device: string;
  readonly id: string;
  /** `voice/sip`; of what no class takes, `default`. */
  readonly name: string;
}

export interface TcTree {
  readonly redirects: readonly Redirect[];
  /** What stands in something behind it. */
  readonly commands: readonly TcCommand[];
  readonly classes: readonly NamedClass[];
}
