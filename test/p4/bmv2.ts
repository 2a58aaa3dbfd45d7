/**
 * BMv2's simple_switch on frames in files: its tables are filled by simple_switch_CLI with the commands that were written, then it
 * reads `<port>_in.pcap` and writes `<port>_out.pcap`.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { capture, framesOf } from './capture-files.ts';
import { freePort } from './free-port.ts';
import { run, type ToolsOf } from './tools.ts';

export interface PortFrame {
  readonly port: number;
  readonly bytes: Uint8Array;
}

export interface SwitchRun {
  /** What came out of each port, in order. */
  readonly out: ReadonlyMap<number, readonly Uint8Array[]>;
  /** What simple_switch_CLI has said to `questions`, behind the last frame. */
  readonly answers: string;
}

export interface SwitchTask {
  /** Holds `program.json`. */
  readonly folder: string;
  readonly commands: string;
  readonly frames: readonly PortFrame[];
  readonly ports: readonly number[];
  /** Where a frame comes out that is no IP packet. */
  readonly otherSide: (port: number) => number;
  /** For simple_switch_CLI. */
  readonly questions: readonly string[];
}

/** Of an Ethernet type for experiments (IEEE 802): the last of each port, which tells that all before it are through. */
const LAST = Buffer.from('02000000000102000000000288b5656e64', 'hex');
/** The switch begins to read so many seconds after its start, unless filling its tables takes longer. */
const FIRST_WAIT = 4;
const LONGEST_WAIT = 256;
/** Frames that wait to go out, so that none is dropped there. */
const ROOM = 1_000_000;

export async function runSwitch(tools: ToolsOf<'v1model'>, task: SwitchTask): Promise<SwitchRun> {
  const { folder, ports, frames } = task;
  for (const port of ports) {
    const own = frames.flatMap((frame, at) => (frame.port === port ? [{ time: at, bytes: frame.bytes }] : []));
    const last = { time: frames.length, bytes: LAST };
    writeFileSync(join(folder, `${port}_in.pcap`), capture([...own, last]));
  }
  for (let wait = FIRST_WAIT; wait <= LONGEST_WAIT; wait *= 2) {
    const done = await attempt(tools, task, wait);
    if (done) return done;
  }
  throw new Error(`simple_switch: its tables were not filled in ${LONGEST_WAIT} seconds`);
}

/** Undefined: the tables were filled too late. */
async function attempt(tools: ToolsOf<'v1model'>, task: SwitchTask, wait: number): Promise<SwitchRun | undefined> {
  const { folder, ports, commands, questions, otherSide } = task;
  const service = ['--thrift-port', `${await freePort()}`];
  const interfaces = ports.flatMap((port) => ['-i', `${port}@${port}`]);
  const given = [...interfaces, '--use-files', `${wait}`, '--log-level', 'off', ...service, 'program.json'];
  const outputs = new Map(ports.map((port) => [port, join(folder, `${port}_out.pcap`)]));
  for (const path of outputs.values()) rmSync(path, { force: true });
  const started = Date.now();
  const own = spawn(tools.simple_switch, given, { cwd: folder, stdio: 'ignore' });
  try {
    await fill(tools, service, commands);
    if (Date.now() - started > (wait - 1) * 1000) return undefined;
    const read = (port: number): readonly Uint8Array[] => framesOf(fileOf(outputs.get(port)!));
    for (const port of ports) await untilLast(() => read(otherSide(port)), own);
    const answers = await run(tools.simple_switch_CLI, service, questions.map((line) => `${line}\n`).join(''));
    return { out: new Map(ports.map((port) => [port, read(port).slice(0, -1)])), answers: answers.said };
  } finally {
    own.kill('SIGKILL');
  }
}

/** Throws where the switch refuses one of the commands. */
async function fill(tools: ToolsOf<'v1model'>, service: readonly string[], commands: string): Promise<void> {
  const input = `set_queue_depth ${ROOM}\n${commands}`;
  const wanted = commands.match(/^table_add/gm)?.length ?? 0;
  for (let tries = 0; tries < 100; tries++) {
    const { status, said } = await run(tools.simple_switch_CLI, service, input);
    if (said.includes('Could not connect')) {
      await sleep(100);
      continue;
    }
    const added = said.match(/Entry has been added/g)?.length ?? 0;
    if (status === 0 && added === wanted && !/Error|Invalid|Unknown|Traceback/.test(said)) return;
    throw new Error(`simple_switch_CLI has taken ${added} of ${wanted} entries:\n${said.slice(-2000)}`);
  }
  throw new Error('simple_switch does not answer');
}

function fileOf(path: string): Buffer {
  return existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
}

async function untilLast(
  read: () => readonly Uint8Array[],
  { exitCode }: { readonly exitCode: number | null },
): Promise<void> {
  while (Buffer.compare(read().at(-1) ?? Buffer.alloc(0), LAST) !== 0) {
    if (exitCode !== null) throw new Error(`simple_switch has ended with ${exitCode}`);
    await sleep(200);
  }
}
