/**
 * `raw` and destination translations stand for both chains that packets meet first: PREROUTING for those that came in,
 * OUTPUT for those that the host sends. Rules that a dump has for one of them must not be met by the others.
 */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { DumpTable } from '../dump/dump.ts';
import type { Item, Lists, RuleItem } from '../items.ts';
import { PROBLEMS } from '../problems.ts';
import { isCounting } from '../rules.ts';
import { movedBehindTracking } from './behind-tracking.ts';

/** What nft says of packets that came in by no interface, and of all others. */
const SENT = 'iif 0';
const RECEIVED = 'iif != 0';

export function forOneOrigin(lists: Lists, table: DumpTable, keepOpaque: boolean, findings: Diagnostic[]): Lists {
  if (table.name !== 'raw' && table.name !== 'nat') return lists;
  const blocks = new Map(lists.blocks);
  const groups = new Map(lists.groups);
  const moved = table.name === 'raw' ? reverseRoutes(blocks) : [];
  for (const { spans } of moved) findings.push(movedBehindTracking(spans[0]));
  const [received, sent] = [blocks.get('PREROUTING') ?? [], blocks.get('OUTPUT') ?? []];
  if (isSame(received, sent, groups)) {
    blocks.set('OUTPUT', []);
    return { ...lists, blocks, groups, moved };
  }
  for (const [chain, others] of [
    ['PREROUTING', SENT],
    ['OUTPUT', RECEIVED],
  ] as const) {
    const items = blocks.get(chain) ?? [];
    if (items.every((item) => asksIncoming(item))) continue;
    if (!keepOpaque) findings.push(onlyOneOrigin(chain, table, items));
    const [only] = items;
    const body = items.length === 1 && only?.kind === 'use' && only.group === chain ? (groups.get(chain) ?? []) : items;
    groups.set(chain, [leaving(others, table), ...body]);
    blocks.set(chain, [{ kind: 'use', families: [table.family], group: chain }]);
  }
  return { ...lists, blocks, groups, moved };
}

/**
 * Rules of `raw` that drop what does not come the way back. nft knows the way back of received packets only, and would
 * not load such a rule for the host's own: it moves to `mangle prerouting`, the next block for received packets only.
 */
function reverseRoutes(blocks: Map<string, readonly Item[]>): readonly RuleItem[] {
  const rules = blocks.get('PREROUTING') ?? [];
  const first = rules.findIndex((item) => !isReverseRoute(item));
  const moved = rules.slice(0, first < 0 ? rules.length : first).filter(isReverseRoute);
  blocks.set('PREROUTING', rules.slice(moved.length));
  return moved;
}

function isReverseRoute(item: Item): item is RuleItem {
  return (
    item.kind === 'rule' && item.action === 'drop' && item.terms.some(({ items }) => items[0]?.startsWith('fib saddr'))
  );
}

/** A rule that asks for an interface is met by no packet of the host's own. */
function asksIncoming(item: Item): boolean {
  return item.kind === 'rule' && item.terms.some(({ slot, negated }) => slot === 'in' && !negated);
}

function leaving(others: string, table: DumpTable): RuleItem {
  const terms = [{ slot: 'opaque', items: [others], negated: false }] as const;
  const common = { behind: '', effects: [], comments: [], spans: [], packets: 0 } as const;
  return { kind: 'rule', families: [table.family], action: 'leave', terms, ...common };
}

function onlyOneOrigin(chain: string, table: DumpTable, items: readonly Item[]): Diagnostic {
  const rule = items.find((item): item is RuleItem => item.kind === 'rule' && item.spans.length > 0);
  const span = rule?.spans[0] ?? table.chains.find(({ name }) => name === chain)?.span;
  const who =
    chain === 'PREROUTING' ? 'for packets that came in, by whatever interface' : 'for packets that the host sends';
  const hint =
    chain === 'PREROUTING'
      ? "Name the interface (`-i eth0`), or keep the condition in nft's words with `--keep-opaque`."
      : "`--keep-opaque` keeps the condition in nft's words.";
  return diagnostic(PROBLEMS.opaque, span, `only nft can say that the rules of \`${chain}\` are ${who}`, { hint });
}

function isSame(a: readonly Item[], b: readonly Item[], groups: Lists['groups']): boolean {
  const text = (items: readonly Item[]): string => JSON.stringify(items.map((item) => textOf(item, groups)));
  return text(a) === text(b);
}

function textOf(item: Item, groups: Lists['groups']): unknown {
  // What counts by itself in each chain is not the same rule twice.
  if (item.kind === 'rule' && item.terms.some(isCounting)) return item.spans.map(({ start }) => start);
  if (item.kind === 'rule') return { ...item, spans: [], packets: 0 };
  const isOwn = item.kind === 'use' && (item.group === 'PREROUTING' || item.group === 'OUTPUT');
  return isOwn ? groups.get(item.group)?.map((one) => textOf(one, groups)) : item;
}
