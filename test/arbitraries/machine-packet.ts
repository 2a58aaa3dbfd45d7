/** Packets that rules which were read back may tell apart: at and beside the ends of the intervals that stand in them. */
import fastCheck, { type Arbitrary } from 'fast-check';
import type { Column, Machine, MachineSet, Read, Statement } from '../../compiler/proof/machine/form.ts';
import { readBigint, strideOf } from '../../compiler/net/words.ts';
import type { TrackedPacket } from '../oracles/stage-walk.ts';

/** Values worth trying, by field: `source/4`, `icmp type`, any other as the model has it. */
export type Pools = ReadonlyMap<string, readonly bigint[]>;

const PROTOCOLS = [1, 6, 6, 6, 17, 17, 47, 58, 132];
const WITH_PORTS = new Set([6, 17, 33, 132, 136]);
const INTERFACES = ['uplink0', 'lan0', 'lan1', 'dmz0', 'stray0'];

/** `tracked`: the packets are put together and belong to flows that begin. */
export function packetsFor(machine: Machine, tracked: boolean): Arbitrary<TrackedPacket> {
  return packetsFrom(poolsOf(machine), tracked);
}

/** Packets with values of these pools. */
export function packetsFrom(
  pools: Pools,
  tracked: boolean,
  interfaces: readonly string[] = INTERFACES,
): Arbitrary<TrackedPacket> {
  const from = (field: string, ...more: readonly number[]): Arbitrary<bigint> =>
    fastCheck.constantFrom(...(pools.get(field) ?? []), ...more.map(BigInt));
  const number = (field: string, width: number, ...more: readonly number[]): Arbitrary<number> =>
    from(field, ...more).map((value) => Number(value & ((1n << BigInt(width)) - 1n)));
  return fastCheck
    .record({
      family: fastCheck.constantFrom(4 as const, 4 as const, 6 as const),
      source4: from('source/4', 0x0a000001),
      destination4: from('destination/4', 0x0a000001),
      source6: from('source/6', 1),
      destination6: from('destination/6', 1),
      in: fastCheck.constantFrom(...interfaces),
      out: fastCheck.constantFrom(...interfaces),
      protocol: fastCheck.oneof(fastCheck.constantFrom(...PROTOCOLS), number('protocol', 8, 6)),
      sourcePort: number('source port', 16, 1024),
      destinationPort: number('destination port', 16, 22, 80),
      flags: number('tcp flags', 8, 0x02, 0x02, 0x12, 0x10),
      icmp: fastCheck.tuple(number('icmp type', 8, 8, 128), number('icmp code', 8, 0)),
      length: number('length', 16, 60, 1500),
      ttl: number('ttl', 8, 64),
      dscp: number('dscp', 6, 0),
      mark: number('mark', 32, 0),
      fragment: tracked ? fastCheck.constant(0) : fastCheck.constantFrom(0, 0, 0, 1, 2),
      state: fastCheck.constantFrom(0, 0, 0, 0, 1, 2, 3, 4),
      confirmed: fastCheck.boolean(),
      garbage: number('destination port', 8, 22, 80),
    })
    .map((drawn) => packetOf(drawn));
}

interface Drawn {
  readonly family: 4 | 6;
  readonly source4: bigint;
  readonly destination4: bigint;
  readonly source6: bigint;
  readonly destination6: bigint;
  readonly in: string;
  readonly out: string;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly flags: number;
  readonly icmp: readonly [number, number];
  readonly length: number;
  readonly ttl: number;
  readonly dscp: number;
  readonly mark: number;
  readonly fragment: number;
  readonly state: number;
  readonly confirmed: boolean;
  readonly garbage: number;
}

function packetOf(drawn: Drawn): TrackedPacket {
  const { family, protocol, fragment, state, icmp } = drawn;
  const hasHeader = fragment !== 2;
  const hasPorts = hasHeader && WITH_PORTS.has(protocol);
  const code = icmp[0] * 256 + icmp[1];
  return {
    family,
    source: family === 4 ? drawn.source4 & 0xffffffffn : drawn.source6,
    destination: family === 4 ? drawn.destination4 & 0xffffffffn : drawn.destination6,
    in: drawn.in,
    out: drawn.out,
    garbage: drawn.garbage,
    confirmed: state > 2 ? undefined : state === 0 ? drawn.confirmed : true,
    numbers: {
      protocol,
      fragment,
      state,
      length: Math.max(drawn.length, 40),
      ttl: drawn.ttl,
      dscp: drawn.dscp,
      mark: drawn.mark,
      ...(hasPorts ? { 'source port': drawn.sourcePort, 'destination port': drawn.destinationPort } : {}),
      ...(hasHeader && protocol === 6 ? { 'tcp flags': drawn.flags } : {}),
      ...(hasHeader && protocol === 1 && family === 4 ? { icmp4: code } : {}),
      ...(hasHeader && protocol === 58 && family === 6 ? { icmp6: code } : {}),
    },
  };
}

function poolsOf(machine: Machine): Pools {
  const pools = new Map<string, bigint[]>();
  const add = (key: readonly Read[], set: MachineSet) =>
    key.forEach((read, part) => addColumn(read, set.key[part]!, pools));
  const use = (key: readonly Read[], set: string | MachineSet) =>
    add(key, typeof set === 'string' ? machine.sets.get(set)! : set);
  for (const { rules } of machine.chains.values()) {
    for (const statement of rules.flatMap(({ statements }) => statements)) eachUse(statement, use);
  }
  return pools;
}

function eachUse(statement: Statement, use: (key: readonly Read[], set: string | MachineSet) => void): void {
  if (statement.kind === 'match') use(statement.key, statement.set);
  else if ('map' in statement) use(statement.key, statement.map);
  else if (statement.kind === 'translate' && 'map' in statement.to) use(statement.to.key, statement.to.map);
}

/** Both ends, and what stands beside them. */
function addColumn(read: Read, column: Column, pools: Map<string, bigint[]>): void {
  if (read.kind !== 'field' || column.kind === 'names') return;
  const isAddress = read.field === 'source' || read.field === 'destination';
  const field = isAddress ? `${read.field}/${read.family}` : read.field;
  const pool = pools.get(field) ?? [];
  pools.set(field, pool);
  const stride = strideOf(column.width);
  const most = (1n << BigInt(column.width)) - 1n;
  // Of long columns, a few elements here and there.
  const step = Math.max(1, Math.floor(column.lows.length / stride / 20));
  for (let index = 0; index * stride < column.lows.length; index += step) {
    const [low, high] = [column.lows, column.highs].map((words) => readBigint(words, index, stride));
    for (const value of [low! - 1n, low!, high!, high! + 1n]) pool.push(value & most);
  }
}
