/** Reads what `ipset save` has written. */
import { diagnostic, type Diagnostic } from '../../../../grammar/diagnostic.ts';
import type { SourceFile, Span } from '../../../../grammar/source.ts';
import { PROBLEMS } from '../problems.ts';
import { SET_TYPES, type IpSet, type SetElement } from './ip-set.ts';

/** Options with a value that say nothing about which packets are in the set. */
const OWN_AFFAIRS: ReadonlySet<string> = new Set([
  'hashsize',
  'bucketsize',
  'initval',
  'range',
  'size',
  'packets',
  'bytes',
  'skbmark',
  'skbprio',
  'skbqueue',
  'before',
  'after',
]);
/** The same, without one. */
const OWN_FLAGS: ReadonlySet<string> = new Set(['counters', 'skbinfo']);

/** Elements that a set takes unless it says otherwise (ipset(8)). */
const USUAL_MOST = 65_536;
/** So many lines that are none of ipset's are told one by one. */
const MOST_ODD_LINES = 20;

export interface SetReading {
  readonly sets: ReadonlyMap<string, IpSet>;
  readonly findings: readonly Diagnostic[];
}

/** Whether a file is ipset's rather than iptables': its first line makes a set. */
export function describesSets({ text }: SourceFile): boolean {
  return /^(?:\s*(?:#.*)?\r?\n)*create \S+ (?:hash|bitmap|list):/.test(text);
}

export function readSets(source: SourceFile): SetReading {
  const sets = new Map<string, IpSet>();
  const findings: Diagnostic[] = [];
  const odd = (span: Span): void => {
    if (findings.length === MOST_ODD_LINES) return;
    const hint = 'Give what `ipset save` writes.';
    findings.push(diagnostic(PROBLEMS.notADump, span, 'no line of `ipset save`', { hint }));
  };
  for (const { index, 0: line } of source.text.matchAll(/^.+$/gm)) {
    const span = { source, start: index, end: index + line.trimEnd().length };
    const words = [...line.trim().matchAll(/"(?:\\.|[^"])*"|\S+/g)].map(([word]) => word);
    const [command, name] = words;
    if (command === undefined || command.startsWith('#')) continue;
    const set = name === undefined ? undefined : sets.get(name);
    if (command === 'create') {
      const made = created(words, span);
      if (made) sets.set(made.name, made);
      else odd(span);
    } else if (command === 'add' && set) set.elements.push(added(words, set));
    else odd(span);
  }
  return { sets, findings };
}

/** `create NAME TYPE OPTIONS` */
function created([, name, type, ...words]: readonly string[], span: Span): IpSet | undefined {
  if (name === undefined || type === undefined) return undefined;
  const { values, flags, odd } = optionsOf(words);
  const parts = SET_TYPES.get(type);
  const netmask = numberOf(values.get('netmask'));
  return {
    name,
    type,
    parts: parts ?? [],
    family: values.get('family') === 'inet6' ? 6 : 4,
    timeout: numberOf(values.get('timeout')),
    most: numberOf(values.get('maxelem')) ?? USUAL_MOST,
    makesRoom: flags.has('forceadd'),
    netmask,
    odd: parts === undefined ? type : netmask !== undefined && type !== 'hash:ip' ? 'netmask' : odd,
    elements: [],
    span,
  };
}

/** `add NAME ELEMENT OPTIONS` */
function added([, , element = '', ...words]: readonly string[], set: IpSet): SetElement {
  const { values, flags, odd } = optionsOf(words);
  const lasts = numberOf(values.get('timeout')) ?? set.timeout ?? 0;
  return { parts: element.split(','), isExcluded: flags.has('nomatch'), expires: lasts > 0, odd };
}

interface SetOptions {
  readonly values: ReadonlyMap<string, string>;
  readonly flags: ReadonlySet<string>;
  /** The first that is not known. */
  readonly odd: string | undefined;
}

const VALUES: ReadonlySet<string> = new Set(['family', 'timeout', 'maxelem', 'netmask']);
const FLAGS: ReadonlySet<string> = new Set(['nomatch', 'forceadd']);

function optionsOf(words: readonly string[]): SetOptions {
  const values = new Map<string, string>();
  const flags = new Set<string>();
  let odd: string | undefined;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    // Of a set, `comment` is a flag; of an element, its text follows.
    if (word === 'comment') at += words[at + 1]?.startsWith('"') ? 1 : 0;
    else if (VALUES.has(word)) values.set(word, words[++at] ?? '');
    else if (OWN_AFFAIRS.has(word)) at++;
    else if (FLAGS.has(word)) flags.add(word);
    else if (!OWN_FLAGS.has(word)) odd ??= word;
  }
  return { values, flags, odd };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
