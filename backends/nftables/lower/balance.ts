/**
 * `balance … forward dnat`: a destination translation that a hash leads to a backend, by a Maglev table in a map. The hash
 * is the one that the reference prescribes (compiler/semantics/balance-key.ts), so that every node and every plane
 * chooses alike. Connection tracking remembers every flow, and puts fragments together before.
 */
import type { TextBuffer } from '../../../compiler/artifacts/text-buffer.ts';
import type { Atom, Family } from '../../../compiler/4-program/program.ts';
import type { Balance } from '../../../compiler/model/index.ts';
import { columnOf } from '../../../compiler/model/table.ts';
import { maglevTable, type MaglevBackend } from '../../../compiler/net/maglev.ts';
import { readBigint } from '../../../compiler/net/words.ts';
import { BALANCE_SEED } from '../../../compiler/semantics/balance-key.ts';
import { identifier } from '../names.ts';
import type { NftChain } from '../tree.ts';
import type { Context } from './context.ts';
import { addressWriter } from './lookup-keys.ts';
import { hex } from './matches.ts';
import { conditionsOf } from './conditions.ts';

/** Before the policy's own translations, which the first to be found keeps from deciding. */
const HOOKS = [
  { name: 'balance_prerouting', hook: 'prerouting', priority: 'dstnat - 5' },
  { name: 'balance_output', hook: 'output', priority: '-105' },
] as const;

export function lowerBalances(context: Context): void {
  const { balances } = context.program;
  if (balances.length === 0) return;
  context.enterStage('destination nat');
  for (const { name, hook, priority } of HOOKS) {
    const chain = context.chain(name, name, 'virtual services, and the backends that flows to them get', {
      type: 'nat',
      hook,
      priority,
      devices: [],
      policy: 'accept',
    });
    for (const balance of balances) for (const family of [4, 6] as const) lowerBalance(balance, family, chain, context);
  }
}

function lowerBalance(balance: Balance, family: Family, chain: NftChain, context: Context): void {
  const addresses = family === 4 ? balance.addresses.ipv4 : balance.addresses.ipv6;
  if (addresses.isEmpty()) return;
  const { origin, services } = balance;
  const atoms: Atom[] = [
    { negated: false, test: { kind: 'address', field: 'destination', view: 'real', family, in: addresses } },
    { negated: false, test: { kind: 'number', field: 'service', in: services } },
  ];
  const { matches } = conditionsOf(atoms, { family, origin }, context);
  chain.rules.push({ statements: [...matches, translation(balance, family, context)], origin });
}

function translation(balance: Balance, family: Family, context: Context): string {
  const { backends, rows } = backendsOf(balance, family);
  // A flow that no backend can take goes nowhere.
  if (!backends.some(({ weight }) => weight > 0)) return 'drop';
  const version = family === 6 ? 'ip6' : 'ip';
  const { name, tableSize, hashOn, pool, addressColumn } = balance;
  const flow = [`${version} saddr`, `${version} daddr`, 'th sport', 'th dport', 'meta l4proto'];
  const key = hashOn === 'source' ? `${version} saddr` : flow.join(' . ');
  const hash = `jhash ${key} mod ${tableSize} seed ${hex(BALANCE_SEED)}`;
  const { data } = columnOf(pool, addressColumn)!;
  const map = context.set(`balance ${name} ${family}`, identifier(`${name}_ipv${family}`), (given) => {
    const table = maglevTable(backends, tableSize);
    const address = 'lengths' in data ? addressWriter(data, family) : () => {};
    return {
      kind: 'map',
      name: given,
      // nft has no type of its own for what a hash gives.
      key: [hash],
      typeof: true,
      data: [`${version} daddr`],
      flags: [],
      size: tableSize,
      timeout: undefined,
      counter: false,
      elements: {
        count: tableSize,
        write: (entry: number, out: TextBuffer) => {
          out.write(`${entry} : `);
          address(rows[table[entry]!]!, out);
        },
      },
      description: `balance ${name}, IPv${family}: entry of the Maglev table to backend`,
    };
  });
  return `dnat ${version} to ${hash} map @${map}`;
}

/** The pool's backends of a family, and the row of each. */
function backendsOf(balance: Balance, family: Family): { backends: MaglevBackend[]; rows: number[] } {
  const { pool } = balance;
  const addresses = columnOf(pool, balance.addressColumn)!;
  const weights = balance.weightColumn === undefined ? undefined : columnOf(pool, balance.weightColumn)?.data;
  const backends: MaglevBackend[] = [];
  const rows: number[] = [];
  const { data, present } = addresses;
  for (let row = 0; row < pool.rowCount; row++) {
    const value = present?.[row] === 0 ? undefined : addressAt(data, row, family);
    if (value === undefined) continue;
    const weight = weights?.store === 'integer' ? weights.values[row]! : 1;
    backends.push({ name: `${family}:${value}`, weight });
    rows.push(row);
  }
  return { backends, rows };
}

function addressAt(
  data: NonNullable<ReturnType<typeof columnOf>>['data'],
  row: number,
  family: Family,
): bigint | undefined {
  if (data.store === 'prefix4') return family === 4 ? BigInt(data.addresses[row]!) : undefined;
  if (data.store !== 'prefix6' && data.store !== 'prefix') return undefined;
  const own = data.store === 'prefix6' ? 6 : data.families[row];
  return own === family ? readBigint(data.words, row, 4) : undefined;
}
