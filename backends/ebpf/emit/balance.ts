/** Services and backends, as they lie in their maps; see services.h of the program. */
import type { Backend, FlowMemory, Pool, Service } from '../tree.ts';
import { MapBytes } from './map-bytes.ts';

const BYTES_OF_SERVICE = 120;
const BYTES_OF_BACKEND = 56;

/** `enum forward` of the program. */
const FORWARDS: Readonly<Record<Service['forward'], number>> = { ipip: 0, gre: 1, direct: 2 };
/** `enum hash_on` of the program. */
const HASHES: Readonly<Record<Service['hashOn'], number>> = { flow: 0, source: 1 };
/** `enum hashed_word` of the program: the first of a field, and the one that is 0. */
const FIRST_WORD = { source: 0, destination: 4, protocol: 8, sourcePort: 9, destinationPort: 10 } as const;
const NO_WORD = 15;
/** Of those that are hashed, which are taken so many at a time. */
const WORDS = 12;
const BLOCK = 3;
const NO_MEMORY = 2 ** 32 - 1;

type HashedField = keyof typeof FIRST_WORD;

/** What is hashed of whole packets. */
const OF_WHOLE: Readonly<Record<Service['hashOn'], readonly HashedField[]>> = {
  flow: ['source', 'destination', 'sourcePort', 'destinationPort', 'protocol'],
  source: ['source'],
};

/** `struct service` for each. */
export function serviceBytes(services: readonly Service[]): Uint8Array {
  const map = new MapBytes(services.length * BYTES_OF_SERVICE);
  for (const { pools, forward, hashOn, fragmentsOn, firstCounter, memory, localFirst } of services) {
    map.u32(pools.flatMap(poolNumbers));
    for (const fields of [OF_WHOLE[hashOn], fragmentsOn]) {
      for (const wordsOfAddress of [1, 4]) writeHashed(map, fields, wordsOfAddress);
    }
    map.u32([FORWARDS[forward], HASHES[hashOn], firstCounter, memory ?? NO_MEMORY, Number(localFirst), 0]);
  }
  return map.bytes;
}

/** `struct hashed`: the words of the fields in their order, in blocks of which the last ends the array. */
function writeHashed(map: MapBytes, fields: readonly HashedField[], wordsOfAddress: number): void {
  const words = fields.flatMap((field) => {
    const length = field === 'source' || field === 'destination' ? wordsOfAddress : 1;
    return Array.from({ length }, (_, at) => FIRST_WORD[field] + at);
  });
  const blocks = Math.ceil(words.length / BLOCK);
  const padded = Array.from({ length: WORDS }, (_, at) => words[at - (WORDS - blocks * BLOCK)] ?? NO_WORD);
  for (const word of padded) map.bytesOf(BigInt(word), 1);
  map.u32([words.length]);
}

function poolNumbers({ firstEntry, entries, firstBackend, backends }: Pool): number[] {
  return [firstEntry, entries, firstBackend, backends];
}

/** `struct backend` for each; of none, one that is never asked for. */
export function backendBytes(backends: readonly Backend[]): Uint8Array {
  const map = new MapBytes(Math.max(1, backends.length) * BYTES_OF_BACKEND);
  for (const { family, address, weight, source, identity } of backends) {
    map.bytesOf(address, family === 4 ? 4 : 16).skip(family === 4 ? 12 : 0);
    map.bytesOf(source ?? 0n, family === 4 ? 4 : 16).skip(family === 4 ? 12 : 0);
    map.u64([identity]).u32([family, weight, 0, Number(source !== undefined)]);
  }
  return map.bytes;
}

/** `struct flow_table` for each. */
export function flowTableBytes(memories: readonly FlowMemory[]): Uint8Array {
  return new MapBytes(memories.length * 8).u64(memories.map(({ identity }) => identity)).bytes;
}
