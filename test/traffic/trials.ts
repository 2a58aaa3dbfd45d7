/** Trials of shapers whose outcome follows from the policy: what each flow is to get, in bits a second of frames. */
import { ARRIVAL, type Flow, type Wanted, type WantedTrial } from './rates.ts';

const MBIT = 1e6;
const HEAD = 'zone uplink = uplink0\ntarget router { nftables tc on uplink0 }\n';
const MILLISECONDS = 4000;

/** How far a rate may be off. */
const TOLERANCE = 0.05;

function near(bits: number, tolerance = TOLERANCE): Wanted {
  return { least: bits * (1 - tolerance), most: bits * (1 + tolerance) };
}

function atLeast(bits: number): Wanted {
  return { least: bits * (1 - TOLERANCE), most: Infinity };
}

/** A class for what is sent to one port. */
function classLine(port: number, options: string): string {
  return `class p${port} ${options} for tcp/${port}, udp/${port}`;
}

function shape(head: string, lines: readonly string[]): string {
  return `${HEAD}shape uplink egress ${head} {\n${lines.map((line) => `  ${line}\n`).join('')}}\n`;
}

/** The same where packets come in. */
function shapeArriving(head: string, lines: readonly string[]): string {
  return shape(head, lines).replaceAll('uplink0', ARRIVAL).replace('egress', 'ingress');
}

/**
 * So many classes, each at its ceiling: in turn UDP at twice that, and TCP. What TCP sends comes in pieces of up to 64 KiB, so it
 * has the higher rates.
 */
export function ceilings(count: number, options = ''): WantedTrial {
  const classes = Array.from({ length: count }, (_, at) => {
    const port = 2001 + at;
    const isTcp = at % 2 === 1;
    const ceiling = (isTcp ? 5 + (at % 3) / 2 : 0.5 + (at % 3) / 2) * MBIT;
    return { port, ceiling, flow: isTcp ? ({ port, tcp: true } as const) : { port, udp: 2 * ceiling } };
  });
  return {
    name: `${count} ${count === 1 ? 'class' : 'classes'}${options && ` with ${options}`} at ${count === 1 ? 'its ceiling' : 'their ceilings'}`,
    policy: shape('rate 1gbit', [
      ...classes.map(({ port, ceiling }) => classLine(port, `ceiling ${ceiling / 1000}kbit ${options}`)),
      'default unshaped',
    ]),
    flows: classes.map(({ flow }) => flow),
    milliseconds: MILLISECONDS,
    wanted: new Map(classes.map(({ port, ceiling }) => [port, near(ceiling)])),
  };
}

const flood = (port: number, megabits = 40): Flow => ({ port, udp: megabits * MBIT });

/** Guarantees, priorities and nesting, on a link of 40 Mbit/s that everybody floods. */
export const overload: readonly WantedTrial[] = [
  {
    name: 'guarantees under overload',
    policy: shape('rate 40mbit', [
      classLine(2001, 'guarantee 24mbit'),
      classLine(2002, 'guarantee 8mbit'),
      'class rest',
      'default class rest',
    ]),
    flows: [flood(2001), flood(2002), flood(2003)],
    milliseconds: MILLISECONDS,
    wanted: new Map([
      [2001, atLeast(24 * MBIT)],
      [2002, atLeast(8 * MBIT)],
      [2003, { least: 0.01 * MBIT, most: 8 * MBIT }],
    ]),
    together: near(40 * MBIT),
  },
  {
    name: 'the first priority under overload',
    policy: shape('rate 40mbit', [classLine(2001, 'first ceiling 10mbit'), 'class rest', 'default class rest']),
    flows: [flood(2001, 12), flood(2002, 45)],
    milliseconds: MILLISECONDS,
    wanted: new Map([
      [2001, near(10 * MBIT)],
      [2002, near(30 * MBIT)],
    ]),
  },
  {
    name: 'classes in a class in a class',
    policy: shape('rate 40mbit', [
      'class building guarantee 20mbit ceiling 24mbit for tcp/2001-2003, udp/2001-2003 {',
      '  class plan guarantee 12mbit ceiling 16mbit for tcp/2001-2002, udp/2001-2002 {',
      `    ${classLine(2001, 'guarantee 9mbit')}`,
      `    ${classLine(2002, 'ceiling 5mbit')}`,
      '  }',
      '}',
      'class rest',
      'default class rest',
    ]),
    flows: [flood(2001, 20), flood(2002, 8), flood(2003, 20), flood(2004, 30)],
    milliseconds: MILLISECONDS,
    wanted: new Map([
      [2001, { least: 9 * 0.95 * MBIT, most: 16 * 1.05 * MBIT }],
      [2002, { least: 0, most: 5 * 1.05 * MBIT }],
      [2003, { least: 7 * MBIT, most: 12 * MBIT }],
      [2004, near(16 * MBIT, 0.1)],
    ]),
    together: near(40 * MBIT),
  },
  {
    name: 'cells of a DSL line',
    // A frame of 1442 bytes and 10 more are 31 cells, of 53 bytes each.
    policy: shape('rate 40mbit link atm overhead 10', [classLine(2001, 'ceiling 10mbit'), 'default unshaped']),
    flows: [flood(2001)],
    milliseconds: MILLISECONDS,
    wanted: new Map([[2001, near((10 * MBIT * 1442) / (31 * 53))]]),
  },
];

const twelve = Array.from({ length: 12 }, (_, at) => 2001 + at);

