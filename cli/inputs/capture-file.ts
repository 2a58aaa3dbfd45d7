/** Captures of packets as tcpdump writes them (pcap; draft-ietf-opsawg-pcap). */
import { readFileSync } from 'node:fs';
import type { CapturedFrame } from '../../compiler/explain/capture.ts';
import { decodePacket } from '../../compiler/semantics/packet/decode.ts';
import { decodeFrame, frameOf, type Frame } from '../../compiler/semantics/packet/frame.ts';
import { diagnostic, type Diagnostic } from '../../grammar/diagnostic.ts';
import { PROBLEMS } from '../problems.ts';
import { reasonOf } from '../system-error.ts';

export type ReadCapture = { readonly frames: readonly CapturedFrame[] } | { readonly finding: Diagnostic };

/** Magic numbers, as they stand in the file, with what a unit of the second half of a time is in milliseconds. */
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
const SECTION_HEADER = 0x0a0d0d0a;

const FILE_HEADER = 24;
const PACKET_HEADER = 16;

/** What stands before the IP packet, by the capture's link type (LINKTYPE_ of pcap). */
const LINKS: Readonly<Record<number, (bytes: Uint8Array) => Frame | undefined>> = {
  1: decodeFrame,
  12: ipFrame,
  14: ipFrame,
  101: ipFrame,
  113: (bytes) => ipFrame(bytes.subarray(16)),
  228: ipFrame,
  229: ipFrame,
  276: (bytes) => ipFrame(bytes.subarray(20)),
};

const HINT = 'Capture with `tcpdump -s 0 -w FILE.pcap`.';

export function readCapture(path: string): ReadCapture {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return { finding: diagnostic(PROBLEMS.unreadable, undefined, `${path} cannot be read: ${reasonOf(error)}`) };
  }
  const wrong = (why: string, hint?: string): ReadCapture => ({
    finding: diagnostic(PROBLEMS.noCapture, undefined, `${path} ${why}`, hint === undefined ? {} : { hint }),
  });
  if (bytes.length < FILE_HEADER) return wrong('is no capture', HINT);
  if (bytes.readUInt32BE(0) === SECTION_HEADER) {
    return wrong(
      'is a capture of the newer kind (pcapng)',
      `\`tcpdump -r ${path} -w FILE.pcap\` makes one that can be read.`,
    );
  }
  const isLittle = [MICROSECONDS, NANOSECONDS].includes(bytes.readUInt32LE(0));
  const word = (at: number): number => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const magic = word(0);
  if (magic !== MICROSECONDS && magic !== NANOSECONDS) return wrong('is no capture', HINT);
  const link = LINKS[word(20) & 0xffff];
  if (!link) return wrong(`has packets of a link that is not known (type ${word(20) & 0xffff})`);
  const frames: CapturedFrame[] = [];
  for (let at = FILE_HEADER, number = 1; at < bytes.length; number++) {
    const length = at + PACKET_HEADER <= bytes.length ? word(at + 8) : Infinity;
    const end = at + PACKET_HEADER + length;
    if (end > bytes.length) return wrong(`ends in the middle of packet ${number}`);
    if (length < word(at + 12)) {
      return wrong(`has only the beginning of packet ${number}`, 'Capture whole packets: `tcpdump -s 0`.');
    }
    const milliseconds = word(at) * 1000 + word(at + 4) / (magic === NANOSECONDS ? 1e6 : 1e3);
    const frame = link(bytes.subarray(at + PACKET_HEADER, end));
    if (frame) frames.push({ number, at: milliseconds, frame });
    at = end;
  }
  return { frames };
}

/** A packet without a link header: its first four bits say of which family it is. */
function ipFrame(bytes: Uint8Array): Frame | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  return version === 4 || version === 6 ? frameOf(decodePacket(bytes, version)) : undefined;
}
