import { describe, expect, it } from 'vitest';
import type { Node } from '../../../grammar/ast/index.ts';
import { Lexer } from '../../../grammar/lexer.ts';
import { literalText } from '../../../grammar/literal-text.ts';
import type { PolicyToken } from '../../../grammar/tokens.ts';

function lex(text: string): { tokens: PolicyToken[]; lexer: Lexer } {
  const lexer = new Lexer({ path: 'text', text });
  const tokens: PolicyToken[] = [];
  while (lexer.lex(tokens, 3));
  return { tokens: tokens.slice(0, -1), lexer };
}

/** Each token's kind and text. */
function kinds(text: string): string[] {
  return lex(text).tokens.map(({ tokenType, image }) => `${tokenType.name} ${image}`);
}

function findings(text: string): string[] {
  return lex(text).lexer.findings.map(({ code, span }) => `${code} ${text.slice(span?.start, span?.end)}`);
}

describe('a literal is one token', () => {
  it.each([
    ['Address', '192.0.2.1', '192.0.2.1'],
    ['Address', '2001:db8::1', '2001:db8::1'],
    ['Address', '::', '::'],
    ['Address', '::ffff:192.0.2.1', '::ffff:c000:201'],
    ['Address', 'fe80::', 'fe80::'],
    ['Address', 'dead:beef:0:0:0:0:0:1', 'dead:beef::1'],
    ['Prefix', '10.0.0.0/8', '10.0.0.0/8'],
    ['Prefix', '2001:DB8::/32', '2001:db8::/32'],
    ['Prefix', '::/0', '::/0'],
    ['MaskedAddress', '::1:2/::ffff:ffff', '::1:2/::ffff:ffff'],
    ['MaskedAddress', '0.0.0.1/0.0.0.255', '0.0.0.1/0.0.0.255'],
    ['MaskedAddress', '::1/80::', '::1/80::'],
    ['Range', '10.0.0.1-10.0.0.9', '10.0.0.1-10.0.0.9'],
    ['Range', '2001:db8::1-2001:db8::9', '2001:db8::1-2001:db8::9'],
    ['Range', '1024-65535', '1024-65535'],
    ['Range', '0x10-0xff', '0x10-0xff'],
    ['Integer', '0', '0'],
    ['Integer', '0x00fF', '0x00ff'],
    ['Mac', '02:00:5e:10:00:01', '02:00:5e:10:00:01'],
    ['Mac', 'aa:bb:cc:dd:ee:ff', 'aa:bb:cc:dd:ee:ff'],
    ['Rate', '100/second', '100/second'],
    ['Rate', '10/minute', '10/minute'],
    ['Rate', '40kpps', '40000/second'],
    ['Rate', '5mbit', '5mbit'],
    ['Rate', '5mbit/second', '5mbit'],
    ['Rate', '1.5mbit', '1500kbit'],
    ['Rate', '6000mbit', '6gbit'],
    ['Rate', '10mbyte/second', '10mbyte/second'],
    ['Rate', '1kibyte/second', '1kibyte/second'],
    ['Size', '64KiB', '64KiB'],
    ['Size', '1500B', '1500B'],
    ['Duration', '100ms', '100ms'],
    ['Duration', '24h', '1d'],
    ['Duration', '1.5s', '1500ms'],
    ['Percent', '2.5%', '2.5%'],
    ['Date', '2026-12-31', '2026-12-31'],
    ['Date', '2028-02-29', '2028-02-29'],
  ])('%s %s', (kind, text, canonical) => {
    expect(kinds(text)).toEqual([`${kind} ${text}`]);
    expect(findings(text)).toEqual([]);
    const [token] = lex(text).tokens;
    const payload = token?.payload as Parameters<typeof literalText>[0] & Node;
    expect(literalText(payload)).toBe(canonical);
    expect(payload.span).toMatchObject({ start: 0, end: text.length });
  });

  it.each([
    ['Time', '14:30', 870],
    ['TimeRange', '08:00-18:00', [480, 1080]],
    ['TimeRange', '22:00-24:00', [1320, 1440]],
    ['UtcOffset', '+01:00', 60],
    ['UtcOffset', '-05:30', -330],
    ['WeekdayRange', 'mon-fri', ['mon', 'tue', 'wed', 'thu', 'fri']],
    ['WeekdayRange', 'sat-mon', ['sat', 'sun', 'mon']],
  ])('%s %s', (kind, text, payload) => {
    expect(kinds(text)).toEqual([`${kind} ${text}`]);
    expect(lex(text).tokens[0]?.payload).toEqual(payload);
  });
});

