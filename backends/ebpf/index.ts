/**
 * The plane `xdp`: `mitigate`, `balance` and stateless filters as a program in C that runs on every frame, with its tables and its
 * loader.
 */
import type { Stage } from '../../compiler/4-program/program.ts';
import type { Plan } from '../../compiler/6-plan/plan.ts';
import type { Lowered, Plane } from '../../compiler/plane.ts';
import { refuse } from './capabilities.ts';
import { changesSince, type ProgramPaths } from './changes.ts';
import { prices } from './cost.ts';
import { ProgramFiles } from './emit/index.ts';
import { FORWARD } from './lower/forward.ts';
import { lowerPlan } from './lower/index.ts';
import { readCounters } from './read-counters.ts';
import { refuseBalance } from './refused-balance.ts';
import { isFilter, refuseFilter } from './refused-filter.ts';
import { Search } from './search.ts';

const PATHS: ProgramPaths = {
  sources: ['ebpf/xdp.bpf.c', 'ebpf/policy.h'],
  settings: 'ebpf/policy.conf',
  maps: 'ebpf/maps',
  changes: 'ebpf/changes.conf',
};

export const xdp: Plane = {
  name: 'xdp',
  isMadeFor,
  refuse: (stage, program) => (isFilter(stage) ? refuseFilter(stage, program) : refuse(stage, program)),
  balances: { forward: FORWARD, refuse: refuseBalance },
  prices,
  lower,
  readCounters,
  takeAway,
};

function isMadeFor(stage: Stage): boolean {
  return stage.id === 'mitigate' || (isFilter(stage) && stage.stateful === undefined);
}

/** Without their pins the kernel forgets the links, and with them the program. Those of `sk_lookup` stay. */
function takeAway(target: string): readonly string[] {
  return [`find /sys/fs/bpf/sluice/${target} -type f ! -name 'dispatch_*' -delete`];
}

function lower(plan: Plan): Lowered {
  const { program, diagnostics } = lowerPlan(plan);
  const files = new ProgramFiles(program);
  return {
    diagnostics,
    figures: files.figures,
    search: () => new Search(program).explained(),
    load: ['make -C ebpf', 'ebpf/sluice-load replace'],
    makes: ['ebpf/xdp.bpf.o', 'ebpf/sluice-load'],
    unload: ['ebpf/sluice-load down'],
    write: (context) => {
      const artifacts = (build: string) => files.artifacts({ ...context, build });
      return {
        artifacts,
        sourceMap: files.sourceMap,
        since: (former, build) =>
          changesSince(former, { build, artifacts: artifacts(build), blockTables: files.blockTables }, PATHS),
      };
    },
  };
}
