/** Services and backends, as they lie in their maps; see services.h of the program. */
import type { Backend, Pool, Service } from '../tree.ts';
import { MapBytes } from './map-bytes.ts';

const BYTES_OF_SERVICE = 80;
const BYTES_OF_BACKEND = 56;

/** `enum forward` of the program. */
const FORWARDS: Readonly<Record<Service['forward'], number>> = { ipip: 0, gre: 1, direct: 2 };
/** `enum hash_on` of the program. */
const HASHES: Readonly<Record<Service['hashOn'], number>> = { flow: 0, source: 1 };
/** `enum hashed_word` of the program. */
const FIRST_WORD = { source: 0, destination: 4, protocol: 8 } as const;
const BYTES_OF_WORDS = 12;

/** `struct service` for each. */
export function serviceBytes(services: readonly Service[]): Uint8Array {
  const map = new MapBytes(services.length * BYTES_OF_SERVICE);
  for (const { pools, forward, hashOn, fragmentsOn, firstCounter } of services) {
    map.u32(pools.flatMap(poolNumbers));
    for (const wordsOfAddress of [1, 4]) {
      const words = fragmentsOn.flatMap((part) => {
        const length = part === 'protocol' ? 1 : wordsOfAddress;
        return Array.from({ length }, (_, at) => FIRST_WORD[part] + at);
      });
      for (const word of words) map.bytesOf(BigInt(word), 1);
      map.skip(BYTES_OF_WORDS - words.length).u32([words.length]);
    }
    map.u32([FORWARDS[forward], HASHES[hashOn], firstCounter, 0]);
  }
  return map.bytes;
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
