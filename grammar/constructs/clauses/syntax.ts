/** Any clause, and lists of them. */
import type { Clause, ClauseKind, Value } from '../../ast/index.ts';
import { closest } from '../../did-you-mean.ts';
import type { Grammar, Syntax } from '../../dsl.ts';
import { PROBLEMS } from '../../problems.ts';
import { CLAUSE_WORDS, RULE_WORDS } from '../../tokens.ts';
import { addressClauseSyntax } from './address/syntax.ts';
import { dscpClauseSyntax } from './dscp/syntax.ts';
import { duringClauseSyntax } from './during/syntax.ts';
import { familyClauseSyntax } from './family/syntax.ts';
import { fieldClauseSyntax } from './field/syntax.ts';
import { fragmentClauseSyntax } from './fragment/syntax.ts';
import { markClauseSyntax } from './mark/syntax.ts';
import { notClauseSyntax } from './not/syntax.ts';
import { opaqueClauseSyntax } from './opaque/syntax.ts';
import { rateClauseSyntax } from './rate/syntax.ts';
import { sampleClauseSyntax } from './sample/syntax.ts';
import { serviceClauseSyntax } from './service/syntax.ts';
import { stateClauseSyntax } from './state/syntax.ts';
import { untilClauseSyntax } from './until/syntax.ts';
import { whereClauseSyntax } from './where/syntax.ts';
import { zoneClauseSyntax } from './zone/syntax.ts';

/** The file that reads each kind; some kinds begin alike and are read by one. */
const CLAUSE_SYNTAX: Readonly<Record<ClauseKind, Syntax>> = {
  zone: zoneClauseSyntax,
  address: addressClauseSyntax,
  service: serviceClauseSyntax,
  icmp: serviceClauseSyntax,
  'tcp-flags': serviceClauseSyntax,
  dscp: dscpClauseSyntax,
  mark: markClauseSyntax,
  field: fieldClauseSyntax,
  fragment: fragmentClauseSyntax,
  family: familyClauseSyntax,
  state: stateClauseSyntax,
  rate: rateClauseSyntax,
  connections: rateClauseSyntax,
  sample: sampleClauseSyntax,
  until: untilClauseSyntax,
  during: duringClauseSyntax,
  where: whereClauseSyntax,
  opaque: opaqueClauseSyntax,
  not: notClauseSyntax,
};

export const clauseSyntax: Syntax = (p) => {
  for (const define of new Set(Object.values(CLAUSE_SYNTAX))) define(p);

  const alternatives = [
    { ALT: () => p.subrule(0, p.zoneClause) },
    { ALT: () => p.subrule(0, p.plainAddressClause) },
    { ALT: () => p.subrule(0, p.addressClause) },
    { ALT: () => p.subrule(0, p.serviceClause) },
    { ALT: () => p.subrule(0, p.dscpClause) },
    { ALT: () => p.subrule(0, p.markClause) },
    { ALT: () => p.subrule(0, p.fieldClause) },
    { ALT: () => p.subrule(0, p.fragmentClause) },
    { ALT: () => p.subrule(0, p.familyClause) },
    { ALT: () => p.subrule(0, p.stateClause) },
    { ALT: () => p.subrule(0, p.rateClause) },
    { ALT: () => p.subrule(0, p.sampleClause) },
    { ALT: () => p.subrule(0, p.untilClause) },
    { ALT: () => p.subrule(0, p.duringClause) },
    { ALT: () => p.subrule(0, p.whereClause) },
    { ALT: () => p.subrule(0, p.opaqueClause) },
    { ALT: () => p.subrule(0, p.notClause) },
  ];
  p.RULE('clause', (): Clause => p.or(0, { DEF: alternatives, ERR_MSG: 'a clause' }));

  p.RULE('clauses', (): Clause[] => {
    const clauses: Clause[] = [];
    p.many(0, () => {
      const clause = p.subrule(0, p.clause);
      p.ACTION(() => {
        if (clause.kind === 'service') refuseMisspelt(p, clause.services, clauses.at(-1));
      });
      clauses.push(clause);
    });
    // A copy has no room to grow: there are many short lists.
    return clauses.slice();
  });
};

/**
 * A misspelt keyword reads as the name of a service: `allow form admins`, or `alow …` on the next line. Where a lone
 * word follows another service without a comma, or begins a line as rules do, and is close to a keyword, that is what it
 * is.
 */
function refuseMisspelt(p: Grammar, services: readonly Value[], before: Clause | undefined): void {
  const besides = before?.kind === 'service' ? before.services.at(-1) : undefined;
  if (besides) refuseWord(p, besides, CLAUSE_WORDS);
  const [word] = services;
  if (services.length > 1 || word?.kind !== 'reference') return;
  if (besides) refuseWord(p, word, CLAUSE_WORDS);
  // What a rule of `dispatch` begins with is a clause.
  if (p.body !== 'dispatch' && p.beginsItemLine(word.span.start)) refuseWord(p, word, [...RULE_WORDS, ...CLAUSE_WORDS]);
}

function refuseWord(p: Grammar, word: Value, keywords: readonly string[]): void {
  if (word.kind !== 'reference' || word.name.quoted) return;
  const { text } = word.name;
  const proposal = closest(text, keywords);
  if (proposal !== undefined) {
    p.fail(PROBLEMS.unknownWord, word, `\`${text}\` is no keyword`, `did you mean \`${proposal}\`?`);
  }
}
