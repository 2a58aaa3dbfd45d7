import { describe, expect, test } from 'vitest';
import { renderForGitHub } from '../../../compiler/diagnostics/github.ts';
import { findingsAsJson } from '../../../compiler/diagnostics/json.ts';
import { renderFinding, renderFindings, summaryOf } from '../../../compiler/diagnostics/render.ts';
import { diagnostic, type Diagnostic, type DiagnosticKind, type Severity } from '../../../grammar/diagnostic.ts';
import type { SourceFile, Span } from '../../../grammar/source.ts';

function kind(severity: Severity, code = 'SL9999'): DiagnosticKind {
  return { code, severity, title: 'a kind', explanation: 'Only here.' };
}

function source(text: string, path = 'policy.sluice'): SourceFile {
  return { path, text };
}

/** The place of the first `part` in the text. */
function at(file: SourceFile, part: string): Span {
  const start = file.text.indexOf(part);
  expect(start).toBeGreaterThanOrEqual(0);
  return { source: file, start, end: start + part.length };
}

function lines(text: string): string[] {
  return text.split('\n');
}

/** The line and the mark of a finding about `part`, without the margin. */
function excerpt(text: string, part: string, columns?: number): [string, string] {
  const file = source(text);
  const rows = lines(renderFinding(diagnostic(kind('error'), at(file, part), 'here'), columns ? { columns } : {}));
  return [rows[3]?.slice(4) ?? '', rows[4]?.slice(4) ?? ''];
}

const policy = source(
  ['let admins = 192.0.2.0/26', '', 'filter input default drop {', '\tallow from adminz ssh', '}', ''].join('\n'),
);

