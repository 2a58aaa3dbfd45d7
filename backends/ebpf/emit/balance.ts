/** Services and backends, as they lie in their maps; see services.h of the program. */
import type { Backend, Pool, Service } from '../tree.ts';
import { MapBytes } from './map-bytes.ts';

const BYTES_OF_SERVICE = 56;
const BYTES_OF_BACKEND = 56;

/** `enum forward` of the program. */
const FORWARDS: Readonly<Record<Service['forward'], number>> = { ipip: 0, gre: 1, direct: 2 };
/** `enum hash_part` of the program. */
const PARTS = { source: 1, destination: 2, protocol: 3, flow: 4 } as const;
const MOST_FRAGMENT_PARTS = 3;

/** `struct service` for each. */
export function serviceBytes(services: readonly Service[]): Uint8Array {
  const map = new MapBytes(services.length * BYTES_OF_SERVICE);
  for (const { pools, forward, hashOn, fragmentsOn, firstCounter } of services) {
    const parts = Array.from({ length: MOST_FRAGMENT_PARTS }, (_, at) => {
      const part = fragmentsOn[at];
      return part === undefined ? 0 : PARTS[part];
    });
    map.u32([...pools.flatMap(poolNumbers), FORWARDS[forward], PARTS[hashOn], ...parts, firstCounter]);
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
