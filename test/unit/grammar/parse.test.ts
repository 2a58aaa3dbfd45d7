import { describe, expect, it } from 'vitest';
import { PROTOCOL_NUMBERS } from '../../../compiler/model/protocols.ts';
import type { Rule, RuleItem, Statement } from '../../../grammar/ast/index.ts';
import { parse } from '../../../grammar/parse.ts';
import { positionOf } from '../../../grammar/source.ts';
import { PROTOCOL_WORDS } from '../../../grammar/words.ts';
import { withoutSpans } from '../../builders/without-spans.ts';

function statements(text: string): readonly Statement[] {
  const { file, diagnostics } = parse({ path: 'text', text });
  expect(diagnostics.map(({ message }) => message)).toEqual([]);
  return file.statements;
}

function rules(text: string): readonly RuleItem[] {
  const [filter] = statements(`filter forward {\n${text}\n}`);
  return filter?.kind === 'filter' ? filter.body : [];
}

function rule(text: string): Rule {
  const all = rules(text);
  expect(all).toHaveLength(1);
  return all[0] as Rule;
}

function codes(text: string): string[] {
  return parse({ path: 'text', text }).diagnostics.map(({ code }) => code);
}

describe('places', () => {
  it('reach from the first word to the last', () => {
    const text = '## about it\nzone a = eth0 # end\nfilter forward {\n  allow in a\n}\n';
    const spans = statements(text).map(({ span }) => text.slice(span.start, span.end));
    expect(spans).toEqual(['zone a = eth0', 'filter forward {\n  allow in a\n}']);
    const [zone] = statements(text);
    expect(text.slice(zone?.annotations.span?.start, zone?.annotations.span?.end)).toBe('## about it');
  });

  it('hold the parentheses of sets', () => {
    const text = 'let a = (b + c) & (d - e), f';
    const [statement] = statements(text);
    const value = statement?.kind === 'let' && statement.value.kind === 'list' ? statement.value.items[0] : undefined;
    expect(text.slice(value?.span.start, value?.span.end)).toBe('(b + c) & (d - e)');
  });
});

describe('line ends', () => {
  it.each([
    ['of Unix', '\n'],
    ['of Windows', '\r\n'],
    ['of old spreadsheets', '\r'],
  ])('%s end a comment, and are counted', (_, end) => {
    const text = ['# zones', 'zone a = eth0', '## documented', 'zone b = eth1', 'zone c = ='].join(end);
    const { file, diagnostics } = parse({ path: 'text', text });
    expect(file.statements.map(({ annotations }) => annotations.documentation)).toEqual([[], ['documented']]);
    expect(diagnostics.map(({ span }) => span && positionOf(span.source, span.start))).toEqual([
      { line: 5, column: 10 },
    ]);
  });
});

describe('annotations', () => {
  it('stand before statements and rules, in any order', () => {
    const [group] = statements(
      '## First.\nowner "net"\n##\n## Second.\nticket "N-1"\ngroup a {\n## A rule.\n# no part of it\nallow\n}',
    );
    expect(group?.annotations).toMatchObject({ documentation: ['First.', '', 'Second.'], owner: 'net', ticket: 'N-1' });
    const [item] = group?.kind === 'group' ? group.body : [];
    expect(item?.annotations).toMatchObject({ documentation: ['A rule.'] });
  });

  it('say so if they document nothing', () => {
    expect(codes('zone a = eth0\n## nothing')).toEqual(['SL0019']);
    expect(codes('zone a =\n## in the midst\neth0')).toEqual(['SL0019']);
  });
});

describe('where one rule ends and the next begins', () => {
  it('is told by words, not by lines', () => {
    const kinds = rules(
      'allow in a mark set 1 from b mark is 2 log "x" drop dscp is ef dscp set cs1 use g(h) allow',
    ).map((item) => (item.kind === 'rule' ? item.action.kind : item.kind));
    expect(kinds).toEqual(['allow', 'mark-set', 'log', 'drop', 'dscp-set', 'group-use', 'allow']);
  });

  it('leaves the clauses behind `and` to the effect', () => {
    const { clauses, attached } = rule('reject in a tcp/25 and log "smtp" up to 5/second and count as smtp udp');
    expect(clauses.map(({ kind }) => kind)).toEqual(['zone', 'service']);
    expect(attached.map(({ effect, clauses: own }) => [effect.kind, ...own.map(({ kind }) => kind)])).toEqual([
      ['log', 'rate'],
      ['count', 'service'],
    ]);
  });

  it('ends a condition where an effect follows', () => {
    const { clauses, attached } = rule('drop where ttl < 3 and length > 9 and log "x"');
    expect(clauses).toHaveLength(1);
    expect(attached).toHaveLength(1);
  });

  it('takes `opaque` for a clause, behind `and` and `do` for an effect', () => {
    const items = rules('allow opaque nftables "a" and opaque nftables "b" do opaque nftables "c"');
    expect(items.map((item) => (item.kind === 'rule' ? item.action.kind : ''))).toEqual(['allow', 'opaque']);
    expect(items[0]).toMatchObject({ clauses: [{ kind: 'opaque', text: 'a' }], attached: [{ effect: { text: 'b' } }] });
  });
});

