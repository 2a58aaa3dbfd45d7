/** Why a text is no address or prefix as a column wants it; only looked at when something is wrong. */
import {
  formatIpv4,
  formatIpv6,
  parseIpv4,
  parseIpv4Prefix,
  parseIpv6,
  parseIpv6Prefix,
} from '../../../net/address.ts';
import type { Complaint } from './cell-reader.ts';

export type Families = 4 | 6 | 'both';

/** What a place wants: one address, or a prefix, of one family or of either. */
export interface AddressWish {
  readonly families: Families;
  readonly prefix: boolean;
}

/** `an IPv4 prefix`, `an address` */
function wanted(wish: AddressWish): string {
  const what = wish.prefix ? 'prefix' : 'address';
  if (wish.families === 'both') return `${wish.prefix ? 'a' : 'an'} ${what}`;
  return `an IPv${wish.families} ${what}`;
}

/** Why `text` is not what is wished for. */
export function explainAddress(text: string, wish: AddressWish): Complaint {
  const { families } = wish;
  const read = [
    ...(parseIpv4Prefix(text) ? [{ family: 4 as const, ...hostBitsOf(parseIpv4Prefix(text), formatIpv4) }] : []),
    ...(parseIpv6Prefix(text) ? [{ family: 6 as const, ...hostBitsOf(parseIpv6Prefix(text), formatIpv6) }] : []),
  ][0];
  if (read === undefined) return explainMalformed(text, wish);
  if (families !== 'both' && read.family !== families) {
    return {
      problem: `is of IPv${read.family}, but ${wanted(wish)} belongs here`,
      hint: `A column of both families is declared as ${wish.prefix ? 'prefix' : 'ip'}.`,
    };
  }
  if (!wish.prefix) {
    return {
      problem: `is a prefix, but one address belongs here`,
      hint: `A column of prefixes is declared as ${families === 'both' ? 'prefix' : `prefix${families}`}.`,
    };
  }
  return {
    problem: `has bits set below its prefix length`,
    hint: `Write ${read.network} for the network, or ${text.replace(/\/.*/, '')} without a length for that one address.`,
    hostBitsSet: true,
  };
}

function hostBitsOf<Address extends number | bigint>(
  prefix: { readonly address: Address; readonly length: number } | undefined,
  format: (address: Address) => string,
): { readonly network: string } {
  return { network: prefix === undefined ? '' : `${format(prefix.address)}/${prefix.length}` };
}

function explainMalformed(text: string, wish: AddressWish): Complaint {
  const problem = `is not ${wanted(wish)}`;
  const [address = '', length] = text.split('/');
  const mask = length === undefined ? undefined : parseIpv4(length);
  if (mask !== undefined && parseIpv4(address) !== undefined) return explainNetmask(address, mask, wish);
  if (length !== undefined && (parseIpv4(address) !== undefined || parseIpv6(address) !== undefined)) {
    return { problem: `has no proper prefix length: ${parseIpv4(address) === undefined ? '0 to 128' : '0 to 32'}` };
  }
  if (/^\d+(\.\d+){3}$/.test(address)) return explainDottedDecimal(address, problem);
  if (text.includes('%')) return { problem, hint: 'An interface behind % is no part of an address here.' };
  const [low = '', high] = text.split('-');
  if (high !== undefined && (parseIpv4(low) !== undefined || parseIpv6(low) !== undefined)) {
    return { problem: `is a range, but ${wanted(wish)} belongs here` };
  }
  if (/^\[.*\]$/.test(text)) return { problem, hint: 'Brackets belong around an address only where a port follows.' };
  return { problem };
}

function explainNetmask(address: string, mask: number, wish: AddressWish): Complaint {
  const length = Math.clz32(~mask);
  const contiguous = mask === (length === 0 ? 0 : (-1 << (32 - length)) >>> 0);
  return {
    problem: 'has a netmask where a prefix length belongs',
    ...(contiguous && wish.prefix ? { hint: `Write ${address}/${length}.` } : {}),
  };
}

function explainDottedDecimal(address: string, problem: string): Complaint {
  const parts = address.split('.');
  const great = parts.find((part) => Number(part) > 255);
  if (great !== undefined) return { problem, hint: `No part of an IPv4 address is above 255, as ${great} is.` };
  return {
    problem,
    hint: `Some programs read a leading zero as octal: write ${parts.map(Number).join('.')} if that is meant.`,
  };
}
