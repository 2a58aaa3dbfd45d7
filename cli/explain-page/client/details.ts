/** All that is known of the chosen step. */
import { wayTo } from '../flame.ts';
import { byId, bytes, nanoseconds, percent, withText, type PageState } from './page.ts';

export function showDetails({ plane, steps, chosen }: PageState): void {
  const step = steps[chosen]!;
  const way = wayTo(plane.root, step);
  const block = way[1] ?? step;
  const isPart = step.expected === undefined;
  const facts: readonly (readonly [string, string | undefined])[] = [
    [
      'Within',
      way.length > 2
        ? way
            .slice(1, -1)
            .map(({ title }) => title)
            .join(' › ')
        : undefined,
    ],
    ['Lookup', step.lookup],
    ['A packet that comes here', isPart ? undefined : timesOf(step.expected, step.worst)],
    [
      'Of all packets',
      plane.isTimed ? sharesOf(step.share, block.share, block.title, step === block || step === plane.root) : undefined,
    ],
    ['Memory', step.memory === undefined ? undefined : `about ${bytes(step.memory)}`],
    ['Rule', step.rule !== undefined && !step.title.startsWith(step.rule) ? step.rule : undefined],
    ['Lines', step.lines],
    ...(step.notes ?? []).map((note) => ['', note] as const),
  ];
  const list = document.createElement('dl');
  for (const [name, text] of facts) {
    if (text !== undefined) list.append(withText('dt', name), withText('dd', text));
  }
  byId('details').replaceChildren(withText('h3', step.title), list);
}

function timesOf(expected: number | undefined, worst: number | undefined): string {
  return `${nanoseconds(expected ?? 0)} expected, ${nanoseconds(worst ?? 0)} at worst`;
}

function sharesOf(share: number, all: number, block: string, isWhole: boolean): string {
  return isWhole ? nanoseconds(share) : `${nanoseconds(share)} (${percent(share, all)} of ${block})`;
}
