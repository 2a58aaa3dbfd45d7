/** What two policies set otherwise besides what rules say of packets: queues, pools and memories. */
import type { Program } from '../4-program/program.ts';
import type { Balance, Memory, Shape } from '../model/policy.ts';
import { backendsIn } from '../model/pool.ts';
import { bitsOf, classesIn, everyClass } from '../model/shape-classes.ts';
import { formatIpv4, formatIpv6 } from '../net/address.ts';
import type { Direction } from './direction.ts';
import { rateText } from './words/outcomes.ts';

export interface SettingChange {
  /** `balance web: backends` */
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly direction: Direction;
}

/** What is set of one thing, by names. */
type Settings = ReadonlyMap<string, string>;

/** In the order of the new policy, what is only in the old one last. */
export function changedSettings(old: Program, later: Program): readonly SettingChange[] {
  return [
    ...changes(balanceSettings(old), balanceSettings(later), 'other'),
    ...changes(shapeSettings(old), shapeSettings(later), 'other'),
    // Whatever memories are asked for may be let through, or not.
    ...changes(memorySettings(old), memorySettings(later), 'both'),
  ];
}

const NOTHING = 'nothing';

function changes(old: Settings, later: Settings, direction: Direction): readonly SettingChange[] {
  return [...new Set([...later.keys(), ...old.keys()])].flatMap((what) => {
    const [before, after] = [old.get(what) ?? NOTHING, later.get(what) ?? NOTHING];
    return before === after ? [] : [{ what, before, after, direction }];
  });
}

function balanceSettings({ balances }: Program): Settings {
  return new Map(
    balances.flatMap((balance) =>
      [...factsOf(balance)].map(([key, value]) => [`balance ${balance.name}: ${key}`, value]),
    ),
  );
}

function factsOf(balance: Balance): Settings {
  const backends = backendsIn(balance).map(({ family, address, weight }) => {
    const text = family === 4 ? formatIpv4(Number(address)) : formatIpv6(address);
    return weight === 1 ? text : `${text} weight ${weight}`;
  });
  return new Map([
    ['addresses', String(balance.addresses)],
    ['services', balance.services.toString()],
    ['backends', backends.join(', ')],
    ['hash', `${balance.tableSize} on ${balance.hashOn}`],
    ['fragments', balance.fragmentsOn.join(', ') || NOTHING],
    ['flows remembered', String(balance.rememberFlows ?? NOTHING)],
    ['local first', String(balance.localFirst)],
    ['forward', `${balance.forward}${balance.from ? ` from ${String(balance.from)}` : ''}`],
  ]);
}

function shapeSettings({ shapes }: Program): Settings {
  return new Map(shapes.flatMap((shape) => [...factsOfShape(shape)]));
}

function factsOfShape(shape: Shape): Settings {
  const name = `shape ${shape.zone.name} ${shape.direction}`;
  const facts = new Map([
    [`${name}: rate`, rateText(bitsOf(shape.rate) ?? 0)],
    [
      `${name}: link`,
      `${shape.link}, overhead ${shape.overhead}, queues ${shape.policed ? 'none' : (shape.queues ?? 'one')}`,
    ],
    [`${name}: default`, typeof shape.default === 'string' ? shape.default : shape.default.class],
  ]);
  for (const { path, guarantee, ceiling, source } of everyClass(classesIn(shape))) {
    const parts = [
      ...(guarantee === undefined ? [] : [`guarantee ${rateText(guarantee)}`]),
      ...(ceiling === undefined ? [] : [`ceiling ${rateText(ceiling)}`]),
      ...(source.priority === undefined ? [] : [`priority ${source.priority}`]),
      ...(source.burst === undefined ? [] : [`burst ${source.burst}`]),
      ...(source.latency === undefined ? [] : [`latency ${source.latency} ms`]),
      ...(source.leaf === undefined ? [] : [source.leaf]),
      ...(source.ecn === undefined ? [] : [source.ecn ? 'ecn' : 'noecn']),
    ];
    facts.set(`${name}: class ${path}`, parts.join(', ') || 'no rate of its own');
  }
  return facts;
}

function memorySettings({ memories }: Program): Settings {
  return new Map(memories.map((memory) => [`memory ${memory.name}`, memoryText(memory)]));
}

function memoryText({ columns, timeout, hits, bounds }: Memory): string {
  const names = columns.map(({ name, type }) => `${name}: ${type.kind}${'family' in type ? ` of ${type.family}` : ''}`);
  const life = timeout === undefined ? 'without a timeout' : `timeout ${timeout / 1000} s`;
  return `${names.join(', ')}; ${life}, ${hits} ${hits === 1 ? 'hit' : 'hits'}, keys ${bounds.keys}, when full ${bounds.whenFull}${bounds.approximate ? ', approximate' : ''}`;
}
