/**
 * A process of its own, in a network namespace of its own: loads rule sets one after another, sends packets through each, and prints
 * what a packet took, as JSON. Packets leave through an interface that throws them away, so that nothing is measured behind the rules.
 */
import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { CALIBRATION_PORT } from '../../compiler/cost/calibration.ts';
import type { MeasureRequest, MeasuredPackets } from './measure-request.ts';

const PAYLOAD = new Uint8Array(16);
/** The multiplier of a generator of pseudo-random numbers (Numerical Recipes); all draw the same packets. */
const [MULTIPLIER, INCREMENT] = [1_664_525, 1_013_904_223];

const request = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as MeasureRequest;

for (const words of [
  ['link', 'set', 'lo', 'up'],
  ['link', 'add', 'sink0', 'type', 'veth', 'peer', 'sink1'],
  ['address', 'add', '192.168.77.1/24', 'dev', 'sink0'],
  // Nobody is asked for a link address.
  ['link', 'set', 'sink0', 'up', 'arp', 'off'],
  ['link', 'set', 'sink1', 'up'],
  ['route', 'add', '10.0.0.0/8', 'dev', 'sink0'],
]) {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

nft('table netdev sink { chain out { type filter hook egress device "sink0" priority 0; policy drop; }; }');

// The way to an address is to be no question: addresses are written as numbers.
const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) });
const addresses = drawn(request.packets);
await new Promise<void>((resolve) => socket.bind(0, resolve));

const rounds: MeasuredPackets['rounds'][number][] = [];
for (let round = 0; round < request.rounds; round++) {
  const empty: number[] = [];
  const whole: number[] = [];
  for (const text of request.texts) {
    empty.push(await least(request.empty));
    whole.push(await least(text));
  }
  rounds.push({ empty, whole });
}
socket.close();
process.stdout.write(JSON.stringify({ rounds } satisfies MeasuredPackets));

/** Loads the rules; nanoseconds of processor time that a packet takes, of several runs the least. */
async function least(text: string): Promise<number> {
  nft(text);
  let best = Infinity;
  for (let run = 0; run <= request.runs; run++) {
    const before = process.cpuUsage();
    await sent(socket, request.packets);
    const { user, system } = process.cpuUsage(before);
    // The first run finds nothing in the caches.
    if (run > 0) best = Math.min(best, (1000 * (user + system)) / request.packets);
  }
  return best;
}

function nft(text: string): void {
  execFileSync('nft', ['-f', '-'], { input: text, stdio: ['pipe', 'ignore', 'pipe'] });
}

/** Sends so many packets, to the addresses in turn. */
function sent(by: Socket, packets: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let left = packets;
    const done = (error: Error | null): void => {
      if (error) reject(error);
      else if (--left === 0) resolve();
    };
    for (let at = 0; at < packets; at++) by.send(PAYLOAD, CALIBRATION_PORT, addresses[at]!, done);
  });
}

/** Addresses of the request in no order. */
function drawn(count: number): readonly string[] {
  let state = 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, MULTIPLIER) + INCREMENT) >>> 0;
    return request.addresses[Math.floor((state / 2 ** 32) * request.addresses.length)]!;
  });
}
