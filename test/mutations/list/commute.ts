/** Which rules may change places. */
import { mutationsOf } from '../mutation.ts';

export const commute = mutationsOf('compiler/6-plan/commute.ts', [
  {
    name: 'addresses that overlap exclude each other',
    original: '(x.field === y.field && x.view === y.view && !x.in.intersects(y.in))',
    replacement: '(x.field === y.field && x.view === y.view && x.in.intersects(y.in))',
    why: 'a lost negation: rules that one packet meets change places',
  },
  {
    name: 'sources and destinations exclude each other',
    original: '(x.field === y.field && x.view === y.view && !x.in.intersects(y.in))',
    replacement: '(x.view === y.view && !x.in.intersects(y.in))',
    why: 'a wrong field: a source is held against a destination',
  },
  {
    name: 'numbers of different fields exclude each other',
    original: 'x.field === y.field && sameView(x, y) && !x.in.intersects(y.in)',
    replacement: 'sameView(x, y) && !x.in.intersects(y.in)',
    why: 'a wrong field: a protocol is held against a service',
  },
  {
    name: 'ways in and out exclude each other',
    original: 'return a.test.field === b.test.field && !a.test.zones.some((zone) => theirs.includes(zone));',
    replacement: 'return !a.test.zones.some((zone) => theirs.includes(zone));',
    why: 'a packet goes in by one zone and out by another',
  },
  {
    name: 'rules with effects are plain',
    original: 'return rule.gates.length === 0 && rule.effects.length === 0 && rule.decision !== undefined',
    replacement: 'return rule.gates.length === 0 && rule.decision !== undefined',
    why: 'a lost guard: what is counted or logged is lost with the rule',
  },
  {
    name: 'rules with limits are plain',
    original: 'return rule.gates.length === 0 && rule.effects.length === 0 && rule.decision !== undefined',
    replacement: 'return rule.effects.length === 0 && rule.decision !== undefined',
    why: 'a lost guard: two limits become one',
  },
  {
    name: 'verdicts of one kind are the same',
    original: '`verdict ${JSON.stringify(decision.verdict)}`',
    replacement: '`verdict ${decision.verdict.kind}`',
    why: 'a reject with one reason becomes one with another',
  },
  {
    name: 'a rule moves past one that writes the mark that it reads',
    original: 'return writesFields(a) || writesFields(b)',
    replacement: 'return false',
    why: 'a lost guard: before, the packet met both',
  },
  {
    name: 'rules that decide the same commute, whatever else they do',
    original: 'return does !== undefined && does === deedKey(b);',
    replacement: 'return does === deedKey(b) || decisionKey(a.decision) === decisionKey(b.decision);',
    why: 'a rule moves past another that counts',
  },
]);
