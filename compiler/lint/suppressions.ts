/**
 * Suppressions: comments that keep findings back, with a reason and an end.
 *
 *     # sluice: ignore unreachable until 2027-01-01 "the import of the old rules is being sorted out"
 *     allow from 10.1.0.0/16
 *
 * Alone on a line, such a comment is for the statement or rule that follows, with all that stands in it; behind something, for
 * what begins in its line. `*` stands for every rule.
 */
import type { Module } from '../1-load/modules.ts';
import type { Comment } from '../../grammar/comment.ts';
import { didYouMean } from '../../grammar/did-you-mean.ts';
import { lineText, positionOf, type Span } from '../../grammar/source.ts';
import { startOfDay, type CalendarDate } from '../inputs.ts';
import { LINT_RULES } from './index.ts';
import type { LintFinding } from './lint.ts';
import type { LintRule, Observation } from './rule.ts';
import { outermostAt } from './syntax-nodes.ts';
import { expiredSuppression } from './upkeep/expired-suppression.ts';
import { malformedSuppression } from './upkeep/malformed-suppression.ts';
import { unusedSuppression } from './upkeep/unused-suppression.ts';

/** A remark about a suppression, and the rule that it is of. */
type Remark = readonly [LintRule, Observation];

export interface Suppression {
  /** The comment. */
  readonly span: Span;
  readonly rules: readonly string[];
  readonly until: CalendarDate;
  readonly reason: string;
  /** Findings that begin in here are kept back. */
  readonly covers: Span;
}

export interface Suppressions {
  readonly list: readonly Suppression[];
  readonly remarks: readonly Remark[];
}

const MARK = /^#+\s*sluice:/;
const FORM =
  /^#+\s*sluice:\s*ignore\s+([a-z*][a-z0-9-]*(?:\s*,\s*[a-z*][a-z0-9-]*)*)\s+until\s+(\d{4})-(\d{2})-(\d{2})\s+"([^"]*\S[^"]*)"\s*$/;
const EXAMPLE = '# sluice: ignore unreachable until 2027-01-01 "why this may stay"';

/** All suppressions in files of a policy, and what is wrong with some. */
export function suppressionsIn(modules: readonly Module[]): Suppressions {
  const list: Suppression[] = [];
  const remarks: Remark[] = [];
  for (const module of modules) {
    for (const comment of module.comments) {
      if (!MARK.test(textOf(comment))) continue;
      const read = readSuppression(comment, module);
      if ('message' in read) remarks.push([malformedSuppression, read]);
      else list.push(read);
    }
  }
  return { list, remarks };
}

function readSuppression(comment: Comment, module: Module): Suppression | Observation {
  const { span } = comment;
  const [, names, year, month, day, reason] = FORM.exec(textOf(comment)) ?? [];
  if (names === undefined) {
    return {
      span,
      message: 'this suppresses nothing: it is not of the form of a suppression',
      hint: `Write ${EXAMPLE}.`,
    };
  }
  const rules = names.split(',').map((name) => name.trim());
  const unknown = rules.find((name) => name !== '*' && !LINT_RULES.some((rule) => rule.name === name));
  if (unknown !== undefined) {
    const hint =
      didYouMean(
        unknown,
        LINT_RULES.map(({ name }) => name),
      ) ?? 'docs/lint.md lists the rules.';
    return { span, message: `no lint rule is called \`${unknown}\``, hint };
  }
  const until = { year: Number(year), month: Number(month), day: Number(day) };
  if (!isDay(until)) return { span, message: `${year}-${month}-${day} is no day of the calendar` };
  const covers = coveredBy(comment, module);
  if (!covers) return { span, message: 'no statement or rule follows this suppression' };
  return { span, rules, until, reason: reason!, covers };
}

function isDay(date: CalendarDate): boolean {
  const there = new Date(startOfDay(date));
  return there.getUTCMonth() + 1 === date.month && there.getUTCDate() === date.day;
}

/** What the comment is about; undefined: nothing. */
function coveredBy({ span }: Comment, { syntax, source }: Module): Span | undefined {
  const { line, column } = positionOf(source, span.start);
  const before = lineText(source, line).slice(0, column - 1);
  if (before.trim() !== '') return { source, start: span.start - before.length, end: span.start };
  const next = behindBlanks(source.text, span.end);
  return outermostAt(syntax, next)?.span;
}

/** Where the next thing stands that is neither blank nor comment. */
function behindBlanks(text: string, from: number): number {
  const blank = /(?:\s|#[^\n]*)*/y;
  blank.lastIndex = from;
  blank.exec(text);
  return blank.lastIndex;
}

function textOf({ span }: Comment): string {
  return span.source.text.slice(span.start, span.end);
}

/** The findings that stay, how many do not, and what there is to say about the suppressions themselves. */
export function applySuppressions(
  found: readonly LintFinding[],
  { list, remarks }: Suppressions,
  today: CalendarDate | undefined,
): { readonly kept: readonly LintFinding[]; readonly suppressed: number; readonly remarks: readonly Remark[] } {
  const used = new Set<Suppression>();
  const live = list.filter(({ until }) => today === undefined || startOfDay(today) <= startOfDay(until));
  const kept = found.filter((finding) => {
    const about = live.filter((one) => isAbout(one, finding));
    for (const one of about) used.add(one);
    return about.length === 0;
  });
  const own: Remark[] = list.flatMap((one): Remark[] => {
    if (used.has(one)) return [];
    const { span, until } = one;
    if (!live.includes(one)) {
      const message = `this suppression ended with ${dateText(until)}`;
      return [[expiredSuppression, { span, message, hint: 'Mend what it is about, or give it a later day.' }]];
    }
    const message = `nothing here is found by ${one.rules.join(', ')}: the suppression can go`;
    return [[unusedSuppression, { span, message }]];
  });
  return { kept, suppressed: found.length - kept.length, remarks: [...remarks, ...own] };
}

function isAbout({ rules, covers }: Suppression, { rule, observation: { span } }: LintFinding): boolean {
  const isRule = rules.includes('*') || rules.includes(rule.name);
  return isRule && span.source === covers.source && span.start >= covers.start && span.start < covers.end;
}

function dateText({ year, month, day }: CalendarDate): string {
  return [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-');
}
