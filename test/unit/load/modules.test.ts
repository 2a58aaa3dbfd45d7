import { describe, expect, test } from 'vitest';
import { loadModules, type LoadedModules } from '../../../compiler/1-load/modules.ts';
import { renderFindings } from '../../../compiler/diagnostics/render.ts';

const encoder = new TextEncoder();

type Files = Readonly<Record<string, string | Uint8Array>>;

/** Loads `main.sluice` out of some files; `std.NAME` among them is a standard module. */
function load(files: Files): LoadedModules {
  const standard = Object.keys(files).filter((path) => path.startsWith('std.'));
  const text = (path: string): string | undefined => {
    const content = files[path];
    return typeof content === 'string' ? content : undefined;
  };
  return loadModules(
    { path: 'main.sluice', text: text('main.sluice') ?? '' },
    {
      read: (path) => {
        const content = files[path];
        return typeof content === 'string' ? encoder.encode(content) : content;
      },
      standard: (name) => text(`std.${name}`),
      standardNames: standard.map((path) => path.slice('std.'.length)),
      today: undefined,
    },
  );
}

/** The keys of all modules, which must have been loaded without any finding. */
function order(files: Files): string[] {
  const { modules, diagnostics } = load(files);
  expect(renderFindings(diagnostics)).toBe('');
  return modules.map((module) => module.key);
}

function complaint(files: Files): string {
  const { diagnostics } = load(files);
  expect(diagnostics).not.toEqual([]);
  return renderFindings(diagnostics);
}

describe('files that are used', () => {
  test('come before what uses them, each once', () => {
    expect(
      order({
        'main.sluice': 'use "a.sluice"\nuse "b.sluice" (x)\nuse std.services (ssh)\n',
        'a.sluice': 'use "b.sluice" (y)\nlet z = y\n',
        'b.sluice': 'use std.services (http)\nlet x = 10.0.0.1\nlet y = 10.0.0.2\n',
        'std.services': 'service ssh = tcp/22\nservice http = tcp/80\n',
      }),
    ).toEqual(['std.services', 'b.sluice', 'a.sluice', 'main.sluice']);
  });

  test('are named relative to the file that uses them', () => {
    expect(
      order({
        'main.sluice': 'use "net/site.sluice"\n',
        'net/site.sluice': 'use "hosts/web.sluice" (web)\nuse "../common.sluice" (admins)\n',
        'net/hosts/web.sluice': 'use "../../common.sluice" (admins)\nlet web = 10.0.0.1\n',
        'common.sluice': 'let admins = 10.0.0.2\n',
      }),
    ).toEqual(['common.sluice', 'net/hosts/web.sluice', 'net/site.sluice', 'main.sluice']);
  });

  test('may begin with a byte order mark', () => {
    expect(order({ 'main.sluice': 'use "a.sluice" (x)\n', 'a.sluice': '\ufefflet x = 10.0.0.1\n' })).toHaveLength(2);
  });

  test('are known to the statement that uses them, with the folder of their paths', () => {
    const { main } = load({ 'main.sluice': 'use "net/a.sluice" (x)\n', 'net/a.sluice': 'let x = 10.0.0.1\n' });
    expect(main.folder).toBe('');
    expect(main.uses.map(({ module }) => [module.key, module.folder])).toEqual([['net/a.sluice', 'net']]);
    expect(main.uses[0]?.use).toBe(main.syntax.statements[0]);
  });

  test('are part of the policy where they are used as a whole', () => {
    const { whole, diagnostics } = load({
      'main.sluice': 'use "a.sluice"\nuse "names.sluice" (x)\n',
      'a.sluice': 'use "b.sluice"\nfilter input { allow from 10.0.0.1 }\n',
      'b.sluice': 'use "names.sluice" (x)\nfilter forward { allow from x }\n',
      'names.sluice': 'let x = 10.0.0.1\n',
    });
    expect(diagnostics).toEqual([]);
    expect(whole.map((module) => module.key)).toEqual(['b.sluice', 'a.sluice', 'main.sluice']);
  });
});

