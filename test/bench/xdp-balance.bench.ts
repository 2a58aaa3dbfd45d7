/**
 * What balancing costs at XDP: a service with a Maglev table of 65,537 entries and 1,000 backends, packets of random clients, each
 * put into an outer header of IPv4; against a program that does nothing to them, in one run. Where SLUICE_KATRAN names a checkout
 * of github.com/facebookincubator/katran, its own program runs in turns with ours: the same service, table and packets, and no
 * memory of flows either.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { maglevTable } from '../../compiler/net/maglev.ts';
import { writeUint16 } from '../../compiler/semantics/packet/bytes.ts';
import { tcpPacket } from '../../compiler/semantics/packet/build.ts';
import { checksumOf } from '../../compiler/semantics/packet/checksum.ts';
import { encodeFrame, frameOf } from '../../compiler/semantics/packet/frame.ts';
import { randomFrom } from '../builders/classbench/packets.ts';
import { MACS, NETWORK_STEPS } from '../kernel/xdp/balance-network.ts';
import { compileForXdp, shell } from '../kernel/xdp/build.ts';
import { macBytes } from '../kernel/xdp/outer-headers.ts';
import { buildObject, buildProgram, buildTool, writeInto } from './bpf-programs.ts';
import { median, ratioOf } from './medians.ts';

const rounds = Number(process.env['SLUICE_BENCH_ROUNDS'] ?? 15);
const katranFolder = process.env['SLUICE_KATRAN'];
const BACKENDS = 1000;
/** `SOURCES` of measured.h. */
const SOURCES = 1 << 20;
/** What Katran's program takes of the verifier, for comparison. */
const KATRAN_INSTRUCTIONS = 69_342;

interface Costs {
  readonly measure_drawn: number;
  readonly measure_moved: number;
  readonly measure_sent: number;
}

interface Measured {
  readonly verified: number;
  readonly verifiedOfKatran?: number;
  readonly rounds: readonly { readonly own: Costs; readonly katran?: Costs }[];
}

/** Nanoseconds for a packet, for the program and for putting the frame back as it was. */
function costOf({ measure_drawn: drawn, measure_sent: sent }: Costs): number {
  return sent - drawn;
}

const addresses = Array.from({ length: BACKENDS }, (_, n) => `10.82.${n >> 8}.${n & 255}`);

test('a packet to one of a thousand backends', () => {
  const { verified, verifiedOfKatran, rounds: measured } = measure();
  const own = measured.map((round) => costOf(round.own));
  const moving = measured.map(({ own: { measure_drawn: drawn, measure_moved: moved } }) => moved - drawn);
  console.log(
    `balancing: ${median(own).toFixed(0)} ns a packet, ${median(moving).toFixed(0)} ns of it for moving its head there and (in ` +
      `the bench) back; ${verified} instructions verified`,
  );
  expect.soft(verified).toBeLessThanOrEqual(KATRAN_INSTRUCTIONS / 20);
  const katran = measured.flatMap((round) => (round.katran ? [costOf(round.katran)] : []));
  if (katran.length === 0) return;
  const ratio = ratioOf(own, katran);
  console.log(
    `Katran's own program: ${median(katran).toFixed(0)} ns, so ours takes ${ratio.toFixed(2)} of that; ` +
      `${verifiedOfKatran} instructions verified`,
  );
  expect.soft(ratio).toBeLessThanOrEqual(0.8);
});

test('one of a thousand backends leaves', () => {
  const backends = addresses.map((name) => ({ name, weight: 1 }));
  for (const size of [65_537, 1_000_003]) {
    const before = maglevTable(backends, size);
    const gone = 500;
    const after = maglevTable(
      backends.map((one, n) => (n === gone ? { ...one, weight: 0 } : one)),
      size,
    );
    const moved = before.reduce((sum, backend, entry) => sum + Number(backend !== after[entry]), 0);
    const own = before.reduce((sum, backend) => sum + Number(backend === gone), 0);
    const percent = (count: number) => ((100 * count) / size).toFixed(2);
    console.log(`${size} entries: ${percent(moved)} % of the flows move, and ${percent(own)} % have to`);
    expect.soft((moved - own) / size).toBeLessThan(0.01);
  }
});

function measure(): Measured {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-xdp-balance-'));
  try {
    const text = `zone uplink = uplink0
      balance web {
        vip 192.0.2.10 service tcp/443
        pool table backends(addr: ip) = { ${addresses.map((address) => `(${address})`).join(', ')} }
        hash maglev 65537 on flow
        forward ipip
      }
      target edge { xdp on uplink0 }`;
    const { artifacts } = compileForXdp(text);
    writeInto(folder, artifacts);
    writeFileSync(join(folder, 'frame'), frame());
    writeFileSync(join(folder, 'sources'), drawSources());
    const steps = `${NETWORK_STEPS}
ip route del 10.82.0.0/24
ip route add 10.82.0.0/16 via 10.80.0.254
load 0 up
${buildTool('xdp-balance')} ${buildProgram(folder, 'xdp-balance/balance.bpf.c')} /sys/fs/bpf/sluice/edge uplink0 ${folder}/sources ${rounds} ${katranPrograms(folder)} < ${folder}/frame
load 0 down`;
    return JSON.parse(shell([artifacts], [], ['uplink0', 'lan0'], steps).toString()) as Measured;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Katran's program as it is measured, and alone, for its number of instructions; none where there are no sources of it. */
function katranPrograms(folder: string): string {
  if (katranFolder === undefined) return '';
  const source = 'xdp-balance/katran.bpf.c';
  // Its headers want those of C for a processor, whichever.
  const options = ['-Wno-everything', '-D__x86_64__', '-I', katranFolder];
  const katran = `-DKATRAN="${join(katranFolder, 'katran/lib/bpf/balancer.bpf.c')}"`;
  return ['', '-DALONE']
    .map((alone) => buildObject(source, join(folder, `katran${alone}.o`), [...options, katran, alone].filter(Boolean)))
    .join(' ');
}

const CLIENT = { family: 4 as const, source: 0n, destination: 0xc000020an };

function frame(): Uint8Array {
  const packet = tcpPacket(CLIENT, { sourcePort: 0, destinationPort: 443, flags: 2, payload: new Uint8Array(6) });
  const bytes = encodeFrame(frameOf(packet));
  bytes.set(macBytes(MACS['uplink0']!));
  return bytes;
}

/** `struct drawn` for each. */
function drawSources(): Uint8Array {
  const random = randomFrom(11);
  const header = frame().slice(14, 34);
  const drawn = Buffer.alloc(SOURCES * 8);
  for (let at = 0; at < drawn.length; at += 8) {
    drawn.writeUInt32BE(random(2 ** 32), at);
    drawn.writeUInt16BE(1024 + random(64_512), at + 4);
    header.set(drawn.subarray(at, at + 4), 12);
    writeUint16(header, 10, 0);
    drawn.writeUInt16BE(checksumOf(header), at + 6);
  }
  return drawn;
}
