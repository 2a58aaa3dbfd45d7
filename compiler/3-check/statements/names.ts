/** Names that have to differ over all files, because artifacts are called after them. */
import type { Findings } from '../../2-resolve/findings.ts';
import type { Span } from '../../../grammar/source.ts';
import { NAME_ACROSS_FILES } from '../problems.ts';

interface Named {
  readonly name: string;
  readonly span: Span;
}

/** Reports a second one of a name; `title` is what they are: `zone`. */
export function reportSameNames(title: string, named: readonly Named[], findings: Findings): void {
  const known = new Map<string, Named>();
  for (const each of named) {
    const first = known.get(each.name);
    if (!first) {
      known.set(each.name, each);
    } else if (first.span.source !== each.span.source) {
      // Within one file, the name is bound twice, which was reported.
      findings.report(NAME_ACROSS_FILES, each.span, `two files have a ${title} \`${each.name}\``, {
        labels: [{ span: first.span, text: 'the other one is here' }],
        hint: 'Rename one of them, or declare it in one file that the other uses.',
      });
    }
  }
}
