/** A router for a dump: the interfaces that its rules name, one more, and the networks that they name behind them. */
import { formatAddress, parseAddress } from '../../../compiler/import/iptables/addresses.ts';
import type { Network } from '../conformance/network.ts';

/** More routes than this do not make a dump's packets go any other ways. */
const MOST_ROUTES = 400;

export function networkOf(dump: string): Network {
  const named = [...dump.matchAll(/ -[io] (\S+)/g)].map(([, name = '']) => name.replace(/\+$/, '0'));
  const names = [...new Set(named.filter((name) => name !== 'lo')), 'other0'].slice(0, 12);
  const destinations = [...dump.matchAll(/^-A INPUT .*?-d (\d+\.\d+\.\d+\.\d+)\/32/gm)].map(
    ([, address = '']) => address,
  );
  const local = [...new Set(destinations)]
    .filter((address) => !/^(127|0|22[4-9]|23\d|255)\./.test(address))
    .slice(0, 3);
  const prefixes = [
    ...new Set([...dump.matchAll(/ -[sd] ([\da-f.:]+\/\d{1,3})(?= |$)/gm)].map(([, prefix = '']) => prefix)),
  ];
  const routes = prefixes
    .filter((prefix) => isRoute(prefix) && !local.includes(prefix.replace('/32', '')))
    .slice(0, MOST_ROUTES);
  const interfaces = names.map((name, index) => ({
    name,
    addresses: [`10.99.${index}.1/24`, `fd99:0:0:${index}::1/64`],
    routes: [
      ...(index === 0 ? ['0.0.0.0/0', '::/0'] : [`203.0.${index}.0/24`, `2001:db8:${index}::/48`]),
      ...routes.filter((prefix) => hash(prefix) % names.length === index).map(withoutHostBits),
    ],
  }));
  return { interfaces, localAddresses: local.map((address) => `${address}/32`) };
}

function isRoute(prefix: string): boolean {
  return !/^(0|127|22[4-9]|2[345]\d)\.|^(::|f[ef])|\/0$/.test(prefix) && !prefix.startsWith('10.99.');
}

function withoutHostBits(prefix: string): string {
  const [address = '', length = ''] = prefix.split('/');
  if (address.includes(':')) return prefix;
  const value = parseAddress(address, 4) ?? 0n;
  const network = (value >> BigInt(32 - Number(length))) << BigInt(32 - Number(length));
  return `${formatAddress(network, 4)}/${length}`;
}

function hash(text: string): number {
  return [...text].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 65_521, 7);
}
