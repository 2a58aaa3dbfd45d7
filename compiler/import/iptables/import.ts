/** iptables-save and ip6tables-save in, a policy out. Pure: texts in; policy, data files and findings out. */
import { diagnostic, isError, type Diagnostic } from '../../../grammar/diagnostic.ts';
import type { SourceFile } from '../../../grammar/source.ts';
import { chainsAtHooks } from './chains/at-hooks.ts';
import { rulesBefore, rulesBehind } from './chains/behind-tracking.ts';
import { ChainTranslator } from './chains/chain-translator.ts';
import { chainsWithoutBlock } from './chains/chains-without-block.ts';
import { withoutLoopback } from './chains/hooks.ts';
import { forOneOrigin } from './chains/origin.ts';
import { leftOutCounters, unusedChains } from './chains/left-out.ts';
import { loopbackFindings } from './chains/loopback.ts';
import { mergeFamilies } from './chains/merge-families.ts';
import { mergeRules } from './chains/merge-rules.ts';
import { widerInterfaces, withWiderInterfaces } from './chains/overlapping-interfaces.ts';
import { sharedLimits, withSharedNames, type SharedNames } from './chains/shared-limits.ts';
import { TABLE_MEANINGS } from './chains/table-meaning.ts';
import { trackedFamilies, withWholePackets } from './chains/whole-packets.ts';
import { reachedRules, usesOfChains, type ReachedRules } from './chains/uses.ts';
import { TABLES, type DumpTable, type Family, type TableName } from './dump/dump.ts';
import { readDump } from './dump/read-dump.ts';
import type { Item, Lists } from './items.ts';
import { Memories } from './memories.ts';
import { PROBLEMS } from './problems.ts';
import type { ImportedRule } from './rules.ts';
import type { IpSet } from './sets/ip-set.ts';
import { describesSets, readSets } from './sets/read-sets.ts';
import { Sets } from './sets/sets.ts';
import { columnSpaces } from './tables/column-spaces.ts';
import { TableExtraction } from './tables/extract-tables.ts';
import { TableStore } from './tables/table-store.ts';
import { RuleTranslator } from './translate-rule.ts';
import { blocksOf } from './write/blocks.ts';
import { memoryDeclarations } from './write/memories.ts';
import { Names } from './write/names.ts';
import { writePolicy, type WrittenPolicy } from './write/policy-writer.ts';
import { serviceNames } from './write/services.ts';
import { HandOver } from './residual/hand-over.ts';
import { placedQuestions } from './residual/places.ts';
import { remarksOf, residualsOf, type Residual } from './residual/write-residual.ts';

export interface ImportOptions {
  /** Keeps what only nft can say in nft's words. */
  readonly keepOpaque: boolean;
  /** The text of `std.services`. */
  readonly services: string;
}

export interface ImportResult {
  /** Undefined: there is an error, and nothing may be written. */
  readonly written: WrittenPolicy | undefined;
  /** What has to be loaded into iptables besides. */
  readonly residuals: readonly Residual[];
  readonly findings: readonly Diagnostic[];
  /** How many rules the dumps have. */
  readonly rules: number;
}

/** Imports any number of dumps, of either family or both. Never throws for anything that they may contain. */
export function importIptables(sources: readonly SourceFile[], options: ImportOptions): ImportResult {
  const findings: Diagnostic[] = [];
  const tables = new Map<string, DumpTable>();
  const ipSets = new Map<string, IpSet>();
  for (const source of sources) {
    if (describesSets(source)) {
      const reading = readSets(source);
      findings.push(...reading.findings);
      for (const [name, set] of reading.sets) ipSets.set(name, set);
      continue;
    }
    const dump = readDump(source);
    findings.push(...dump.findings);
    for (const table of dump.tables) addTable(table, tables, findings);
  }
  const rules = [...tables.values()].reduce((sum, table) => sum + table.rules.shape.length, 0);
  if (tables.size === 0 && findings.length === 0) {
    const hint = 'Run `iptables-save` as root on the host whose rules they are, and give what it writes.';
    findings.push(diagnostic(PROBLEMS.notADump, undefined, 'the files hold no table of iptables', { hint }));
  }
  const known = serviceNames(options.services);
  const names = new Names(known.values());
  const memories = new Memories(names);
  const sets = new Sets(ipSets, names);
  const handOver = new HandOver();
  const settings = { memories, sets, handOver, keepOpaque: options.keepOpaque };
  const translators = new Map([...tables].map(([key, table]) => [key, new RuleTranslator(table, settings)] as const));
  for (const translator of translators.values()) translator.prepare();
  // Memories get their names before tables and lists do.
  memories.uses();
  const store = new TableStore();
  const spaces = columnSpaces([...tables.values()]);
  const extractions = [...tables].map(([key, table]) => {
    return [key, table, new TableExtraction(table, translators.get(key)!, store, spaces[table.family])] as const;
  });
  const stored = store.finish(names);
  const read = new Map(extractions.map(([key, table, extraction]) => [key, readRules(table, extraction)] as const));
  const reached = [...read.values()];
  const reading: Reading = {
    keepOpaque: options.keepOpaque,
    findings,
    shared: sharedLimits(reached, findings),
    wider: widerInterfaces(reached.flatMap(reachedRules)),
    tracked: trackedFamilies(reached),
  };
  const merged = new Map<TableName, Lists>();
  const families = new Map<TableName, readonly Family[]>();
  for (const name of TABLES) {
    const ofFamily = ([4, 6] as const).map((family) => {
      const table = read.get(`${family} ${name}`);
      return table && listsOf(table, reading);
    });
    const [four, six] = ofFamily;
    if (!four && !six) continue;
    merged.set(name, merge(mergeFamilies(four, six)));
    families.set(
      name,
      ([4, 6] as const).filter((_, at) => ofFamily[at] !== undefined),
    );
  }
  const behind = listsBehind(read, findings);
  for (const [key, translator] of translators) {
    const { rules: inChains, uses } = read.get(key)!;
    findings.push(...translator.findings((chain) => inChains.has(chain) && !uses.has(chain)));
  }
  const residuals = residualsOf(placedQuestions(handOver.asked, read, findings));
  if (findings.some(isError)) return { written: undefined, residuals: [], findings, rules };
  findings.push(...leftOutCounters(reached.flatMap(reachedRules)));
  const parts = blocksOf(merged, families, behind);
  const written = writePolicy({
    ...parts,
    memories: [...memoryDeclarations(memories, [...families.values()].flat()), ...sets.memories()],
    lists: sets.lists(),
    tables: stored,
    names,
    remarks: residuals.flatMap(remarksOf),
    services: known,
  });
  return { written, residuals, findings, rules };
}

