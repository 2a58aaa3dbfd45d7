/** What the rules of a dump do to one forwarded packet, line by line: small and slow, sharing nothing with the importer. */

export interface ForwardedPacket {
  readonly in: string;
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** What becomes of it. */
export interface Way {
  readonly verdict: 'forwarded' | 'gone' | 'rejected';
  readonly out: string;
  readonly mark: number;
  readonly source: string;
  readonly destination: string;
  readonly port: number;
}

type Tables = ReadonlyMap<
  string,
  { readonly policy: string | undefined; readonly rules: readonly (readonly string[])[] }
>;

interface Passing {
  in: string;
  out: string;
  source: string;
  destination: string;
  protocol: string;
  port: number;
  mark: number;
}

/** The packet's way through `nat PREROUTING`, `mangle FORWARD`, `filter FORWARD` and `nat POSTROUTING`. */
export function walkDump(dump: string, packet: ForwardedPacket, routeTo: (address: string) => string): Way {
  const tables = readTables(dump);
  const passing: Passing = { ...packet, out: '', mark: 0 };
  walkChain(tables, 'nat PREROUTING', passing);
  passing.out = routeTo(passing.destination);
  walkChain(tables, 'mangle FORWARD', passing);
  const end = walkChain(tables, 'filter FORWARD', passing) ?? tables.get('filter FORWARD')!.policy;
  if (end === 'ACCEPT') walkChain(tables, 'nat POSTROUTING', passing);
  const { out, mark, source, destination, port } = passing;
  const verdict = end === 'ACCEPT' ? 'forwarded' : end === 'DROP' ? 'gone' : 'rejected';
  return { verdict, out, mark, source, destination, port };
}

function readTables(dump: string): Tables {
  const tables = new Map<string, { policy: string | undefined; rules: string[][] }>();
  let table = '';
  for (const line of dump.split('\n')) {
    const words = [...line.matchAll(/"[^"]*"|\S+/g)].map(([word]) => word);
    const [first = '', chain = ''] = words;
    if (first.startsWith('*')) table = first.slice(1);
    else if (first.startsWith(':')) {
      tables.set(`${table} ${first.slice(1)}`, { policy: chain === '-' ? undefined : chain, rules: [] });
    } else if (first === '-A') tables.get(`${table} ${chain}`)!.rules.push(words.slice(2));
  }
  return tables;
}

/** What ends the packet's way through the table; undefined: nothing has. */
function walkChain(tables: Tables, key: string, packet: Passing): string | undefined {
  const [table = ''] = key.split(' ');
  for (const rule of tables.get(key)!.rules) {
    const at = rule.indexOf('-j');
    if (!matches(rule.slice(0, at), packet)) continue;
    const end = act(tables, table, rule.slice(at + 1), packet);
    // The packet goes on behind the jump that led here.
    if (end === 'RETURN') return undefined;
    if (end !== undefined) return end;
  }
  return undefined;
}

function act(tables: Tables, table: string, target: readonly string[], packet: Passing): string | undefined {
  const [name = '', , value = ''] = target;
  const [address = '', port] = value.split(':');
  switch (name) {
    case 'MARK':
      packet.mark = Number(value.split('/')[0]);
      return undefined;
    case 'SNAT':
      packet.source = address;
      return name;
    case 'DNAT':
      packet.destination = address;
      if (port !== undefined) packet.port = Number(port);
      return name;
    case 'ACCEPT':
    case 'DROP':
    case 'REJECT':
    case 'RETURN':
      return name;
    default:
      return walkChain(tables, `${table} ${name}`, packet);
  }
}

function matches(words: readonly string[], packet: Passing): boolean {
  let isNegated = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    if (word === '!') {
      isNegated = true;
      continue;
    }
    const value = words[++at]!;
    if (word !== '-m' && word !== '--comment' && holds(word, value, packet) === isNegated) return false;
    isNegated = false;
  }
  return true;
}

function holds(option: string, value: string, packet: Passing): boolean {
  switch (option) {
    case '-s':
      return isIn(packet.source, value);
    case '-d':
      return isIn(packet.destination, value);
    case '-i':
      return packet.in === value;
    case '-o':
      return packet.out === value;
    case '-p':
      return packet.protocol === value;
    case '--dport':
      return packet.port === Number(value);
    default:
      throw new Error(`the oracle knows no ${option}`);
  }
}

function isIn(address: string, prefix: string): boolean {
  const [network = '', length = ''] = prefix.split('/');
  const bits = (text: string) =>
    text
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join('');
  return bits(address).startsWith(bits(network).slice(0, Number(length)));
}