describe('standard modules', () => {
  test('that every policy needs are loaded without a use, if the library has them', () => {
    const { modules, implicit } = load({
      'main.sluice': 'use std.icmp (a)\n',
      'std.icmp': 'use std.sets (b)\nlet a = b\n',
      'std.essential': 'let e = 10.0.0.1\n',
      'std.sets': 'let b = 10.0.0.1\n',
    });
    expect([...implicit].map(([name, module]) => [name, module.key])).toEqual([
      ['icmp', 'std.icmp'],
      ['essential', 'std.essential'],
    ]);
    expect(modules.map((module) => module.key)).toEqual(['std.sets', 'std.icmp', 'std.essential', 'main.sluice']);
    expect(modules[0]?.folder).toBeUndefined();
  });

  test('read no files', () => {
    expect(complaint({ 'main.sluice': 'use std.a (x)\n', 'std.a': 'use "b.sluice" (x)\n' })).toContain('SL0108');
  });
});

describe('what cannot be loaded is refused', () => {
  const blocks = 'let admins = 10.0.0.1\n\nfilter input default drop {\n  allow from admins\n}\n';

  test.each<[string, Files]>([
    ['a file that is not there', { 'main.sluice': 'use "sub/a.sluice" (x)\nuse "sub/a.sluice" (y)\n' }],
    ['a file named without its ending', { 'main.sluice': 'use "a" (x)\n', 'a.sluice': 'let x = 10.0.0.1\n' }],
    ['an unknown standard module', { 'main.sluice': 'use std.service (ssh)\n', 'std.services': '', 'std.bogons': '' }],
    ['a standard module like no other', { 'main.sluice': 'use std.xyz (ssh)\n', 'std.services': '', 'std.bogons': '' }],
    ['a file that is no text', { 'main.sluice': 'use "a.sluice" (x)\n', 'a.sluice': Uint8Array.of(0x6c, 0xff) }],
    ['a file that uses itself', { 'main.sluice': 'use "main.sluice"\n' }],
    [
      'a circle of files',
      {
        'main.sluice': 'use "net/a.sluice" (x)\n',
        'net/a.sluice': 'use "b.sluice" (x)\n',
        'net/b.sluice': '\nuse "../c.sluice" (x)\n',
        'c.sluice': 'use "net/a.sluice" (x)\n',
      },
    ],
    ['a use by name that loses blocks', { 'main.sluice': 'use "a.sluice" (admins)\n', 'a.sluice': blocks }],
    [
      'a use by name that loses blocks of another file',
      {
        'main.sluice': 'use "a.sluice" (admins)\n',
        'a.sluice': 'use "b.sluice"\n',
        'b.sluice': blocks,
      },
    ],
  ])('%s', (_, files) => {
    expect(complaint(files)).toMatchSnapshot();
  });

  test('a syntax error in any file, and the rest is loaded', () => {
    const { modules, diagnostics } = load({
      'main.sluice': 'use "a.sluice" (x)\nuse "b.sluice" (y)\n',
      'a.sluice': 'let = 10.0.0.1\n',
      'b.sluice': 'let y = 10.0.0.1\n',
    });
    expect(diagnostics.map((finding) => finding.span?.source.path)).toEqual(['a.sluice']);
    expect(modules.map((module) => module.key)).toEqual(['a.sluice', 'b.sluice', 'main.sluice']);
  });

  test('files used through ever longer paths', () => {
    const again = 'use "a/x.sluice"\n';
    const files = new Proxy<Record<string, string>>(
      { 'main.sluice': again },
      { get: (_, path) => (String(path).startsWith('std.') ? undefined : again) },
    );
    expect(complaint(files)).toMatch(/SL0107.*more than 64 levels deep/);
  });
});

describe('blocks are not lost', () => {
  const blocks = 'let admins = 10.0.0.1\nfilter input default drop { allow from admins }\n';

  test('by a use by name of a file that the policy has as a whole, too', () => {
    const files = {
      'main.sluice': 'use "a.sluice"\nuse "b.sluice" (x)\n',
      'a.sluice': blocks,
      'b.sluice': 'use "a.sluice" (admins)\nlet x = admins\n',
    };
    expect(order(files)).toHaveLength(3);
  });

  test('but expectations may be: they change nothing', () => {
    const files = { 'main.sluice': 'use "a.sluice" (x)\n', 'a.sluice': 'let x = 10.0.0.1\nexpect {}\n' };
    expect(order(files)).toHaveLength(2);
  });
});
