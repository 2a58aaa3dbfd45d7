/** Where packets enter a base chain. */
import type { Entry } from '../../../compiler/proof/machine/form.ts';
import { Misread } from './misread.ts';
import type { Tokens } from './tokens.ts';
import { PRIORITIES } from './words.ts';

const TYPES: readonly string[] = ['filter', 'nat', 'route'] satisfies Entry['type'][];
const HOOKS: readonly string[] = [
  'ingress',
  'prerouting',
  'input',
  'forward',
  'output',
  'postrouting',
] satisfies Entry['hook'][];

/** `type filter hook ingress device "eth0" priority -500; policy accept;` */
export function entryOf(tokens: Tokens): Entry {
  tokens.expect('type');
  const type = oneOf(TYPES, tokens) as Entry['type'];
  tokens.expect('hook');
  const hook = oneOf(HOOKS, tokens) as Entry['hook'];
  const devices = devicesOf(tokens);
  tokens.expect('priority');
  const priority = priorityOf(tokens);
  tokens.expect(';', 'policy');
  const policy = oneOf(['accept', 'drop'], tokens) as Entry['policy'];
  tokens.expect(';');
  tokens.expectEnd();
  if ((hook === 'ingress') !== devices.length > 0) throw new Misread('devices belong to ingress, and to nothing else');
  return { type, hook, priority, devices, policy };
}

function oneOf(known: readonly string[], tokens: Tokens): string {
  const word = tokens.next();
  if (!known.includes(word)) throw new Misread(`\`${word}\` where one of ${known.join(', ')} was expected`);
  return word;
}

/** ` device "eth0"`, ` devices = { "eth0", "eth1" }` */
function devicesOf(tokens: Tokens): string[] {
  if (tokens.take('device')) return [tokens.quoted()];
  if (!tokens.take('devices')) return [];
  tokens.expect('=', '{');
  const names: string[] = [];
  do names.push(tokens.quoted());
  while (tokens.take(','));
  tokens.expect('}');
  return names;
}

/** `-500`, `filter`, `srcnat - 10` */
function priorityOf(tokens: Tokens): number {
  const word = tokens.next();
  if (/^-?\d+$/.test(word)) return Number(word);
  const base = PRIORITIES.get(word);
  if (base === undefined) throw new Misread(`\`${word}\` is no priority that is known`);
  if (tokens.take('-')) return base - tokens.number();
  return tokens.take('+') ? base + tokens.number() : base;
}
