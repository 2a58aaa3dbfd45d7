/** What queues are made of, in tc's own terms: commands that are told apart by what they make. */
import type { Origin } from '../../compiler/model/index.ts';
import type { Redirect } from './redirect.ts';

export interface TcCommand {
  readonly object: 'qdisc' | 'class' | 'filter';
  readonly device: string;
  /** `root`, `egress`, or the class that it is in: `1:1`. */
  readonly parent: string;
  /** `1:` of a qdisc, `1:2f` of a class, `0x20` of a filter; nothing of the qdisc `clsact`, which has always one. */
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
