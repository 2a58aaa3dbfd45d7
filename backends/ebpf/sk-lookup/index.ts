/** The plane `sk_lookup`: `dispatch` as a program in C that the kernel asks when it looks for a packet's socket. */
import type { Plan } from '../../../compiler/6-plan/plan.ts';
import { routesFile } from '../../../compiler/artifacts/dispatch-routes.ts';
import type { Lowered, Plane } from '../../../compiler/plane.ts';
import { LOOKUP_TIMES, prices } from '../cost.ts';
import { Search } from '../search.ts';
import { changesSince, type ProgramPaths } from '../changes.ts';
import { refuse } from './capabilities.ts';
import { DispatchFiles } from './emit.ts';
import { lowerDispatch } from './lower.ts';

const PATHS: ProgramPaths = {
  sources: ['ebpf/dispatch.bpf.c', 'ebpf/dispatch.h'],
  settings: 'ebpf/dispatch.conf',
  maps: 'ebpf/maps/dispatch',
  changes: 'ebpf/dispatch-changes.conf',
};

export const skLookup: Plane = {
  name: 'sk_lookup',
  isMadeFor: ({ id }) => id === 'dispatch',
  refuse,
  prices,
  lower,
  takeAway,
};

/** Without their pins the kernel forgets the link, and with it the program and the sockets. What runs at XDP stays. */
function takeAway(target: string): readonly string[] {
  return [`rm /sys/fs/bpf/sluice/${target}/dispatch_*`];
}

function lower(plan: Plan): Lowered {
  const { dispatch, diagnostics } = lowerDispatch(plan);
  const files = new DispatchFiles(dispatch);
  const routes = dispatch.rules.length > 0 ? routesFile(plan.program.policy) : undefined;
  return {
    diagnostics,
    figures: files.figures,
    ruleSearches: () => new Search(dispatch, LOOKUP_TIMES).explained('socket'),
    load: ['make -C ebpf', 'ebpf/sluice-load replace', ...(routes ? [routes.load] : [])],
    makes: ['ebpf/dispatch.bpf.o', 'ebpf/sluice-load'],
    unload: [...(routes ? [routes.unload] : []), 'ebpf/sluice-load down'],
    write: (context) => {
      const artifacts = (build: string) => [
        ...files.artifacts({ ...context, build }),
        ...(routes ? [{ ...routes, content: [new TextEncoder().encode(routes.text)] }] : []),
      ];
      return {
        artifacts,
        sourceMap: files.sourceMap,
        since: (former, build) => {
          const { blockTables } = files;
          const alsoLoad = routes ? [routes.load] : [];
          return changesSince(former, { build, artifacts: artifacts(build), blockTables, alsoLoad }, PATHS);
        },
      };
    },
  };
}
