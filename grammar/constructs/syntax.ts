/** Everything that the grammar is made of, in one list. */
import type { Syntax } from '../dsl.ts';
import { clauseSyntax } from './clauses/syntax.ts';
import { classSyntax } from './rules/class/syntax.ts';
import { eachSyntax } from './rules/each/syntax.ts';
import { effectSyntax, memoryKeySyntax } from './rules/effect/syntax.ts';
import { essentialSyntax } from './rules/essential/syntax.ts';
import { groupUseSyntax } from './rules/group-use/syntax.ts';
import { ruleSyntax } from './rules/rule/syntax.ts';
import { shapeDefaultSyntax } from './rules/shape-default/syntax.ts';
import { socketSyntax } from './rules/socket/syntax.ts';
import { trafficSyntax } from './rules/traffic/syntax.ts';
import { translationSyntax } from './rules/translation/syntax.ts';
import { verdictSyntax } from './rules/verdict/syntax.ts';
import { statementSyntax } from './statements/syntax.ts';
import { endpointSyntax } from './values/endpoint/syntax.ts';
import { expressionSyntax } from './values/expression/syntax.ts';
import { icmpSyntax } from './values/icmp/syntax.ts';
import { limitsSyntax } from './values/limits/syntax.ts';
import { serviceSyntax } from './values/service/syntax.ts';
import { valueSyntax } from './values/value/syntax.ts';

export const SYNTAX: readonly Syntax[] = [
  valueSyntax,
  serviceSyntax,
  icmpSyntax,
  endpointSyntax,
  expressionSyntax,
  limitsSyntax,
  clauseSyntax,
  verdictSyntax,
  effectSyntax,
  memoryKeySyntax,
  translationSyntax,
  trafficSyntax,
  socketSyntax,
  ruleSyntax,
  eachSyntax,
  groupUseSyntax,
  essentialSyntax,
  classSyntax,
  shapeDefaultSyntax,
  statementSyntax,
];