describe('signs between literals', () => {
  it.each([
    ['192.0.2.1:443', ['Address 192.0.2.1', 'Colon :', 'Integer 443']],
    ['192.0.2.1-192.0.2.9:1024-65535', ['Range 192.0.2.1-192.0.2.9', 'Colon :', 'Range 1024-65535']],
    ['[2001:db8::1]:443', ['LeftBracket [', 'Address 2001:db8::1', 'RightBracket ]', 'Colon :', 'Integer 443']],
    ['f.room:f.inner', ['Word f', 'Dot .', 'Word room', 'Colon :', 'Word f', 'Dot .', 'Word inner']],
    ['f.dead:f.beef', ['Word f', 'Dot .', 'Word dead', 'Colon :', 'Word f', 'Dot .', 'Word beef']],
    ['cafe:443', ['Word cafe', 'Colon :', 'Integer 443']],
    ['addr:ip', ['Word addr', 'Colon :', 'Word ip']],
    [
      'payload[0..3]',
      ['keyword payload payload', 'LeftBracket [', 'Integer 0', 'DotDot ..', 'Integer 3', 'RightBracket ]'],
    ],
    ['tcp/8000-8080', ['Word tcp', 'Slash /', 'Range 8000-8080']],
    ['0x1/0xff', ['Integer 0x1', 'Slash /', 'Integer 0xff']],
    ['sample 1/100', ['keyword sample sample', 'Integer 1', 'Slash /', 'Integer 100']],
    ['source/24/64', ['keyword source source', 'Slash /', 'Integer 24', 'Slash /', 'Integer 64']],
    ['47/f.port', ['Integer 47', 'Slash /', 'Word f', 'Dot .', 'keyword port port']],
    ['a - b', ['Word a', 'Minus -', 'Word b']],
    ['a->b', ['Word a', 'Arrow ->', 'Word b']],
    ['layer3+4', ['Word layer3', 'Plus +', 'Integer 4']],
    ['802.3ad', ['HyphenatedWord 802.3ad']],
    ['a<=b', ['Word a', 'Comparison <=', 'Word b']],
    ['a=b', ['Word a', 'Equals =', 'Word b']],
  ])('%s', (text, expected) => {
    expect(kinds(text)).toEqual(expected);
    expect(findings(text)).toEqual([]);
  });
});

describe('words', () => {
  it('tells the effects of mark and dscp from the clauses, whatever stands between', () => {
    expect(kinds('mark set dscp # remark\n set mark is')).toEqual([
      'mark before set mark',
      'keyword set set',
      'dscp before set dscp',
      'keyword set set',
      'keyword mark mark',
      'keyword is is',
    ]);
  });

  it('knows which begin a line', () => {
    const { tokens } = lex('a b\n  c # d\n\n"e"');
    expect(tokens.map(({ image, firstOnLine }) => [image, firstOnLine])).toEqual([
      ['a', true],
      ['b', false],
      ['c', true],
      ['"e"', true],
    ]);
  });

  it('reads past a byte order mark and carriage returns', () => {
    expect(kinds('\ufeffa\r\nb')).toEqual(['Word a', 'Word b']);
  });
});

describe('texts', () => {
  it('resolves escapes', () => {
    expect(lex(String.raw`"a\"b\\c\n\t\u{1F600}é"`).tokens[0]?.payload).toBe('a"b\\c\n\t\u{1F600}é');
  });

  it.each([
    ['"open', ['SL0002 "open']],
    ['"open\r\nlet', ['SL0002 "open']],
    [String.raw`"\q"`, [String.raw`SL0003 \q`]],
    [String.raw`"\u{d800}"`, [String.raw`SL0003 \u`]],
    ['"\\', ['SL0003 \\', 'SL0002 "\\']],
  ])('finds what is wrong with %j', (text, expected) => {
    expect(findings(text)).toEqual(expected);
  });
});

describe('comments', () => {
  it('are kept, and documentation goes with the next token', () => {
    const { tokens, lexer } = lex('## one\n## two\nzone a ## three\n# four');
    expect(lexer.comments.map(({ documents }) => documents)).toEqual([true, true, false, false]);
    expect(tokens[0]?.documentation).toHaveLength(2);
    expect(tokens[1]?.documentation).toBeUndefined();
  });
});

describe('what is no literal', () => {
  it.each([
    ['10.0.0.256', 'SL0004 10.0.0.256'],
    ['10.0.0.01', 'SL0004 10.0.0.01'],
    ['10.0.0.0/33', 'SL0004 /33'],
    ['10.0.0.1.2', 'SL0004 10.0.0.1.2'],
    ['::1::', 'SL0004 ::1::'],
    [':::', 'SL0004 :::'],
    ['1:2:3:4:5:6:7:8:9', 'SL0004 1:2:3:4:5:6:7:8:9'],
    ['1:2:3:4:5:6:7::8', 'SL0004 1:2:3:4:5:6:7::8'],
    ['8000:8080', 'SL0004 8000:8080'],
    ['10.0.0.1-10.0.0', 'SL0004 10.0.0.1-10.0.0'],
    ['007', 'SL0005 007'],
    ['0x', 'SL0005 0x'],
    ['0b1', 'SL0006 b1'],
    ['1.5', 'SL0005 1.5'],
    ['5mbt', 'SL0006 mbt'],
    ['5/secnod', 'SL0006 secnod'],
    ['2026-02-30', 'SL0007 2026-02-30'],
    ['24:01', 'SL0007 24:01'],
    ['tcp-rst', 'SL0008 tcp-rst'],
    ['a -b', 'SL0009 -'],
    ['é', 'SL0001 é'],
    [';', 'SL0001 ;'],
  ])('%s', (text, expected) => {
    expect(findings(text)).toEqual([expected]);
  });
});
