/** The nftables plane: one table, loaded in one transaction by `nft -f` (nftables 1.0.6 and newer). */
import type { Plan } from '../../compiler/6-plan/plan.ts';
import type { Prices } from '../../compiler/cost/prices.ts';
import type { Artifact, Lowered, Plane } from '../../compiler/plane.ts';
import { calibration } from './calibration.ts';
import { refuse, refuseBalance } from './capabilities.ts';
import { deltaBetween } from './delta/index.ts';
import { prices } from './cost.ts';
import { memory } from './memory.ts';
import { emitTable } from './emit.ts';
import { hostFiles } from './host/index.ts';
import type { HostFile } from './host/host-file.ts';
import { lowerPlan } from './lower/index.ts';
import { readCounters } from './read-counters.ts';
import { readBack } from './readback/index.ts';
import { runningAsWritten } from './running/as-written.ts';
import { compareListings } from './running/compare.ts';
import { opaqueWordsOf } from './readback/opaque-words.ts';
import type { NftTable } from './tree.ts';

/** One table whatever the policy's name: loading another policy replaces this one, and never stands beside it. */
const TABLE = 'sluice';
const RULESET = 'nftables/ruleset.nft';

export const nftables: Plane = {
  name: 'nftables',
  isMadeFor: ({ id }) => id !== 'police',
  refuse,
  balances: { forward: ['dnat'], refuse: refuseBalance },
  prices,
  memory,
  calibration,
  lower,
  readCounters: (text) => readCounters(text, TABLE),
  running: {
    list: ['nft', '--stateless', 'list', 'table', 'inet', TABLE],
    load: `nft -f ${RULESET}`,
    compare: (running, built) => compareListings(`inet ${TABLE}`, running, built),
    asWritten: (running, built, artifacts) => {
      const ruleset = artifacts.find(({ path }) => path === RULESET);
      const text = ruleset && runningAsWritten(`inet ${TABLE}`, running, built, textOf(ruleset));
      return text === undefined ? undefined : [{ ...ruleset!, content: [new TextEncoder().encode(text)] }];
    },
  },
};

function lower(plan: Plan, costs: Prices): Lowered {
  const { table, diagnostics } = lowerPlan(plan, TABLE, costs);
  const files = hostFiles(plan.program);
  const commands = (when: HostFile['when']) => files.filter((file) => file.when === when).map(({ load }) => load);
  const description = `table inet ${table.name}, replaced in one transaction`;
  return {
    diagnostics,
    figures: figuresOf(table),
    load: [...commands('before the rules'), `nft -f ${RULESET}`, ...commands('after the rules')],
    unload: [...files.flatMap((file) => file.unload ?? []), `nft delete table inet ${TABLE}`],
    readBack: (artifacts) => {
      const ruleset = artifacts.find(({ path }) => path === RULESET);
      return readBack(ruleset?.content ?? [], opaqueWordsOf(plan.program));
    },
    write: (context) => {
      const { content, sourceMap } = emitTable(table, context, RULESET);
      const hosts = files.map((file) => ({ ...file, content: [new TextEncoder().encode(file.text)] }));
      const ruleset = (build: string) => ({ path: RULESET, content: content(build), description });
      return {
        artifacts: (build) => [ruleset(build), ...hosts],
        sourceMap,
        since: (former, build) =>
          deltaBetween(former, { policy: context.policy, build, ruleset: ruleset(build), hostFiles: files }),
      };
    },
  };
}

function textOf({ content }: Artifact): string {
  const decoder = new TextDecoder();
  return content.map((piece) => decoder.decode(piece, { stream: true })).join('');
}

function figuresOf(table: NftTable): Record<string, number> {
  return {
    chains: table.chains.length,
    rules: table.chains.reduce((sum, chain) => sum + chain.rules.length, 0),
    sets: table.sets.length,
    elements: table.sets.reduce((sum, set) => sum + (set.elements?.count ?? 0), 0),
  };
}
