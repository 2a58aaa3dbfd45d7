/** Looking names up, with suggestions where there is none. */
import { didYouMean } from '../../grammar/did-you-mean.ts';
import type { Name } from '../../grammar/ast/index.ts';
import { report, type ValueContext } from './context.ts';
import { UNKNOWN_NAME, WRONG_KIND_OF_NAME } from './problems.ts';
import { MEANING_TITLES, type Binding, type Meaning } from './scope.ts';

/** `did you mean …?` for a word that none of these is, or what else to say. */
export function suggestion(word: string, candidates: Iterable<string>, otherwise?: string): string | undefined {
  return didYouMean(word, new Set(candidates)) ?? otherwise;
}

/** What the name is bound to; reports it if it is not. */
export function lookUp(name: Name, context: ValueContext): Binding | undefined {
  const found = context.scope.find(name.text) ?? context.words?.find(name.text);
  if (found) return found;
  const known = [...context.scope.names(), ...(context.words?.names() ?? [])];
  report(context, UNKNOWN_NAME, name.span, `nothing here is called \`${name.text}\``, {
    hint: suggestion(
      name.text,
      known,
      'A name of another file or of the standard library has to be imported with `use`.',
    ),
  });
  return undefined;
}

export type MeaningOf<Kind extends Meaning['kind']> = Extract<Meaning, { readonly kind: Kind }>;

/** What a name of one kind stands for; reports a name that is unknown or of another kind. */
export function lookUpKind<Kind extends Meaning['kind']>(
  name: Name,
  kind: Kind,
  context: ValueContext,
): MeaningOf<Kind> | undefined {
  const binding = lookUp(name, context);
  if (!binding || isUnknown(binding.meaning)) return undefined;
  if (isKind(binding.meaning, kind)) return binding.meaning;
  const same = [...context.scope.names()].filter((other) => context.scope.find(other)?.meaning.kind === kind);
  reportKind(name, binding, MEANING_TITLES[kind], context, suggestion(name.text, same));
  return undefined;
}

/** Reports that a name stands for something that does not fit. */
export function reportKind(
  name: Name,
  binding: Binding,
  wanted: string,
  context: ValueContext,
  hint?: string | undefined,
): void {
  const is = MEANING_TITLES[binding.meaning.kind];
  report(context, WRONG_KIND_OF_NAME, name.span, `\`${name.text}\` is ${is}, and ${wanted} is wanted here`, {
    hint,
    labels: [{ span: binding.span, text: `\`${binding.name}\` is ${is}` }],
  });
}

function isKind<Kind extends Meaning['kind']>(meaning: Meaning, kind: Kind): meaning is MeaningOf<Kind> {
  return meaning.kind === kind;
}

function isUnknown(meaning: Meaning): boolean {
  return meaning.kind === 'unknown' || (meaning.kind === 'value' && meaning.value.type === 'unknown');
}
