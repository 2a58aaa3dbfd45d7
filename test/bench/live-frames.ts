/** The cost of a packet in a lab's router: see live-frames/live-frames.c for how it is measured. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compiled } from '../kernel/harness/compiled.ts';
import type { Lab } from '../../cli/lab/lab.ts';

/** `FRAME_BYTES` of live-frames/frame.h. */
const frameBytes = 124;

export interface LiveRun {
  packets: number;
  /** To the network stack, dropped at once (what the injection itself costs), or as the interface's own program at XDP says. */
  action: 'pass' | 'drop' | 'judge';
}

export interface LiveCost extends LiveRun {
  /** Nanoseconds a packet: this thread's processor time, and time on the wall. */
  processor: number;
  wall: number;
}

export interface LiveFrames {
  /** The router's interface at which they arrive. */
  interface: string;
  /** Ethernet frames of 14 to 124 bytes; they take turns in this order, through all runs in one go. */
  frames: readonly Uint8Array[];
  runs: readonly LiveRun[];
  /** Frames injected at a time, at most 256; 64 unless given. */
  batch?: number;
}

/** Measures the runs, one after another, and gives the cost of each. The router keeps its rules, flows and counters. */
export async function measureLiveFrames(lab: Lab, wanted: LiveFrames): Promise<LiveCost[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-live-frames-'));
  try {
    const file = join(folder, 'frames');
    writeFileSync(file, framesFile(wanted.frames));
    const runs = wanted.runs.flatMap(({ packets, action }) => [String(packets), action]);
    const batch = String(wanted.batch ?? 64);
    const tool = liveFramesTool();
    return readCosts(await lab.unwatched(() => lab.exec([...tool, wanted.interface, file, batch, ...runs])));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The tool, and the program that it loads: what live-frames.c says begins with these two. */
export function liveFramesTool(): readonly [string, string] {
  return [loader(), program()];
}

/** What it prints. */
export function readCosts(output: string): LiveCost[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LiveCost);
}

const source = (name: string) => fileURLToPath(new URL(`live-frames/${name}`, import.meta.url));

function loader(): string {
  return compiled({
    name: 'live-frames',
    compiler: 'clang',
    arguments: ['-std=c17', '-O2', '-Wall', '-Wextra'],
    sources: [source('live-frames.c')],
    headers: [source('frame.h')],
    libraries: ['-lbpf'],
  });
}

function program(): string {
  // Debian keeps the headers of its own architecture in a folder that clang does not search for the BPF target.
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return compiled({
    name: 'replay.bpf.o',
    compiler: 'clang',
    arguments: ['-O2', '-g', '-Wall', '-target', 'bpf', `-I/usr/include/${machine}-linux-gnu`, '-c'],
    sources: [source('replay.bpf.c')],
    headers: [source('frame.h')],
  });
}

/** What it reads. */
export function framesFile(frames: readonly Uint8Array[]): Uint8Array {
  const size = frameBytes + 4;
  const bytes = Buffer.alloc(frames.length * size);
  for (const [index, frame] of frames.entries()) {
    if (frame.length > frameBytes) throw new Error(`a live frame has at most ${frameBytes} bytes, not ${frame.length}`);
    bytes.writeUInt32LE(frame.length, index * size);
    bytes.set(frame, index * size + 4);
  }
  return bytes;
}
