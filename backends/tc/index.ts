/** The plane `tc`: the queues of `shape`, loaded by `tc -batch` (iproute2 6.1 and newer). */
import type { Plan } from '../../compiler/6-plan/plan.ts';
import { isPoliced } from '../../compiler/model/shape-interface.ts';
import type { Lowered, Plane } from '../../compiler/plane.ts';
import { refuse, refuseShape } from './capabilities.ts';
import { prices } from './cost.ts';
import { queueChecks } from './commands.ts';
import { deltaBetween } from './delta.ts';
import { emitTree, UP } from './emit.ts';
import { lowerProgram } from './lower.ts';
import { interfaceCommands, REDIRECT, withoutInterfaces, withoutRedirects } from './redirect.ts';
import { namesIn } from './class-names.ts';
import { readClasses } from './read-classes.ts';
import type { TcCommand } from './tree.ts';

export const tc: Plane = {
  name: 'tc',
  isMadeFor: ({ id }) => id === 'police',
  refuse,
  shapes: { refuse: refuseShape },
  prices,
  lower,
  since: (former, policy) => deltaBetween(former, { policy, build: undefined, commands: [], redirects: [] }),
  classes: { namesIn, command: listing, read: readClasses },
};

/** What lists classes, or the policers of all interfaces. */
function listing(name: string): readonly string[] {
  return isPoliced(name)
    ? ['tc', '-s', 'actions', 'list', 'action', 'police']
    : ['tc', '-s', 'class', 'show', 'dev', name];
}

function lower({ program }: Plan): Lowered {
  const { tree, searches, diagnostics } = lowerProgram(program);
  const { redirects } = tree;
  return {
    diagnostics,
    figures: figuresOf(tree.commands),
    searches,
    load: [
      ...queueChecks(tree.commands),
      ...interfaceCommands(redirects),
      `tc -batch ${UP}`,
      ...(redirects.length > 0 ? [`nft -f ${REDIRECT}`] : []),
    ],
    unload: [...withoutRedirects(redirects), 'tc -batch tc/down.batch', ...withoutInterfaces(redirects)],
    write: (context) => {
      const { artifacts, sourceMap } = emitTree(tree, context);
      const { policy } = context;
      return {
        artifacts,
        sourceMap,
        since: (former, build) => deltaBetween(former, { ...tree, policy, build }),
      };
    },
  };
}

function figuresOf(commands: readonly TcCommand[]): Record<string, number> {
  const of = (wanted: TcCommand['object']) => commands.filter(({ object }) => object === wanted).length;
  const policers = of('policer');
  return { classes: of('class'), qdiscs: of('qdisc'), ...(policers > 0 && { policers, filters: of('filter') }) };
}
