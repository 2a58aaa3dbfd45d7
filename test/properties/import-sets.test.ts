/** Sets of several parts become products: a packet is in one of them if it is in the set, and in no two. */
import fastCheck from 'fast-check';
import { expect, test } from 'vitest';
import { addressInterval, type Interval } from '../../compiler/import/iptables/sets/address-intervals.ts';
import { productsOf, type Part, type Tuple } from '../../compiler/import/iptables/sets/products.ts';

const WORDS = ['tcp/80', 'tcp/443', 'udp/53'];

/** Networks that hold one another, close together. */
const network = fastCheck
  .tuple(fastCheck.nat(31), fastCheck.integer({ min: 26, max: 32 }))
  .map(([host, length]) => addressInterval(`10.0.0.${host}/${length}`, 4)!);
const word = fastCheck.constantFrom(...WORDS);

const holds = (part: Part, value: bigint | string): boolean =>
  typeof part === 'string' || typeof value === 'string' ? part === value : part.low <= value && value <= part.high;

type Values = readonly (bigint | string)[];

test('of networks and words, the smallest network with the word decides', () => {
  const element = fastCheck
    .tuple(network, word, fastCheck.boolean())
    .map(([address, service, isExcluded]): Tuple => ({ parts: [address, service], isExcluded }));
  fastCheck.assert(
    fastCheck.property(fastCheck.array(element, { maxLength: 12 }), (elements) => {
      // One element of the kernel's set is in it once, the last as it was given.
      const distinct = [...new Map(elements.map((one) => [keyOf(one), one])).values()];
      const products = productsOf(distinct);
      for (const service of WORDS) {
        for (let host = 0n; host < 64n; host++) {
          const packet = [0x0a000000n + host, service];
          expect(meeting(products, packet)).toBe(isInSmallest(distinct, packet) ? 1 : 0);
        }
      }
    }),
  );
});

test('of networks, words and networks, any element will do', () => {
  const element = fastCheck.tuple(network, word, network).map((parts): Tuple => ({ parts, isExcluded: false }));
  fastCheck.assert(
    fastCheck.property(
      fastCheck.array(element, { maxLength: 8 }),
      fastCheck.array(fastCheck.tuple(fastCheck.nat(63), word, fastCheck.nat(63)), { minLength: 40 }),
      (elements, packets) => {
        const products = productsOf(elements);
        for (const [from, service, to] of packets) {
          const packet = [0x0a000000n + BigInt(from), service, 0x0a000000n + BigInt(to)];
          const isIn = elements.some(({ parts }) => parts.every((part, at) => holds(part, packet[at]!)));
          expect(meeting(products, packet)).toBe(isIn ? 1 : 0);
        }
      },
    ),
  );
});

function keyOf({ parts: [address, service] }: Tuple): string {
  return `${(address as Interval).low} ${(address as Interval).high} ${service as string}`;
}

/** How many products the packet is in. */
function meeting(products: ReturnType<typeof productsOf>, packet: Values): number {
  return products.filter((product) => product.every((parts, at) => parts.some((part) => holds(part, packet[at]!))))
    .length;
}

function isInSmallest(elements: readonly Tuple[], packet: Values): boolean {
  const size = ({ parts: [address] }: Tuple): bigint => (address as Interval).high - (address as Interval).low;
  const found = elements
    .filter(({ parts }) => parts.every((part, at) => holds(part, packet[at]!)))
    .toSorted((a, b) => Number(size(a) - size(b)));
  return found[0] !== undefined && !found[0].isExcluded;
}
