/** The plane `tc`: the queues of `shape`, loaded by `tc -batch` (iproute2 6.1 and newer). */
import type { Program } from '../../compiler/4-program/program.ts';
import type { Plan } from '../../compiler/6-plan/plan.ts';
import { interfaceOf } from '../../compiler/model/shape-interface.ts';
import type { Lowered, Plane } from '../../compiler/plane.ts';
import { refuse, refuseShape } from './capabilities.ts';
import { prices } from './cost.ts';
import { deltaBetween } from './delta.ts';
import { emitTree, UP } from './emit.ts';
import { lowerProgram } from './lower.ts';
import { interfaceCommands, REDIRECT, withoutInterfaces, withoutRedirects } from './redirect.ts';
import { namesIn } from './class-names.ts';
import { readClasses } from './read-classes.ts';

export const tc: Plane = {
  name: 'tc',
  isMadeFor: () => false,
  refuse,
  shapes: { refuse: refuseShape },
  prices,
  lower,
  classes: { namesIn, command: (name) => ['tc', '-s', 'class', 'show', 'dev', name], read: readClasses },
};

function lower({ program }: Plan): Lowered {
  const { tree, diagnostics } = lowerProgram(program);
  const { redirects } = tree;
  const of = (wanted: string) => tree.commands.filter(({ object }) => object === wanted).length;
  return {
    diagnostics,
    figures: { classes: of('class'), qdiscs: of('qdisc') },
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
