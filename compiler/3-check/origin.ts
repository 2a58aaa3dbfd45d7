/** Names, texts and authors of rules, as artifacts, explanations and reports show them. */
import type { Annotated, RuleItem } from '../../grammar/ast/index.ts';
import type { SourceFile, Span } from '../../grammar/source.ts';
import { jhash } from '../net/jhash.ts';
import type { Origin } from '../model/policy.ts';
import type { RuleContext, Surroundings } from './context.ts';

export function originOf(node: Annotated, name: string, text: string, context: RuleContext): Origin {
  const { annotations, span } = node;
  return {
    span,
    name,
    text,
    documentation: annotations.documentation,
    owner: annotations.owner ?? context.surroundings.owner,
    ticket: annotations.ticket ?? context.surroundings.ticket,
    via: context.via,
  };
}

/** What a rule inside the node gets from it. */
export function surroundingsOf(node: Annotated, path: string, outer: Surroundings | undefined): Surroundings {
  const { owner, ticket } = node.annotations;
  return { block: outer?.block ?? path, path, owner: owner ?? outer?.owner, ticket: ticket ?? outer?.ticket };
}

const LONGEST_WORD = 48;

/**
 * Names for the items of one list: what each does, in its own words. Where two would be alike both get a hash of their
 * text behind it, so that neither depends on which comes first; only true repetitions are numbered.
 */
export function namesOf(items: readonly RuleItem[], path: string): string[] {
  const words = items.map((item) => wordFor(item));
  const counts = countOf(words);
  const hashed = words.map((word, at) => {
    if (counts.get(word) === 1) return word;
    const item = items[at];
    return item ? `${word}-${shortHash(oneLine(item.span))}` : word;
  });
  const again = countOf(hashed);
  const seen = new Map<string, number>();
  return hashed.map((word) => {
    if (again.get(word) === 1) return `${path}/${word}`;
    const number = (seen.get(word) ?? 0) + 1;
    seen.set(word, number);
    return number === 1 ? `${path}/${word}` : `${path}/${word}-${number}`;
  });
}

function countOf(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function shortHash(text: string): string {
  return jhash(new TextEncoder().encode(text), 0).toString(16).padStart(8, '0').slice(0, 6);
}

function wordFor(item: RuleItem): string {
  switch (item.kind) {
    case 'each':
      return `each-${slug(item.table.text)}`;
    case 'group-use':
      return slug(item.group.text);
    case 'rule':
      return slug(ruleWords(item));
    case 'class':
      return `class-${slug(oneLine(item.name.span))}`;
    default:
      return item.kind;
  }
}

/** The action and what tells it apart best: the services it is for, or else where from and where to. */
function ruleWords(rule: Extract<RuleItem, { readonly kind: 'rule' }>): string {
  const services = rule.clauses.filter((clause) => clause.kind === 'service' || clause.kind === 'icmp');
  const ways = rule.clauses.filter((clause) => clause.kind === 'zone' || clause.kind === 'address');
  const telling = services.length > 0 ? services : ways.length > 0 ? ways : rule.clauses.slice(0, 1);
  const parts = telling.map((clause) => oneLine(clause.span));
  return [actionWords(rule.action), ...parts].join(' ');
}

function actionWords(action: Extract<RuleItem, { readonly kind: 'rule' }>['action']): string {
  switch (action.kind) {
    case 'count':
    case 'traffic':
      return `${action.kind} ${oneLine(action.counter.span)}`;
    case 'remember':
    case 'forget':
      return `${action.kind} ${action.memory.text}`;
    case 'socket':
      return `socket ${action.socket.text}`;
    default:
      return action.kind;
  }
}

function slug(words: string): string {
  const plain = words
    .toLowerCase()
    .replace(/[^a-z0-9_.:]+/g, '-')
    .replace(/^-+|-+$/g, '');
  if (plain.length <= LONGEST_WORD) return plain;
  const cut = plain.lastIndexOf('-', LONGEST_WORD);
  return plain.slice(0, cut > 0 ? cut : LONGEST_WORD);
}

/** The text of a place on one line, without comments. */
export function oneLine({ source, start, end }: Span): string {
  const text = source.text.slice(start, end);
  if (!/[#\n\r\t]| {2}/.test(text)) return text;
  // A string is kept whole; outside of one, `#` begins a comment.
  return text
    .replace(/("(?:[^"\\\n]|\\.)*")|#[^\n]*/g, (_, quoted: string | undefined) => quoted ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The text before the first `{` that opens a body. */
export function headLine(span: Span, body: readonly { readonly span: Span }[]): string {
  const [first] = body;
  const text = oneLine(first ? { ...span, end: first.span.start } : span);
  const brace = text.lastIndexOf('{');
  return (brace > 0 ? text.slice(0, brace) : text).trim();
}

/** The file's name without folders and ending: what a policy is called. */
export function policyName({ path }: SourceFile): string {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const dot = name.lastIndexOf('.');
  const stem = dot > 0 ? name.slice(0, dot) : name;
  return /^[<-]/.test(stem) || stem === '' ? 'policy' : stem;
}
