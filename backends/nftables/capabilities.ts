/** What nftables can carry out at all; details are refused where they are lowered. */
import type { Diagnostic } from '../../grammar/diagnostic.ts';
import { diagnostic } from '../../grammar/diagnostic.ts';
import type { Program, Stage } from '../../compiler/4-program/program.ts';
import { PROBLEMS } from './problems.ts';

/** Why this plane cannot take a stage. */
export function refuse(stage: Stage, _program: Program): readonly Diagnostic[] {
  if (stage.id !== 'dispatch') return [];
  return [
    diagnostic(PROBLEMS.notExact, stage.origin.span, '`dispatch` is not carried out by nftables yet', {
      hint: 'Leave the block out for now.',
    }),
  ];
}
