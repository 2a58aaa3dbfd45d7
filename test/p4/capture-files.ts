/** Capture files as the switch reads and writes them: pcap, little endian, microseconds. */

const HEADER = 24;
const RECORD = 16;
const MAGIC = 0xa1b2c3d4;
const ETHERNET = 1;
const LONGEST = 262_144;

export interface TimedFrame {
  /** Microseconds from the start of all files. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

export function capture(frames: readonly TimedFrame[]): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(LONGEST, 16);
  head.writeUInt32LE(ETHERNET, 20);
  const parts = frames.flatMap(({ time, bytes }) => {
    const record = Buffer.alloc(RECORD);
    record.writeUInt32LE(Math.floor(time / 1e6) + 1, 0);
    record.writeUInt32LE(time % 1e6, 4);
    record.writeUInt32LE(bytes.length, 8);
    record.writeUInt32LE(bytes.length, 12);
    return [record, Buffer.from(bytes)];
  });
  return Buffer.concat([head, ...parts]);
}

/** The whole frames of a file that may still be written. */
export function framesOf(file: Buffer): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = HEADER; at + RECORD <= file.length;) {
    const end = at + RECORD + file.readUInt32LE(at + 8);
    if (end > file.length) break;
    frames.push(file.subarray(at + RECORD, end));
    at = end;
  }
  return frames;
}
