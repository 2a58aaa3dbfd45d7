/** `balance web { vip … service …  pool …  hash maglev …  forward … }` */
import type { Balance as BalanceSyntax, BalanceSetting } from '../../../grammar/ast/index.ts';
import { report } from '../../2-resolve/context.ts';
import type { BoundPolicy } from '../../2-resolve/modules.ts';
import { lookUpKind } from '../../2-resolve/names.ts';
import { NO_PORTS } from '../../2-resolve/problems.ts';
import { wantConstantAddresses } from '../../2-resolve/wanted/addresses.ts';
import { wantInteger } from '../../2-resolve/wanted/scalars.ts';
import { wantServices } from '../../2-resolve/wanted/services.ts';
import { PROTOCOLS_WITH_PORTS } from '../../model/fields.ts';
import type { Balance } from '../../model/policy.ts';
import type { Column, Table } from '../../model/table.ts';
import { AddressSet } from '../../net/address-set.ts';
import { IntervalSet } from '../../net/interval-set.ts';
import { isPrime } from '../../net/maglev.ts';
import type { RuleContext } from '../context.ts';
import { headLine, originOf } from '../origin.ts';
import { BALANCE_SETTING, DUPLICATE_STATEMENT, POOL_COLUMNS } from '../problems.ts';
import { reportBackends } from './backends.ts';
import { headOf, type Written } from './order.ts';

type Kind = BalanceSetting['kind'];
type Setting<K extends Kind> = Extract<BalanceSetting, { readonly kind: K }>;

/** A prime, about a hundred times as many as a pool has backends. */
const DEFAULT_TABLE_SIZE = 65537;
const GREATEST_TABLE_SIZE = 16_777_213;
const GREATEST_FLOWS = 2 ** 28;

export function checkBalances(written: readonly Written<BalanceSyntax>[], bound: BoundPolicy): readonly Balance[] {
  const balances: Balance[] = [];
  for (const { block, context } of written) {
    const first = balances.find((balance) => balance.name === block.name.text);
    if (first) {
      report(context, DUPLICATE_STATEMENT, block.name.span, `there are two balancers \`${block.name.text}\``, {
        labels: [{ span: headOf(first.origin.span), text: 'the first one is here' }],
      });
      continue;
    }
    const balance = checkBalance(block, bound, context);
    if (balance) balances.push(balance);
  }
  return balances;
}

function checkBalance(block: BalanceSyntax, bound: BoundPolicy, context: RuleContext): Balance | undefined {
  reportRepeated(block, context);
  const targets = readVips(block, context);
  const pool = readPool(block, bound, context);
  const hash = one(block, 'hash');
  const tableSize = hash ? readTableSize(hash, context) : DEFAULT_TABLE_SIZE;
  const flows = one(block, 'remember-flows')?.flows;
  const rememberFlows =
    flows && wantInteger(flows, { title: 'a number of flows', minimum: 1, maximum: GREATEST_FLOWS }, context);
  const forward = one(block, 'forward');
  const from = forward?.from && wantConstantAddresses(forward.from, context);
  const missing = (['vip', 'pool', 'forward'] as const).filter((kind) => !one(block, kind));
  if (missing.length > 0) {
    const names = missing.map((kind) => `\`${kind}\``).join(', ');
    report(context, BALANCE_SETTING, headOf(block.span), `\`balance ${block.name.text}\` does not say ${names}`, {
      hint: 'It needs at least `vip ADDRESSES service SERVICES`, `pool TABLE` and `forward gre|ipip|gue|dnat|direct`.',
    });
  }
  if (!targets || !pool || tableSize === undefined || !forward || (forward.from && !from)) return undefined;
  const places = { pool: one(block, 'pool')!.span, size: hash?.size.span ?? block.name.span };
  reportBackends({ ...pool, tableSize }, places, context);
  return {
    name: block.name.text,
    origin: originOf(block, `balance ${block.name.text}`, headLine(block.span, block.settings), context),
    ...targets,
    ...pool,
    tableSize,
    hashOn: hash?.on ?? 'flow',
    fragmentsOn: one(block, 'fragments')?.on ?? ['source', 'destination', 'protocol'],
    rememberFlows,
    localFirst: one(block, 'local-first') !== undefined,
    forward: forward.by,
    from,
  };
}

function allOf<K extends Kind>(block: BalanceSyntax, kind: K): readonly Setting<K>[] {
  return block.settings.filter((setting): setting is Setting<K> => setting.kind === kind);
}

function one<K extends Kind>(block: BalanceSyntax, kind: K): Setting<K> | undefined {
  return allOf(block, kind)[0];
}

