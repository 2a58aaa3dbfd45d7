import { report, type ValueContext } from './context.ts';
import { NAME_TAKEN } from './problems.ts';
import { MEANING_TITLES, type Binding, type Scope } from './scope.ts';

/** Binds a name; reports it where it is taken, with both places. */
export function bindOrReport(scope: Scope, binding: Binding, context: ValueContext): boolean {
  const taken = scope.bind(binding);
  if (!taken) return true;
  // Names are bound kind by kind; people read from top to bottom.
  const isEarlier = taken.span.source === binding.span.source && binding.span.start < taken.span.start;
  const [first, second] = isEarlier ? [binding, taken] : [taken, binding];
  const title = MEANING_TITLES[first.meaning.kind];
  report(context, NAME_TAKEN, second.span, `\`${binding.name}\` is bound already, to ${title}`, {
    labels: [{ span: first.span, text: 'first bound here' }],
    hint: 'Every name stands for one thing: rename one of the two.',
  });
  return false;
}
