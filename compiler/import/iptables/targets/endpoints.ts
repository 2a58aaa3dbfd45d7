/** New addresses and ports of translations. */
import { rangeItem } from '../addresses.ts';
import type { Family } from '../dump/dump.ts';
import { parsePort } from '../ports.ts';

/** `A[-B][:P[-Q]]`, IPv6 addresses with ports in brackets; undefined where it is none such. */
export function endpoint(word: string, family: Family): string | undefined {
  const parts =
    family === 4
      ? /^(?<addresses>[\d.-]*)(?::(?<ports>.+))?$/.exec(word)?.groups
      : /^(?:\[(?<bracketed>[^\]]*)\](?::(?<ports>.+))?|(?<addresses>[\da-fA-F:.-]+))$/.exec(word)?.groups;
  if (!parts) return undefined;
  const addresses = parts['bracketed'] ?? parts['addresses'] ?? '';
  const [item, ports] = [addresses === '' ? '' : rangeOf(addresses, family), portsOf(parts['ports'])];
  if (item === undefined || ports === undefined) return undefined;
  if (ports === '') return item === '' ? undefined : item;
  return family === 6 && item !== '' ? `[${item}]:${ports}` : `${item}:${ports}`;
}

function rangeOf(text: string, family: Family): string | undefined {
  return rangeItem(text.replaceAll(/[[\]]/g, ''), family);
}

/** `P`, `P-Q`; empty where there is none. */
export function portsOf(text: string | undefined): string | undefined {
  if (text === undefined) return '';
  const [low = '', high = low, more] = text.split('-');
  const [first, last] = [parsePort(low), parsePort(high)];
  if (more !== undefined || first === undefined || last === undefined || first > last) return undefined;
  return first === last ? String(first) : `${first}-${last}`;
}
