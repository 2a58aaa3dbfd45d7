/** Translations, and handing packets to sockets. */
import type { Family } from '../../../../compiler/4-program/program.ts';
import type { Interval, TranslationTo } from '../../../../compiler/proof/machine/form.ts';
import { keyOf, partOf } from '../expressions.ts';
import { listOf } from '../lists.ts';
import { Misread } from '../misread.ts';
import type { RuleBuilder } from '../rule-builder.ts';
import type { Tokens } from '../tokens.ts';
import { constantOf, type ValueType } from '../values.ts';
import { setUse } from '../set-use.ts';
import type { StatementReader } from './statement.ts';

const ADDRESSES: { readonly [F in Family]: ValueType } = {
  4: { notation: 'ipv4', width: 32 },
  6: { notation: 'ipv6', width: 128 },
};
const PORT: ValueType = { notation: 'number', width: 16 };

/** `snat ip to …`, `dnat ip6 to …` */
export const readTranslation: StatementReader = (tokens, rule) => {
  const verb = tokens.peek();
  if (verb !== 'snat' && verb !== 'dnat') return false;
  tokens.next();
  const family = familyOf(tokens);
  const byPrefix = tokens.take('prefix');
  tokens.expect('to');
  const to = byPrefix ? prefixOf(family, tokens, rule) : targetOf(family, tokens, rule);
  rule.push({ kind: 'translate', verb, family, to, ...flagsOf(tokens) });
  return true;
};

/** `masquerade`, `redirect to :8080`: to an address of this host's own. */
export const readOwnTranslation: StatementReader = (tokens, rule) => {
  const verb = tokens.peek();
  if (verb !== 'masquerade' && verb !== 'redirect') return false;
  tokens.next();
  const ports = tokens.take('to') ? portsOf(tokens.next().replace(/^:/, '')) : undefined;
  const to: TranslationTo = { kind: 'constant', addresses: undefined, ports };
  rule.push({ kind: 'translate', verb, family: undefined, to, ...flagsOf(tokens) });
  return true;
};

/** `tproxy ip to 127.0.0.1:8080` */
export const readToSocket: StatementReader = (tokens, rule) => {
  if (!tokens.take('tproxy')) return false;
  const family = familyOf(tokens);
  tokens.expect('to');
  const to = constantTarget(family, tokens.next());
  if (to.addresses === undefined || to.ports === undefined) throw new Misread('a socket without address or port');
  rule.push({ kind: 'to socket', family, address: to.addresses[0], port: Number(to.ports[0]) });
  return true;
};

function familyOf(tokens: Tokens): Family {
  if (tokens.take('ip')) return 4;
  tokens.expect('ip6');
  return 6;
}

function targetOf(family: Family, tokens: Tokens, rule: RuleBuilder): TranslationTo {
  const first = partOf(tokens);
  if (!first) return constantTarget(family, tokens.next());
  const parts = tokens.take('.') ? [first, ...keyOf(tokens)] : [first];
  const key = rule.keyOf(parts);
  tokens.expect('map');
  const map = setUse(parts, { data: [ADDRESSES[family]] }, tokens);
  return { kind: 'map', key, map };
}

/** `ip daddr map { 10.0.0.0/8 : 11.0.0.0/8 }` */
function prefixOf(family: Family, tokens: Tokens, rule: RuleBuilder): TranslationTo {
  const parts = keyOf(tokens);
  const key = rule.keyOf(parts);
  tokens.expect('map');
  const types = parts.map(({ type }) => type);
  return { kind: 'prefix', key, map: listOf(types, { data: [ADDRESSES[family]], dataInterval: true }, tokens) };
}

type Constant = Extract<TranslationTo, { kind: 'constant' }>;

/** `10.0.0.1`, `10.0.0.1-10.0.0.9:80-90`, `[2001:db8::1]-[2001:db8::9]:80`, `:80` */
function constantTarget(family: Family, text: string): Constant {
  const bracketed = /^(\[[^\]]+\](?:-\[[^\]]+\])?)?(?::([\d-]+))?$/.exec(text);
  const bare =
    family === 4 ? /^([\d.]+(?:-[\d.]+)?)?(?::([\d-]+))?$/.exec(text) : /^([\da-f:.]+(?:-[\da-f:.]+)?)$/.exec(text);
  const found = family === 6 && bracketed ? bracketed : bare;
  if (!found || text === '') throw new Misread(`\`${text}\` is no target of a translation`);
  const [, addresses, ports] = found;
  return {
    kind: 'constant',
    addresses: addresses === undefined ? undefined : intervalOf(ADDRESSES[family], addresses.replaceAll(/[[\]]/g, '')),
    ports: ports === undefined ? undefined : portsOf(ports),
  };
}

function portsOf(text: string): Interval {
  return intervalOf(PORT, text);
}

function intervalOf(type: ValueType, text: string): Interval {
  const [low, high = low, ...more] = text.split('-').map((end) => constantOf(type, end));
  if (more.length > 0 || low! > high!) throw new Misread(`\`${text}\` is no range`);
  return [low!, high!];
}

/** `random`, `persistent`, `random,persistent` */
function flagsOf(tokens: Tokens): { readonly random: boolean; readonly persistent: boolean } {
  const flags = { random: false, persistent: false };
  do {
    const flag = tokens.peek();
    if (flag !== 'random' && flag !== 'persistent') break;
    tokens.next();
    flags[flag] = true;
  } while (tokens.take(','));
  return flags;
}