describe('words that mean more than one thing', () => {
  it('are columns behind a dot and in declarations', () => {
    const [table] = statements('table t(port: port, host: ipv4 key, key: u8, key (port, host)) from "t.csv"');
    expect(table?.kind === 'table' && table.columns.map(({ name }) => name.text)).toEqual(['port', 'host', 'key']);
    expect(rule('allow to t.host tcp/t.port').clauses).toHaveLength(2);
  });

  it('are names where they are free', () => {
    expect(statements('zone time = link\nlet route = 10.0.0.1\nlet pool = route')).toHaveLength(3);
    expect(codes('zone host = eth0')).toEqual(['SL0012']);
    expect(statements('zone "host" = eth0')).toHaveLength(1);
  });

  it('are whole protocols where services are meant', () => {
    expect(rule('allow udp, gre').clauses[0]).toMatchObject({ services: [{ kind: 'service' }, { kind: 'service' }] });
    expect(rule('allow from udp').clauses[0]).toMatchObject({ addresses: { kind: 'reference' } });
    expect(rule('allow "udp"').clauses[0]).toMatchObject({ services: [{ kind: 'reference' }] });
  });

  it('are protocols that the checker knows', () => {
    expect([...PROTOCOL_WORDS, 'icmp'].toSorted()).toEqual([...PROTOCOL_NUMBERS.keys()].toSorted());
  });

  it('are texts in cells and comparisons, names elsewhere', () => {
    const [table] = statements('table t(a: string) = { ("x") }');
    expect(table).toMatchObject({ rows: { rows: [{ cells: [{ kind: 'string', value: 'x' }] }] } });
    expect(rule('allow from "x" where u.plan == "full"').clauses).toMatchObject([
      { addresses: { kind: 'reference', name: { text: 'x', quoted: true } } },
      { expression: { right: { kind: 'string', value: 'full' } } },
    ]);
  });
});

describe('operators', () => {
  it('bind as documented', () => {
    const said = (text: string) => withoutSpans(statements(`let x = ${text}`));
    expect(said('a + b & c - d')).toEqual(said('(a + (b & c)) - d'));
    expect(said('a - b - c')).toEqual(said('(a - b) - c'));
    expect(said('a - (b - c)')).not.toEqual(said('a - b - c'));
    const where = (text: string) => withoutSpans(rule(`drop where ${text}`));
    expect(where('a == 1 or b == 2 and not c == 3')).toEqual(where('a == 1 or (b == 2 and (not c == 3))'));
  });
});

describe('icmp types', () => {
  it('go on behind a comma, other services do not', () => {
    expect(rule('allow icmp echo-request, echo-reply').clauses).toMatchObject([
      { kind: 'icmp', icmp: { types: [{}, {}] } },
    ]);
    expect(rule('allow icmp4 3/4, 8').clauses).toMatchObject([{ kind: 'icmp', icmp: { family: 4 } }]);
    expect(rule('allow icmp echo-request, ssh').clauses).toMatchObject([{ kind: 'service', services: [{}, {}] }]);
    expect(rule('drop icmp6 up to 5/second').clauses).toMatchObject([{ icmp: { types: [] } }, { kind: 'rate' }]);
  });
});

describe('texts of any size', () => {
  it('may nest without end', () => {
    for (const [open, close] of ['{}', '()', ['not ', '']]) {
      expect(codes(`let a = ${open?.repeat(100_000)}${close?.repeat(100_000)}`)).not.toEqual([]);
      expect(codes(`filter forward { drop where ${open?.repeat(100_000)}${close?.repeat(100_000)} }`)).not.toEqual([]);
    }
    expect(codes(`filter forward { ${'each a in b {\n'.repeat(100_000)}`).slice(0, 1)).toEqual(['SL0014']);
    expect(codes('}'.repeat(100_000)).at(-1)).toBe('SL0017');
    expect(codes(`let a = b${' + b'.repeat(100_000)}`)).toEqual(['SL0016']);
  });

  it('may hold long lists', () => {
    const [list] = statements(
      `let a = ${Array.from({ length: 20_000 }, (_, index) => `10.0.${index >> 8}.${index & 255}`).join(', ')}`,
    );
    expect(list?.kind === 'let' && list.value.kind === 'list' && list.value.items.length).toBe(20_000);
    expect(rules('allow in a from 10.0.0.1\n'.repeat(20_000))).toHaveLength(20_000);
  });

  it('may be empty', () => {
    expect(statements('')).toEqual([]);
    expect(statements('# nothing\n')).toEqual([]);
  });
});

it('starts anew for each text', () => {
  expect(codes('filter forward { allow where ((((')).not.toEqual([]);
  expect(codes('zone a = eth0')).toEqual([]);
});
