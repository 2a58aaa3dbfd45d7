/** The tables' lists as blocks of a policy, in the order in which a packet meets them. */
import { TABLES, type Family, type TableName } from '../dump/dump.ts';
import type { Item, Lists, RuleItem } from '../items.ts';
import type { PolicyBlock, PolicyParts } from './policy-writer.ts';

const NO_LISTS: Lists = { blocks: new Map(), groups: new Map(), policies: new Map() };

const BOTH: readonly Family[] = [4, 6];

/** Where the groups of rules of `raw` stand that are carried out behind tracking. */
const BEHIND = 'received';

export function blocksOf(
  tables: ReadonlyMap<TableName, Lists>,
  families: ReadonlyMap<TableName, readonly Family[]>,
  behind: Lists,
): Pick<PolicyParts, 'blocks' | 'groups'> {
  const blocks: PolicyBlock[] = [];
  const groups = new Map<string, { items: readonly Item[]; open: readonly Family[] }>();
  for (const table of TABLES) {
    const lists = tables.get(table) ?? (table === 'mangle' ? NO_LISTS : undefined);
    if (!lists) continue;
    const own = families.get(table) ?? [];
    // In a filter, packets of a family that the dump is silent about pass before any rule.
    const open = table === 'filter' ? own : BOTH;
    for (const [chain, items] of lists.groups) groups.set(`${table} ${chain}`, { items, open });
    const moved = tables.get('raw')?.moved ?? [];
    if (table === 'mangle') {
      for (const [chain, items] of behind.groups) groups.set(`${BEHIND} ${chain}`, { items, open });
      blocks.push(...blocksBehind(behind, lists, moved).map((block) => ({ ...block, open, table: BEHIND })));
    }
    const made = blocksOfTable(table, lists, own, table === 'mangle' ? moved : []);
    blocks.push(...made.map((block) => ({ ...block, open, table })));
  }
  return { blocks, groups };
}

type Block = Omit<PolicyBlock, 'open' | 'table'>;

function blocksOfTable(
  table: TableName,
  lists: Lists,
  families: readonly Family[],
  moved: readonly RuleItem[],
): Block[] {
  const of = (chain: string): readonly Item[] => lists.blocks.get(chain) ?? [];
  switch (table) {
    case 'raw':
    case 'nat': {
      const chains = table === 'raw' ? ['PREROUTING', 'OUTPUT'] : ['PREROUTING', 'OUTPUT', 'POSTROUTING'];
      const items = chains.flatMap(of);
      return items.length > 0 ? [{ head: table, items, first: [] }] : [];
    }
    case 'mangle':
      return ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'].flatMap((chain) => {
        const items = [...(chain === 'PREROUTING' ? moved.map(droppingInMangle) : []), ...of(chain)];
        return items.length > 0 ? [{ head: `mangle ${chain.toLowerCase()}`, items, first: [] }] : [];
      });
    case 'filter':
      return ['INPUT', 'FORWARD', 'OUTPUT'].flatMap((chain) => filterBlock(chain, of(chain), lists, families));
    case 'security':
      return [];
  }
}

/** Rules of `raw` that stand behind tracking, before all others of `mangle`. */
function blocksBehind(behind: Lists, { blocks }: Lists, moved: readonly RuleItem[]): Block[] {
  return ['PREROUTING', 'OUTPUT'].flatMap((chain) => {
    const items = behind.blocks.get(chain) ?? [];
    const others = [...(blocks.get(chain) ?? []), ...(chain === 'PREROUTING' ? moved : [])];
    const order = others.length > 0 ? ' before' : '';
    return items.length > 0 ? [{ head: `mangle ${chain.toLowerCase()}${order}`, items, first: [] }] : [];
  });
}

/** `mangle` has no verdicts, but nft has. */
function droppingInMangle(rule: RuleItem): RuleItem {
  return { ...rule, action: 'do' };
}

function filterBlock(chain: string, items: readonly Item[], lists: Lists, families: readonly Family[]): Block[] {
  const policy = lists.policies.get(chain) ?? 'allow';
  if (items.length === 0 && policy === 'allow') return [];
  const first: string[] = [];
  // Without the family in the dump, all of it passes.
  if (policy === 'drop') first.push('essential off');
  for (const family of BOTH) {
    if (!families.includes(family)) first.push(`## The dump says nothing about IPv${family}.`, `allow ipv${family}`);
  }
  const head = `filter ${chain.toLowerCase()} stateless default ${policy}`;
  return [{ head, items: withoutTail(items, policy), first }];
}

/** Rules at the end that do what the default does. */
function withoutTail(items: readonly Item[], policy: string): readonly Item[] {
  const isSame = (item: Item | undefined): item is RuleItem =>
    item?.kind === 'rule' &&
    item.action === policy &&
    item.effects.length === 0 &&
    item.terms.every((t) => t.slot !== 'limit');
  let end = items.length;
  while (isSame(items[end - 1])) end--;
  return items.slice(0, end);
}
