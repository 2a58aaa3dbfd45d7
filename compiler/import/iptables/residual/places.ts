/** Where a rule that stays with iptables is met, and whether a rule of `mangle` there is asked about the same packets. */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { Family, TableName } from '../dump/dump.ts';
import { PROBLEMS } from '../problems.ts';
import type { ReachedRules, Rules } from '../chains/uses.ts';
import type { HandedOver } from './hand-over.ts';

/** A question in a hook of the kernel. */
export interface PlacedQuestion extends HandedOver {
  readonly hook: string;
}

/** Effects that change what a packet holds, and so what it is asked for. */
const CHANGES = /^(dscp set|mss|opaque nftables "(ip|ip6|tcp|reset|@)\b)/;

/** The questions by hook. What would be asked of another packet than the rule's own becomes a finding. */
export function placedQuestions(
  asked: readonly HandedOver[],
  tables: ReadonlyMap<string, ReachedRules>,
  findings: Diagnostic[],
): PlacedQuestion[] {
  const reached = new Map([...tables].map(([key, table]) => [key, hooksOfChains(table)] as const));
  const placed: PlacedQuestion[] = [];
  for (const question of asked) {
    const { family, table, chain, span } = question;
    for (const hook of reached.get(`${family} ${table}`)?.get(chain) ?? []) {
      const changed = changeBefore(family, table, hook, tables);
      if (changed === undefined) placed.push({ ...question, hook });
      else {
        const message = `a policy cannot say exactly: ${question.what}, asked by iptables where ${changed} changes packets`;
        const hint = 'Take what changes packets out of a copy of the dump, and keep it in a table of your own.';
        findings.push(diagnostic(PROBLEMS.unsayable, span, message, { hint }));
      }
    }
  }
  return placed;
}

/** A chain that may change packets between `mangle`, where iptables asks, and the rule; undefined: there is none. */
function changeBefore(
  family: Family,
  table: TableName,
  hook: string,
  tables: ReadonlyMap<string, ReachedRules>,
): string | undefined {
  const does = (name: TableName, changes: (rule: Parameters<typeof isChange>[0]) => boolean): boolean => {
    const reached = tables.get(`${family} ${name}`);
    return reached !== undefined && rulesFrom(hook, reached.rules).some(changes);
  };
  if (does('mangle', isChange)) return `\`${hook}\` of the table \`mangle\``;
  // Destinations are translated between the two.
  const translates = table === 'filter' && does('nat', ({ outcome }) => outcome.kind === 'translate');
  return translates && hook === 'OUTPUT' ? '`OUTPUT` of the table `nat`' : undefined;
}

function isChange({ effects }: { readonly effects: readonly string[]; readonly outcome: { kind: string } }): boolean {
  return effects.some((effect) => CHANGES.test(effect));
}

function rulesFrom(hook: string, rules: Rules): typeof rules extends ReadonlyMap<string, infer List> ? List : never {
  return [...chainsFrom(hook, rules)].flatMap((chain) => rules.get(chain) ?? []);
}

/** Of each chain, the built-in chains that lead to it. */
function hooksOfChains({ table, rules }: ReachedRules): ReadonlyMap<string, readonly string[]> {
  const hooks = new Map<string, string[]>();
  for (const { name, policy } of table.chains) {
    if (policy === undefined) continue;
    for (const chain of chainsFrom(name, rules)) hooks.set(chain, [...(hooks.get(chain) ?? []), name]);
  }
  return hooks;
}

function chainsFrom(start: string, rules: Rules): Set<string> {
  const seen = new Set([start]);
  for (const chain of seen) {
    for (const { outcome } of rules.get(chain) ?? []) {
      if (outcome.kind === 'jump' || outcome.kind === 'goto') seen.add(outcome.chain);
    }
  }
  return seen;
}