/** Each class at its ceiling, whichever queue it has; and one that floods has what its queue has. */
const acrossQueues: readonly WantedTrial[] = [
  {
    name: '12 classes across queues',
    policy: shape('rate 160mbit across 4 queues', [
      ...twelve.map((port, at) => classLine(port, `ceiling ${1 + (at % 3)}mbit`)),
      'default unshaped',
    ]),
    flows: twelve.map((port) => flood(port, 5)),
    milliseconds: MILLISECONDS,
    wanted: new Map(twelve.map((port, at) => [port, near((1 + (at % 3)) * MBIT)])),
  },
  {
    name: 'a class in its queue',
    policy: shape('rate 40mbit across 4 queues', [classLine(2001, ''), 'default fair']),
    flows: [flood(2001, 20)],
    milliseconds: MILLISECONDS,
    wanted: new Map([[2001, near(10 * MBIT)]]),
  },
];

/** What needs modules that every distribution has, and not every kernel. */
export const ofModules: readonly WantedTrial[] = [
  ...acrossQueues,
  {
    name: 'cake on a DSL line',
    // As in examples/home-router: of the 38 Mbit/s, a packet of 1428 bytes has 31 cells of 53 bytes.
    policy: shape('rate 38mbit link atm overhead 26', ['default fair']),
    flows: [flood(2001, 45)],
    milliseconds: MILLISECONDS,
    wanted: new Map([[2001, near((38 * MBIT * 1442) / (31 * 53))]]),
  },
  {
    name: 'cake, flows in turn',
    policy: shape('rate 12mbit', ['default fair']),
    flows: [
      { port: 2001, tcp: true },
      { port: 2002, tcp: true },
      { port: 2003, udp: MBIT },
    ],
    milliseconds: MILLISECONDS,
    wanted: new Map([
      [2001, near(5.5 * MBIT, 0.1)],
      [2002, near(5.5 * MBIT, 0.1)],
      [2003, near(MBIT)],
    ]),
  },
  {
    name: 'what no class takes, flows in turn',
    policy: shape('rate 30mbit', [classLine(2001, 'guarantee 10mbit ceiling 10mbit'), 'default fair']),
    flows: [flood(2001, 20), flood(2002, 30), { port: 2003, udp: 2 * MBIT }],
    milliseconds: MILLISECONDS,
    wanted: new Map([
      [2001, near(10 * MBIT)],
      [2002, near(18 * MBIT)],
      [2003, near(2 * MBIT)],
    ]),
  },
  ceilings(2, 'latency 10ms'),
  ...['fq_codel', 'cake', 'sfq', 'fq'].map((leaf) => ceilings(4, `leaf ${leaf}`)),
];

/** What comes in, in queues of an interface of their own. */
export const arriving: readonly WantedTrial[] = [
  {
    name: 'classes of what comes in',
    policy: shapeArriving('rate 40mbit', [
      classLine(2001, 'guarantee 24mbit ceiling 24mbit'),
      classLine(2002, 'guarantee 5mbit ceiling 5mbit'),
      'class rest',
      'default class rest',
    ]),
    flows: [flood(2001), { port: 2002, tcp: true }, flood(2003)],
    milliseconds: MILLISECONDS,
    wanted: new Map([
      [2001, near(24 * MBIT)],
      [2002, near(5 * MBIT)],
      [2003, near(11 * MBIT)],
    ]),
  },
];

/** Likewise, of modules that the tests' own kernel has not. */
export const arrivingInModules: readonly WantedTrial[] = [
  {
    name: 'cake of what comes in, flows in turn',
    policy: shapeArriving('rate 12mbit', ['default fair']),
    flows: [
      { port: 2001, tcp: true },
      { port: 2002, tcp: true },
    ],
    milliseconds: MILLISECONDS,
    wanted: new Map([
      [2001, near(6 * MBIT, 0.1)],
      [2002, near(6 * MBIT, 0.1)],
    ]),
  },
];

/** What TCP sends is policed in pieces of up to 64 KiB, each with one header of the frames that it is to be cut into. */
const PIECES = 1514 / 1448;

/** What comes in and is policed, as no kernel but the second one can. */
export const policed: readonly WantedTrial[] = [
  {
    name: 'policed classes',
    policy: shapeArriving('rate 40mbit policed', [
      classLine(2001, 'ceiling 5mbit'),
      classLine(2002, 'ceiling 20mbit'),
      'class few ceiling 3mbit for udp/2003-2004 { class fewer ceiling 1mbit for udp/2003 }',
    ]),
    flows: [flood(2001, 10), { port: 2002, tcp: true }, flood(2003, 2)],
    milliseconds: MILLISECONDS,
    wanted: new Map([
      [2001, near(5 * MBIT)],
      [2002, near(20 * MBIT * PIECES)],
      [2003, near(MBIT)],
    ]),
  },
  {
    // Nobody's turn it is: who comes first has it.
    name: 'a policed link',
    policy: shapeArriving('rate 20mbit policed', [classLine(2001, 'ceiling 5mbit')]),
    flows: [flood(2001, 10), flood(2002, 40)],
    milliseconds: MILLISECONDS,
    wanted: new Map([[2001, { least: 0, most: 5.25 * MBIT }]]),
    together: near(20 * MBIT),
  },
  policedTcp(2),
  policedTcp(50),
];

/** One flow of TCP that reaches its rate, for what may go at once is enough for it. */
function policedTcp(megabits: number): WantedTrial {
  return {
    name: `TCP policed at ${megabits} Mbit/s`,
    policy: shapeArriving('rate 100mbit policed', [classLine(2001, `ceiling ${megabits}mbit`)]),
    flows: [{ port: 2001, tcp: true }],
    milliseconds: 2 * MILLISECONDS,
    wanted: new Map([[2001, near(megabits * MBIT * PIECES)]]),
  };
}
