/**
 * The plane `xdp`: `mitigate`, `balance` and stateless filters as a program in C that runs on every frame, and the choice of classes of
 * `shape` as one that runs on all that leaves, with their tables and their loader.
 */
import type { Stage } from '../../compiler/4-program/program.ts';
import type { Plan } from '../../compiler/6-plan/plan.ts';
import type { Artifact, Lowered, Plane } from '../../compiler/plane.ts';
import { refuse } from './capabilities.ts';
import { allChanges, type ProgramPaths } from './changes.ts';
import { refuseClasses } from './classes/capabilities.ts';
import { ClassFiles } from './classes/emit.ts';
import { lowerClasses, searchesOf } from './classes/lower.ts';
import { prices } from './cost.ts';
import { ProgramFiles } from './emit/index.ts';
import { FORWARD } from './lower/forward.ts';
import { lowerPlan } from './lower/index.ts';
import { readCounters } from './read-counters.ts';
import { refuseBalance } from './refused-balance.ts';
import { isFilter, refuseFilter } from './refused-filter.ts';
import { Search, withoutTimes } from './search.ts';

const PATHS: ProgramPaths = {
  sources: ['ebpf/xdp.bpf.c', 'ebpf/policy.h'],
  settings: 'ebpf/policy.conf',
  maps: 'ebpf/maps',
  changes: 'ebpf/changes.conf',
};

const CLASS_PATHS: ProgramPaths = {
  sources: ['ebpf/classes.bpf.c', 'ebpf/classes.h'],
  settings: 'ebpf/classes.conf',
  maps: 'ebpf/maps/classes',
  changes: 'ebpf/classes-changes.conf',
};

export const xdp: Plane = {
  name: 'xdp',
  isMadeFor,
  refuse: (stage, program) => {
    if (stage.id === 'shape') return refuseClasses(stage, program);
    return isFilter(stage) ? refuseFilter(stage, program) : refuse(stage, program);
  },
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
  const chosen = lowerClasses(plan);
  const classes = chosen && new ClassFiles(chosen.classes);
  const { program, diagnostics } = lowerPlan(plan);
  // Without a part for frames that come in, there is no program for them; an empty policy has one, which replaces the one before.
  const files = classes && program.rules.length === 0 ? undefined : new ProgramFiles(program);
  return {
    diagnostics: [...diagnostics, ...(chosen?.diagnostics ?? [])],
    figures: { ...files?.figures, ...classes?.figures },
    ...(chosen && { searches: searchesOf(plan.program, chosen.classes) }),
    ruleSearches: () => [
      ...new Search(program).explained('rule'),
      ...(chosen ? withoutTimes(new Search(chosen.classes).explained('class')) : []),
    ],
    load: ['make -C ebpf', 'ebpf/sluice-load replace'],
    makes: [...(files ? ['ebpf/xdp.bpf.o'] : []), ...(classes ? ['ebpf/classes.bpf.o'] : []), 'ebpf/sluice-load'],
    unload: ['ebpf/sluice-load down'],
    write: (context) => {
      const own = (build: string) => files?.artifacts({ ...context, build }) ?? [];
      const ofClasses = (build: string) => classes?.artifacts({ ...context, build }) ?? [];
      return {
        artifacts: (build) => withoutDoubles([...own(build), ...ofClasses(build)]),
        sourceMap: [...(files?.sourceMap ?? []), ...(classes?.sourceMap ?? [])],
        since: (former, build) =>
          allChanges(former, [
            { paths: PATHS, later: files && { build, artifacts: own(build), blockTables: files.blockTables } },
            {
              paths: CLASS_PATHS,
              later: classes && { build, artifacts: ofClasses(build), blockTables: classes.blockTables },
            },
          ]),
      };
    },
  };
}

/** Both programs may have a part in common, and both have the loader. */
function withoutDoubles(artifacts: readonly Artifact[]): readonly Artifact[] {
  return [...new Map(artifacts.map((artifact) => [artifact.path, artifact])).values()];
}
