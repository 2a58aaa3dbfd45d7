/**
 * DPDK's pipeline example on frames in files: it is started with the program and with the entries as they were written, then its
 * ports are opened, which read `<port>_in.pcap` and write `<port>_out.pcap`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { capture, framesOf } from './capture-files.ts';
import { freePort } from './free-port.ts';
import type { PortFrame } from './bmv2.ts';
import type { ToolsOf } from './tools.ts';

export interface PipelineTask {
  /** Holds `p4/program.spec`, `p4/entries.cli`, and the files that this names. */
  readonly folder: string;
  /** Commands that fill the tables; undefined: those of `p4/entries.cli`. In any case they are to hold what that says. */
  readonly fill?: string | undefined;
  readonly frames: readonly PortFrame[];
  readonly ports: readonly number[];
  /** Counters of the program, by name, and how many of each are asked for. */
  readonly counters: ReadonlyMap<string, number>;
}

export interface PipelineRun {
  /** What came out of each port. Packets overtake each other in the pipeline: those that ask fewer tables go first. */
  readonly out: ReadonlyMap<number, readonly Uint8Array[]>;
  readonly counted: ReadonlyMap<string, number>;
}

/** Of an Ethernet type for experiments (IEEE 802), for ports that have nothing else to read: the pipeline wants one frame at least. */
const FILLER = Buffer.from('02000000000102000000000288b5656e64', 'hex');
const PATIENCE = 60_000;

export async function runPipeline(tools: ToolsOf<'pna'>, task: PipelineTask): Promise<PipelineRun> {
  const { folder, frames, ports } = task;
  // The pipeline wants a power of two of ports, without gaps.
  const all = Array.from({ length: 2 ** Math.ceil(Math.log2(Math.max(...ports) + 1)) }, (_, port) => port);
  const own = all.map((port) => frames.flatMap((frame, at) => (frame.port === port ? [{ ...frame, time: at }] : [])));
  const given = own.map((some) => (some.length > 0 ? some : [{ time: 0, bytes: FILLER }]));
  given.forEach((some, port) => writeFileSync(join(folder, `${port}_in.pcap`), capture(some)));
  const lines = all.flatMap((port) => [
    `port in ${port} source mempool frames file ${port}_in.pcap loop 1 packets ${given[port]!.length}`,
    `port out ${port} sink file ${port}_out.pcap`,
  ]);
  writeFileSync(join(folder, 'ports.io'), `${lines.toSorted().join('\n')}\n`);
  const fill = task.fill ?? readFileSync(join(folder, 'p4/entries.cli'), 'utf8');
  writeFileSync(join(folder, 'start.cli'), startingText(fill));
  const sent = given.reduce((sum, some) => sum + some.length, 0);
  return withPipeline(tools, folder, async (console) => {
    await mustHold(console, folder);
    await untilThrough(console, sent);
    const out = ports.map((port) => [port, outputOf(folder, port, own[otherSide(port)]!.length)] as const);
    return { out: new Map(out), counted: await countersOf(console, task.counters) };
  });
}

function otherSide(port: number): number {
  return port ^ 1;
}

function outputOf(folder: string, port: number, most: number): readonly Uint8Array[] {
  const found = framesOf(readFileSync(join(folder, `${port}_out.pcap`)));
  // The filler, where nothing else has come.
  return most === 0 ? [] : found;
}

/** Ports are opened last: what comes in before the tables are filled would be judged by less. */
function startingText(entries: string): string {
  return `pipeline codegen p4/program.spec program.c
pipeline libbuild program.c program.so
mempool frames buffer 2304 pool 32K cache 256 cpu 0
pipeline sluice build lib ./program.so io ports.io numa 0
${entries}thread 1 pipeline sluice enable
`;
}

/** Both threads run wherever there is room; no large pages and no devices. */
const ENVIRONMENT = [
  '--lcores',
  '0@(0-1),1@(0-1)',
  '--no-shconf',
  '--no-huge',
  '-m',
  '256',
  '--no-pci',
  '--no-telemetry',
];

