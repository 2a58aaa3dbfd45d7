/** The plane `tc`: the queues of `shape`, loaded by `tc -batch` (iproute2 6.1 and newer). */
import type { Plan } from '../../compiler/6-plan/plan.ts';
import type { Lowered, Plane } from '../../compiler/plane.ts';
import { refuse, refuseShape } from './capabilities.ts';
import { prices } from './cost.ts';
import { deltaBetween } from './delta.ts';
import { emitTree, UP } from './emit.ts';
import { lowerProgram } from './lower.ts';
import { readClasses } from './read-classes.ts';

export const tc: Plane = {
  name: 'tc',
  isMadeFor: () => false,
  refuse,
  shapes: { refuse: refuseShape },
  prices,
  lower,
  readClasses,
};

function lower({ program }: Plan): Lowered {
  const { tree, diagnostics } = lowerProgram(program);
  const of = (wanted: string) => tree.commands.filter(({ object }) => object === wanted).length;
  return {
    diagnostics,
    figures: { classes: of('class'), qdiscs: of('qdisc') },
    load: [`tc -batch ${UP}`],
    unload: ['tc -batch tc/down.batch'],
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
