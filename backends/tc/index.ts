/** The plane `tc`: the queues of `shape`, loaded by `tc -batch` (iproute2 6.1 and newer). */
import type { Program } from '../../compiler/4-program/program.ts';
import type { Plan } from '../../compiler/6-plan/plan.ts';
import { interfaceOf, isPoliced } from '../../compiler/model/shape-interface.ts';
import type { Lowered, Plane } from '../../compiler/plane.ts';
import { refuse, refuseShape } from './capabilities.ts';
import { prices } from './cost.ts';
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
  classes: { namesIn, command: listing, read: readClasses },
};

/** What lists classes, or the policers of all interfaces. */
function listing(name: string): readonly string[] {
  return isPoliced(name)
    ? ['tc', '-s', 'actions', 'list', 'action', 'police']
    : ['tc', '-s', 'class', 'show', 'dev', name];
}

function lower({ program }: Plan): Lowered {
  const { tree, diagnostics } = lowerProgram(program);
  const { redirects } = tree;
  return {
    diagnostics,
    figures: figuresOf(tree.commands),
    load: [
      ...queueChecks(program),
      ...interfaceCommands(redirects),
      `tc -batch ${UP}`,
      ...(redirects.length > 0 ? [`nft -f ${REDIRECT}`] : []),
    ],
    unload: [...withoutRedirects(redirects), 'tc -batch tc/down.batch', ...withoutInterfaces(redirects)],
    write: (context) => {
      const { artifacts, sourceMap } = emitTree(tree, context);
      const { commands } = tree;
      return {
        artifacts,
        sourceMap,
        since: (former, build) => deltaBetween(former, { policy: context.policy, build, commands }),
      };
    },
  };
}

function figuresOf(commands: readonly TcCommand[]): Record<string, number> {
  const of = (wanted: TcCommand['object']) => commands.filter(({ object }) => object === wanted).length;
  const policers = of('policer');
  return { classes: of('class'), qdiscs: of('qdisc'), ...(policers > 0 && { policers, filters: of('filter') }) };
}

/**
 * Fails where an interface does not use as many queues as its classes are across: what the filters then send to a queue that
 * rests, the driver would give to another one, in whose tree it has no class.
 */
function queueChecks(program: Program): readonly string[] {
  return program.shapes.flatMap((shape) =>
    shape.queues === undefined
      ? []
      : [`ls -d /sys/class/net/${interfaceOf(shape, program.target)}/queues/tx-${shape.queues - 1}`],
  );
}
