/** Types of ICMP whose name in the language stands for one type of each family. */

const TYPES: Readonly<Record<string, readonly [four: string, six: string]>> = {
  'echo-request': ['8', '128'],
  'echo-reply': ['0', '129'],
  'destination-unreachable': ['3', '1'],
  'time-exceeded': ['11', '3'],
  'parameter-problem': ['12', '4'],
  'router-solicitation': ['10', '133'],
  'router-advertisement': ['9', '134'],
};

/**
 * From the service of one family to the name for both. The whole of `icmp` is none such: it holds ICMPv6's number in IPv4,
 * too.
 */
export const ICMP_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(TYPES).flatMap(([name, [four, six]]) => [
    [`icmp4 ${four}`, `icmp ${name}`] as const,
    [`icmp6 ${six}`, `icmp ${name}`] as const,
  ]),
);