async function withPipeline<Result>(
  tools: ToolsOf<'pna'>,
  folder: string,
  work: (console: Console) => Promise<Result>,
): Promise<Result> {
  const port = await freePort();
  const given = [...ENVIRONMENT, '--', '-h', '127.0.0.1', '-p', `${port}`, '-s', 'start.cli'];
  const own = spawn(tools['dpdk-pipeline'], given, { cwd: folder });
  let said = '';
  for (const stream of [own.stdout, own.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
  try {
    return await work(await Console.open(port, own, () => said));
  } finally {
    own.kill('SIGKILL');
  }
}

/** The pipeline's command line, which answers and then shows its prompt. */
class Console {
  readonly #socket: Socket;
  #heard = '';

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (text) => (this.#heard += text.toString()));
  }

  static async open(port: number, pipeline: ChildProcess, said: () => string): Promise<Console> {
    for (let tries = 0; tries < PATIENCE / 100 && pipeline.exitCode === null; tries++) {
      const socket = await new Promise<Socket | undefined>((resolve) => {
        const open: Socket = connect(port, '127.0.0.1', () => resolve(open));
        open.on('error', () => resolve(undefined));
      });
      if (socket) {
        const console = new Console(socket);
        await console.#answer();
        return console;
      }
      await sleep(100);
    }
    throw new Error(`the pipeline does not start:\n${said().slice(-2000)}`);
  }

  async ask(question: string): Promise<string> {
    this.#socket.write(`${question}\n`);
    return this.#answer();
  }

  async #answer(): Promise<string> {
    for (let tries = 0; tries < PATIENCE / 10; tries++) {
      const end = this.#heard.indexOf(PROMPT);
      if (end >= 0) {
        const answer = this.#heard.slice(0, end);
        this.#heard = this.#heard.slice(end + PROMPT.length);
        return answer;
      }
      await sleep(10);
    }
    throw new Error('the pipeline does not answer');
  }
}

const PROMPT = 'pipeline> ';

/** Every table has all entries that stand in its file: what the pipeline says at its start is not to be had before its end. */
async function mustHold(console: Console, folder: string): Promise<void> {
  const commands = readFileSync(join(folder, 'p4/entries.cli'), 'utf8');
  for (const [, table, path] of commands.matchAll(/table (\w+) add (\S+)/g)) {
    const wanted = readFileSync(join(folder, path!), 'utf8').match(/^match/gm)?.length ?? 0;
    const answer = await console.ask(`pipeline sluice table ${table} show ${table}.shown`);
    const shown = answer.trim() === '' ? readFileSync(join(folder, `${table}.shown`), 'utf8') : answer;
    const found = shown.match(/^match/gm)?.length ?? 0;
    if (found !== wanted) throw new Error(`${table} holds ${found} of ${wanted} entries: ${shown.slice(-500)}`);
  }
}

/** Until as many frames are out, or dropped, as were sent. */
async function untilThrough(console: Console, sent: number): Promise<void> {
  let answer = '';
  for (let tries = 0; tries < PATIENCE / 50; tries++) {
    answer = await console.ask('pipeline sluice stats');
    const [, output = ''] = answer.split('Output ports:');
    const counts = [...output.matchAll(/(?:Port \d+|DROP): packets (\d+) bytes \d+ packets dropped (\d+)/g)];
    if (counts.reduce((sum, [, out, dropped]) => sum + Number(out) + Number(dropped), 0) >= sent) return;
    await sleep(50);
  }
  throw new Error(`of ${sent} frames not all came through:\n${answer}`);
}

/** p4c-dpdk calls a counter of the program `met_ipv4` `met_ipv4_0`. */
async function countersOf(console: Console, counters: ReadonlyMap<string, number>): Promise<Map<string, number>> {
  const counted = new Map<string, number>();
  for (const [name, size] of counters) {
    for (let at = 0; at < size; at++) {
      const answer = await console.ask(`pipeline sluice regrd ${name}_0 index ${at}`);
      counted.set(`${name}[${at}]`, Number(answer));
    }
  }
  return counted;
}