/** Everything but `vip` is said once. */
function reportRepeated(block: BalanceSyntax, context: RuleContext): void {
  const seen = new Map<Kind, BalanceSetting>();
  for (const setting of block.settings) {
    const first = seen.get(setting.kind);
    if (!first) seen.set(setting.kind, setting);
    if (!first || setting.kind === 'vip') continue;
    report(context, DUPLICATE_STATEMENT, setting.span, `\`${setting.kind}\` is said twice`, {
      labels: [{ span: first.span, text: 'first said here' }],
    });
  }
}

function readVips(block: BalanceSyntax, context: RuleContext): Pick<Balance, 'addresses' | 'services'> | undefined {
  let addresses = AddressSet.empty;
  let services: IntervalSet | undefined;
  let wrong = false;
  for (const vip of allOf(block, 'vip')) {
    const set = wantConstantAddresses(vip.addresses, context);
    const ofVip = readServices(vip, context);
    if (!set || !ofVip) {
      wrong = true;
      continue;
    }
    if (services && !services.equals(ofVip)) {
      report(context, BALANCE_SETTING, vip.span, 'the addresses of one balancer all take the same services', {
        hint: 'Write a `balance` of its own for the other services.',
      });
      wrong = true;
    }
    addresses = addresses.union(set);
    services = ofVip;
  }
  return wrong || !services ? undefined : { addresses, services };
}

/** Protocol × 65536 + port; a whole protocol is all its ports. */
function readServices(vip: Setting<'vip'>, context: RuleContext): IntervalSet | undefined {
  const found = wantServices(vip.services, vip.span, context);
  if (!found) return undefined;
  const wholes = PROTOCOLS_WITH_PORTS.filter((protocol) => found.set.protocol.contains(protocol));
  const withPorts = BigInt(wholes.length) === found.set.protocol.size();
  if (!withPorts || found.dynamic.length > 0 || !found.set.icmp4.isEmpty() || !found.set.icmp6.isEmpty()) {
    report(context, NO_PORTS, vip.span, 'a balancer takes services of protocols with ports', {
      hint: 'Write services such as `https` or `udp/443`.',
    });
    return undefined;
  }
  const ports = wholes.map((protocol) => [protocol * 65536, protocol * 65536 + 65535] as const);
  return found.set.service.union(IntervalSet.fromIntervals(24, ports));
}

function readTableSize(hash: Setting<'hash'>, context: RuleContext): number | undefined {
  const use = { title: 'the size of a Maglev table', minimum: 2, maximum: GREATEST_TABLE_SIZE };
  const size = wantInteger(hash.size, use, context);
  if (size === undefined || isPrime(size)) return size;
  report(context, BALANCE_SETTING, hash.size.span, `${size} is no prime, which the size of a Maglev table has to be`, {
    hint: `Write ${nextPrime(size)}, for example.`,
  });
  return undefined;
}

function nextPrime(number: number): number {
  let candidate = number;
  while (!isPrime(candidate)) candidate++;
  return candidate;
}

const ADDRESS_NAMES: ReadonlySet<string> = new Set(['addr', 'address', 'ip']);

function readPool(
  block: BalanceSyntax,
  bound: BoundPolicy,
  context: RuleContext,
): Pick<Balance, 'pool' | 'addressColumn' | 'weightColumn'> | undefined {
  const setting = one(block, 'pool');
  if (!setting) return undefined;
  const pool =
    setting.table.kind === 'table' ? bound.tableOf(setting.table) : lookUpKind(setting.table, 'table', context)?.table;
  if (!pool) return undefined;
  const address = pool.columns.find((column) => ADDRESS_NAMES.has(column.name));
  if (address?.type.kind !== 'address') {
    return wrongPool(
      pool,
      setting,
      address ? `its column \`${address.name}\` holds no addresses` : 'it has no column of addresses',
      context,
    );
  }
  const weight = pool.columns.find((column) => column.name === 'weight');
  if (weight && (weight.type.kind !== 'unsigned' || weight.type.bits > 32)) {
    return wrongPool(pool, setting, 'its column `weight` holds no whole numbers of at most 32 bits', context);
  }
  return { pool, addressColumn: address.name, weightColumn: (weight satisfies Column | undefined)?.name };
}

function wrongPool(pool: Table, setting: Setting<'pool'>, why: string, context: RuleContext): undefined {
  report(context, POOL_COLUMNS, setting.span, `\`${pool.name}\` cannot be a pool: ${why}`, {
    hint: 'Backends are `pool table backends(addr: ip, weight: u16 = 1) from "pool.json"`.',
  });
}