/** `iptables-restore` empties a table before it fills it, so the last of a name holds. */
function addTable(table: DumpTable, tables: Map<string, DumpTable>, findings: Diagnostic[]): void {
  const key = `${table.family} ${table.name}`;
  const former = tables.get(key);
  if (former && former.rules.shape.length > 0) {
    findings.push(
      diagnostic(PROBLEMS.leftOut, table.span, `the table \`${table.name}\` stands here once more`, {
        labels: [{ span: former.span, text: 'these rules are replaced' }],
        hint: 'Give each dump once. The last one holds, as for `iptables-restore`.',
      }),
    );
  }
  tables.set(key, table);
}

interface Reading {
  readonly keepOpaque: boolean;
  readonly findings: Diagnostic[];
  readonly shared: SharedNames;
  /** Names of interfaces that can be no zones. */
  readonly wider: ReadonlySet<string>;
  /** Families whose packets no table meets in fragments. */
  readonly tracked: ReadonlySet<Family>;
}

interface ReadTable extends ReachedRules {
  /** What of each rule packets meet that are no loopback. */
  readonly met: ReadonlyMap<string, readonly ImportedRule[]>;
}

function readRules(table: DumpTable, extraction: TableExtraction): ReadTable {
  const rules = extraction.rulesByChain();
  const met = new Map<string, ImportedRule[]>();
  const builtIn = new Set(table.chains.flatMap(({ name, policy }) => (policy === undefined ? [] : [name])));
  for (const [name, list] of rules) {
    const hook = builtIn.has(name) ? name : undefined;
    const without = list.flatMap((rule) => withoutLoopback(rule, table.name, hook) ?? []);
    if (without.length > 0) met.set(name, without);
  }
  return { table, rules, met, uses: usesOfChains(table, rules) };
}

function listsOf({ table, rules, met, uses }: ReadTable, reading: Reading): Lists {
  const { keepOpaque, findings, shared, wider, tracked } = reading;
  findings.push(...loopbackFindings(table, rules), ...chainsWithoutBlock(table, rules));
  findings.push(...unusedChains(table, rules, uses));
  // What comes to `nat` is tracked.
  const isWhole = tracked.has(table.family) || table.name === 'nat';
  const known = (rule: ImportedRule): ImportedRule => {
    const asked = isWhole ? withWholePackets(rule) : rule;
    return withWiderInterfaces(withSharedNames(asked, shared), wider, keepOpaque, findings);
  };
  const named = new Map([...met].map(([name, list]) => [name, uses.has(name) ? list.map(known) : []]));
  const atHooks = chainsAtHooks(table, named, keepOpaque, findings);
  const chains = new ChainTranslator(table, rulesBefore(table, atHooks), TABLE_MEANINGS[table.name]);
  const lists = forOneOrigin(chains.translate(), table, keepOpaque, findings);
  findings.push(...chains.findings);
  return lists;
}

/** Rules of `raw` that are carried out behind tracking, as those of `mangle` that they become. */
function listsBehind(read: ReadonlyMap<string, ReadTable>, findings: Diagnostic[]): Lists {
  const [four, six] = ([4, 6] as const).map((family) => {
    const raw = read.get(`${family} raw`);
    const behind = raw && rulesBehind(raw.table, raw.met, findings);
    if (!behind) return undefined;
    const atHooks = chainsAtHooks(behind.table, behind.rules, false, findings);
    const chains = new ChainTranslator(behind.table, atHooks, TABLE_MEANINGS.mangle);
    const lists = chains.translate();
    findings.push(...chains.findings);
    return lists;
  });
  return merge(mergeFamilies(four, six));
}

function merge({ blocks, groups, ...others }: Lists): Lists {
  const mergeAll = (lists: ReadonlyMap<string, readonly Item[]>) =>
    new Map([...lists].map(([name, items]) => [name, mergeRules(items)] as const));
  return { ...others, blocks: mergeAll(blocks), groups: mergeAll(groups) };
}
