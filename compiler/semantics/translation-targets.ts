/** Where a translation leads for the packet at hand. */
import type { AddressTarget, PortTarget, TranslationTarget } from '../model/policy.ts';
import { cellPrefix, cellRange, type Rows } from '../model/cells.ts';
import type { Range } from './kernel/unique-tuple.ts';

interface Addresses {
  readonly low: bigint;
  readonly high: bigint;
}

/** The addresses to choose from for `address` of a family; undefined where the target has none of that family. */
function addressesOf(target: TranslationTarget, family: 4 | 6, address: bigint, rows: Rows): Addresses | undefined {
  const aim: AddressTarget | undefined = family === 4 ? target.v4 : target.v6;
  switch (aim?.kind) {
    case undefined:
      return undefined;
    case 'range':
      return aim;
    case 'cell': {
      const prefix = cellPrefix(aim, rows);
      if (prefix?.family !== family) return undefined;
      const hosts = (1n << BigInt((family === 4 ? 32 : 128) - prefix.length)) - 1n;
      return { low: prefix.value & ~hosts, high: prefix.value | hosts };
    }
    case 'prefix': {
      // The same host part in the other prefix.
      const hosts = (1n << BigInt((family === 4 ? 32 : 128) - aim.to.length)) - 1n;
      const same = (aim.to.value & ~hosts) | (address & hosts);
      return { low: same, high: same };
    }
    default:
      return aim satisfies never;
  }
}

function portsOf(target: PortTarget | undefined, rows: Rows): Range['ports'] | 'empty' {
  if (target === undefined) return undefined;
  if (target.kind === 'range') return target;
  return cellRange(target, rows) ?? 'empty';
}

/**
 * The range a target gives; a target without addresses keeps the packet's own. Undefined where it has nothing for the
 * packet, which its rule then does not match.
 */
export function rangeOf(
  target: TranslationTarget,
  family: 4 | 6,
  address: bigint,
  rows: Rows,
  random: boolean,
): Range | undefined {
  const keepsAddress = target.v4 === undefined && target.v6 === undefined;
  const addresses = keepsAddress ? { low: address, high: address } : addressesOf(target, family, address, rows);
  const ports = portsOf(target.ports, rows);
  if (addresses === undefined || ports === 'empty') return undefined;
  return { low: addresses.low, high: addresses.high, ports, random };
}

/** The range of one address. */
export function rangeAt(address: bigint, ports: PortTarget | undefined, rows: Rows, random = false): Range {
  const choice = portsOf(ports, rows);
  return { low: address, high: address, ports: choice === 'empty' ? undefined : choice, random };
}
