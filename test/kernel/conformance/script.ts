/**
 * What is sent, as a list of steps. A packet is given as its bytes; what answers or continues a conversation is given in
 * terms of an earlier step, for it depends on what the router made of that one's packet. So a script can be kept in a
 * file, cut down step by step, and sent again to another rule set.
 */
import type { TcpFlag } from '../../../cli/lab/packet.ts';

interface StepBase {
  /** Unique in the script, above 0; also the id that the packet ends in. */
  readonly id: number;
  /** Steps of one round are sent together, in the order of the script; a step comes in a later round than what it follows. */
  readonly round: number;
}

/** These bytes arrive at an interface, or are sent by the router itself (`ROUTER`). */
export interface PacketStep extends StepBase {
  readonly kind: 'packet';
  readonly at: string;
  /** From the IP header on, in hexadecimal digits. */
  readonly bytes: string;
}

/** The far end answers what came out of step `to`: turned round, from where that went. */
export interface AnswerStep extends StepBase {
  readonly kind: 'answer';
  readonly to: number;
  /** For TCP. */
  readonly flags: readonly TcpFlag[];
  /** Bytes of payload before the id. */
  readonly payload: number;
}

/** The sender of step `to` goes on: the same ends, a later sequence number. */
export interface FurtherStep extends StepBase {
  readonly kind: 'further';
  readonly to: number;
  readonly flags: readonly TcpFlag[];
  readonly payload: number;
}

/** Someone on the way, or the far end, reports an error about what came out of step `to`. */
export interface ErrorStep extends StepBase {
  readonly kind: 'error';
  readonly to: number;
  readonly type: number;
  readonly code: number;
  /** Address of who reports, in its text form; the far end's where it is left out. */
  readonly from?: string;
  /** How many bytes of the packet are quoted. */
  readonly quoted: number;
}

export type Step = PacketStep | AnswerStep | FurtherStep | ErrorStep;
export type Script = readonly Step[];

/** Steps by rounds, in the order in which they are sent. */
export function roundsOf(script: Script): Step[][] {
  const rounds = new Map<number, Step[]>();
  for (const step of script) rounds.set(step.round, [...(rounds.get(step.round) ?? []), step]);
  return [...rounds.keys()].toSorted((a, b) => a - b).map((round) => rounds.get(round) ?? []);
}

/** The script in the order in which it is sent. */
export function inOrder(script: Script): Step[] {
  return roundsOf(script).flat();
}

/** The steps that are left when only those of `kept` may be: what follows a missing step is missing too. */
export function only(script: Script, kept: ReadonlySet<number>): Step[] {
  const left = new Set<number>();
  return inOrder(script).filter((step) => {
    if (!kept.has(step.id) || (step.kind !== 'packet' && !left.has(step.to))) return false;
    left.add(step.id);
    return true;
  });
}