describe('a finding for people', () => {
  test('shows code, place, line, underline, labels and hint', () => {
    const finding = diagnostic(kind('error', 'SL0201'), at(policy, 'adminz'), 'nothing here is called `adminz`', {
      labels: [{ span: at(policy, 'admins'), text: 'this is close' }],
      hint: 'did you mean `admins`?',
    });
    expect(lines(renderFinding(finding))).toEqual([
      'error[SL0201]: nothing here is called `adminz`',
      ' --> policy.sluice:4:13',
      '  |',
      '4 |     allow from adminz ssh',
      '  |                ^^^^^^',
      ' ::: policy.sluice:1:5',
      '  |',
      '1 | let admins = 192.0.2.0/26',
      '  |     ------ this is close',
      'hint: did you mean `admins`?',
    ]);
  });

  test('shows a cell of a data file, and where the policy names that file', () => {
    const finding = diagnostic(kind('error'), at(policy, '192.0.2.0/26'), 'no prefix', {
      cell: {
        path: 'users.csv',
        line: 1017,
        position: 6,
        column: 'room',
        text: '1000,10.0.0.5/24,full',
        start: 5,
        end: 16,
      },
    });
    expect(lines(renderFinding(finding))).toEqual([
      'error[SL9999]: no prefix',
      '    --> users.csv:1017:6',
      '     |',
      '1017 | 1000,10.0.0.5/24,full',
      '     |      ^^^^^^^^^^^',
      '    ::: policy.sluice:1:14 reads this file',
    ]);
  });

  test('has no excerpt without a place', () => {
    expect(renderFinding(diagnostic(kind('warning'), undefined, 'all is odd'))).toBe('warning[SL9999]: all is odd');
  });

  test('marks the end of a file, where nothing is left to underline', () => {
    const end = policy.text.length;
    const finding = diagnostic(kind('error'), { source: policy, start: end, end }, 'the file ends here');
    expect(lines(renderFinding(finding)).slice(1)).toEqual([' --> policy.sluice:6:1', '  |', '6 |', '  | ^']);
  });

  test('underlines the first line of a place of several', () => {
    const finding = diagnostic(kind('error'), at(policy, policy.text.slice(27)), 'this block');
    expect(lines(renderFinding(finding)).slice(3)).toEqual([
      '3 | filter input default drop {',
      '  | ^^^^^^^^^^^^^^^^^^^^^^^^^^^',
    ]);
  });

  test('is coloured only where that is wanted', () => {
    const finding = diagnostic(kind('error'), at(policy, 'adminz'), 'unknown', { hint: 'look again' });
    const coloured = renderFinding(finding, { colour: true });
    // eslint-disable-next-line no-control-regex
    expect(coloured.replaceAll(/\u001b\[[\d;]*m/g, '')).toBe(renderFinding(finding));
    expect(coloured).toContain('\u001b[1;31m^^^^^^\u001b[0m');
    expect(renderFinding(finding)).not.toContain('\u001b');
  });
});

describe('the underline stands under its place', () => {
  test.each([
    ['after a tab in the middle', 'ab\tcd', 'cd', ['ab  cd', '    ^^']],
    ['after wide characters', 'let 部屋 = x', 'x', ['let 部屋 = x', '           ^']],
    ['of wide characters', 'let 部屋 = x', '部屋', ['let 部屋 = x', '    ^^^^']],
    ['after combining characters', 'cafe\u0301 = x', 'x', ['cafe\u0301 = x', '       ^']],
    ['after an emoji of several code points', '👩‍🔬 = x', 'x', ['👩‍🔬 = x', '     ^']],
    ['of a flag', '🇩🇪!', '🇩🇪', ['🇩🇪!', '^^']],
    ['after an escape sequence, which is not obeyed', '\u001b[31m x', 'x', ['␛[31m x', '      ^']],
    ['after an override of the writing direction', 'a\u202eb x', 'x', ['a<U+202E>b x', '           ^']],
    ['of an invisible character', 'a\u200bb', '\u200b', ['a<U+200B>b', ' ^^^^^^^^']],
    ['of half a surrogate pair', 'a\ud800b', '\ud800', ['a<U+D800>b', ' ^^^^^^^^']],
  ])('%s', (_, text, part, expected) => {
    expect(excerpt(text, part)).toEqual(expected);
  });

  test('in a long line, of which the part around it is shown', () => {
    const [line, mark] = excerpt(`${'a'.repeat(500)} here ${'b'.repeat(500)}`, 'here', 44);
    expect(line).toBe(`…${'a'.repeat(16)} here ${'b'.repeat(16)}…`);
    expect(line.length).toBe(40);
    expect(line.slice(mark.indexOf('^'), mark.length)).toBe('here');
  });

  test('at the end of a long line', () => {
    const [line, mark] = excerpt(`${'a'.repeat(500)} here`, 'here', 44);
    expect(line).toBe(`…${'a'.repeat(33)} here`);
    expect(mark).toBe(`${' '.repeat(35)}^^^^`);
  });

  test('in a line of megabytes', () => {
    const [line, mark] = excerpt(`${'😀'.repeat(1_000_000)}here${'b'.repeat(1_000_000)}`, 'here', 64);
    expect(line).toMatch(/^…(😀)+hereb+…$/u);
    expect(mark).toMatch(/^ +\^{4}$/);
  });

  test('of megabytes, as far as it is shown', () => {
    const word = 'x'.repeat(4_000_000);
    const [line, mark] = excerpt(`zone a = eth0 ${word}`, word, 64);
    expect(line).toMatch(/^…x+…$/);
    expect(mark).toMatch(/^ \^+$/);
  });

  test('as far as it is shown, where it is longer than the line may be', () => {
    const [line, mark] = excerpt('x'.repeat(5000), 'x'.repeat(5000), 44);
    expect(line).toBe(`${'x'.repeat(38)}…`);
    expect(mark).toBe('^'.repeat(38));
  });
});

test('what a message quotes is not obeyed either', () => {
  const finding = diagnostic(kind('error'), undefined, 'bad cell `\u001b]0;owned\u0007`\nnext', { hint: 'a\u202eb' });
  expect(renderFinding(finding)).toBe('error[SL9999]: bad cell `␛]0;owned␇`␊next\nhint: a<U+202E>b');
});

test('a message as long as a file is cut in its middle', () => {
  const text = renderFinding(diagnostic(kind('error'), undefined, `\`${'x'.repeat(4_000_000)}\` is no zone`));
  expect(text).toMatch(/^error\[SL9999\]: `x+…x+` is no zone$/);
  expect(text.length).toBeLessThan(2100);
});

describe('several findings', () => {
  const second = source('one\ntwo\n', 'second.sluice');
  const findings: Diagnostic[] = [
    diagnostic(kind('note'), undefined, 'no place'),
    diagnostic(kind('warning'), at(second, 'two'), 'later'),
    diagnostic(kind('error'), at(second, 'one'), 'earlier'),
    diagnostic(kind('error'), at(policy, 'ssh'), 'first file'),
  ];

  test('stand in the order of their places, and are counted', () => {
    const text = renderFindings(findings);
    expect(lines(text).filter((line) => line.includes('SL9999'))).toEqual([
      'error[SL9999]: first file',
      'error[SL9999]: earlier',
      'warning[SL9999]: later',
      'note[SL9999]: no place',
    ]);
    expect(text.endsWith('\n\n2 errors, 1 warning\n')).toBe(true);
  });

  test('of one data file stand together, with the count of the others behind them', () => {
    const span = at(policy, '192.0.2.0/26');
    const cell = { path: 'a.csv', position: 1, column: 'x', text: 'x', start: 0, end: 1 };
    const rows = [
      diagnostic(kind('note', 'SL0001'), span, 'and 3 more'),
      diagnostic(kind('error', 'SL0002'), span, 'line 9', { cell: { ...cell, line: 9 } }),
      diagnostic(kind('error', 'SL0003'), span, 'line 3', { cell: { ...cell, line: 3 } }),
    ];
    expect(findingsAsJson(rows).map((finding) => finding.message)).toEqual(['line 3', 'line 9', 'and 3 more']);
  });

  test('of thousands, the first hundred are shown, errors before warnings, and all are counted', () => {
    const file = source('x\n'.repeat(3000));
    const many = Array.from({ length: 3000 }, (_, line) => {
      const span = { source: file, start: 2 * line, end: 2 * line + 1 };
      return diagnostic(kind(line % 60 === 59 ? 'error' : 'warning'), span, 'odd');
    });
    const text = renderFindings(many);
    expect(text.match(/^error/gm)).toHaveLength(50);
    expect(text.match(/^warning/gm)).toHaveLength(50);
    expect(text.endsWith('\n\n… and 2900 more findings, not shown\n\n50 errors, 2950 warnings\n')).toBe(true);
  });

  test('none give nothing', () => {
    expect(renderFindings([])).toBe('');
    expect(renderForGitHub([])).toBe('');
    expect(findingsAsJson([])).toEqual([]);
  });

  test('the summary speaks of one as of one, and not of notes', () => {
    expect(summaryOf([findings[2]!])).toBe('1 error');
    expect(summaryOf([findings[1]!, findings[1]!])).toBe('2 warnings');
    expect(summaryOf([findings[0]!])).toBe('');
  });
});

test('JSON has place, column, labels and hint', () => {
  const finding = diagnostic(kind('error'), at(policy, 'adminz'), 'unknown', {
    labels: [{ span: at(policy, 'admins'), text: 'close' }],
    hint: 'look',
    cell: { path: 'a.csv', line: 4, position: 3, column: 'room', text: '…,x,y', start: 2, end: 3 },
  });
  expect(findingsAsJson([finding, diagnostic(kind('note'), undefined, 'bare')])).toEqual([
    {
      code: 'SL9999',
      severity: 'error',
      message: 'unknown',
      place: { path: 'a.csv', start: { line: 4, column: 3 }, end: { line: 4, column: 4 } },
      column: 'room',
      labels: [{ path: 'policy.sluice', start: { line: 1, column: 5 }, end: { line: 1, column: 11 }, text: 'close' }],
      hint: 'look',
    },
    { code: 'SL9999', severity: 'note', message: 'bare', place: null, column: null, labels: [], hint: null },
  ]);
});

test('GitHub gets a command for each finding, with its own marks escaped', () => {
  const odd = source('x', 'a,b:c%.sluice');
  const finding = diagnostic(kind('error'), at(odd, 'x'), '100% wrong', { hint: 'look' });
  expect(renderForGitHub([finding, diagnostic(kind('note'), undefined, 'bare')])).toBe(
    '::error file=a%2Cb%3Ac%25.sluice,line=1,endLine=1,col=1,endColumn=2,title=SL9999::100%25 wrong%0Ahint: look\n' +
      '::notice title=SL9999::bare\n',
  );
});
