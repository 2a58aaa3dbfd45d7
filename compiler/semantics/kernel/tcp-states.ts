/**
 * The states of a TCP connection as connection tracking sees them from the middle, and what each segment does to them
 * (facts of net/netfilter/nf_conntrack_proto_tcp.c, Linux 6.18).
 */
import { TCP_FLAGS } from '../../model/fields.ts';
import type { Direction } from '../flows.ts';

export type TcpState =
  | 'none'
  | 'syn sent'
  | 'syn received'
  | 'established'
  | 'fin wait'
  | 'close wait'
  | 'last ack'
  | 'time wait'
  | 'closed'
  | 'both syn sent';

export type SegmentKind = 'syn' | 'syn+ack' | 'fin' | 'ack' | 'rst' | 'none';

/** `ignored`: passes as part of the flow and changes nothing. */
type Step = TcpState | 'ignored' | 'invalid';

const { fin, syn, rst, ack, urg } = TCP_FLAGS;

/** With PSH, ECE and CWR taken away, these are the combinations of flags that exist. */
const VALID_FLAGS = new Set([syn, syn | urg, syn | ack, rst, rst | ack, fin | ack, fin | ack | urg, ack, ack | urg]);

export function areValidFlags(flags: number): boolean {
  return VALID_FLAGS.has(flags & (fin | syn | rst | ack | urg));
}

export function segmentKind(flags: number): SegmentKind {
  if (flags & rst) return 'rst';
  if (flags & syn) return flags & ack ? 'syn+ack' : 'syn';
  if (flags & fin) return 'fin';
  return flags & ack ? 'ack' : 'none';
}

const STATES: readonly TcpState[] = [
  'none',
  'syn sent',
  'syn received',
  'established',
  'fin wait',
  'close wait',
  'last ack',
  'time wait',
  'closed',
  'both syn sent',
];

const ABBREVIATIONS: Readonly<Record<string, Step>> = {
  SS: 'syn sent',
  SR: 'syn received',
  ES: 'established',
  FW: 'fin wait',
  CW: 'close wait',
  LA: 'last ack',
  TW: 'time wait',
  CL: 'closed',
  S2: 'both syn sent',
  ig: 'ignored',
  iv: 'invalid',
};

/** One column for each of `STATES`. */
function row(text: string): readonly Step[] {
  return text.split(' ').map((word) => ABBREVIATIONS[word] ?? 'invalid');
}

const NEVER = row('iv iv iv iv iv iv iv iv iv iv');
const RESET = row('iv CL CL CL CL CL CL CL CL CL');
const FINISH = row('iv iv FW FW LA LA LA TW CL iv');

const STEPS: Readonly<Record<Direction, Readonly<Record<SegmentKind, readonly Step[]>>>> = {
  // from:        no SS SR ES FW CW LA TW CL S2
  original: {
    syn: row('SS SS ig ig ig ig ig SS SS S2'),
    'syn+ack': row('iv iv SR iv iv iv iv iv iv SR'),
    fin: FINISH,
    ack: row('ES iv ES ES CW CW TW TW CL iv'),
    rst: RESET,
    none: NEVER,
  },
  reply: {
    syn: row('iv S2 iv iv iv iv iv SS iv S2'),
    'syn+ack': row('iv SR ig ig ig ig ig ig ig SR'),
    fin: FINISH,
    ack: row('iv ig SR ES CW CW TW TW CL ig'),
    rst: RESET,
    none: NEVER,
  },
};

export function step(state: TcpState, direction: Direction, kind: SegmentKind): Step {
  return STEPS[direction][kind][STATES.indexOf(state)] ?? 'invalid';
}

/** Whether the connection is on its way down, so that its ends may already use the ports again. */
export function isClosing(state: TcpState): boolean {
  return ['fin wait', 'close wait', 'last ack', 'time wait', 'closed'].includes(state);
}
