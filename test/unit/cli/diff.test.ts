import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { violations, type Schema } from '../../builders/json-schema.ts';
import { runSluice } from './session.ts';
import { temporaryFolder } from './temporary-folder.ts';

const OLD = `zone uplink = eth0
zone inside = eth1
table rooms(room: prefix4 key) from "rooms.csv"

filter forward default drop {
  allow in inside out uplink from rooms.room
}
`;

const NEW = OLD.replace('\n}\n', '\n  allow in uplink to rooms.room tcp/22\n}\n');
const ROOMS = 'room\n10.0.0.0/24\n10.0.2.0/24\n';

let folder: string;
let old: string;
let later: string;

beforeEach(() => {
  folder = temporaryFolder();
  old = join(folder, 'old.sluice');
  later = join(folder, 'new.sluice');
  writeFileSync(old, OLD);
  writeFileSync(later, NEW);
  writeFileSync(join(folder, 'rooms.csv'), ROOMS);
});

describe('two files', () => {
  test('differ in regions, each with its rules and a packet', async () => {
    const { code, stdout, stderr } = await runSluice(['diff', old, later]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replaceAll(folder, '')).toBe(`filter forward
  + uplink → rooms.room, tcp/22: dropped → allowed, 512 hosts
      old  filter forward default drop (by default)  (/old.sluice:5)
      new  allow in uplink to rooms.room tcp/22  (/new.sluice:7)
      e.g. tcp 203.0.113.9:40000 -> 10.0.0.1:22 in uplink out inside

1 difference: 1 let more through.
`);
  });

  test('are equal where they mean the same', async () => {
    const { code, stdout } = await runSluice(['diff', old, old, '--fail-on', 'any']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Both policies do the same to every packet.\n' });
  });

  test.each([
    ['widening', 1, 0],
    ['narrowing', 0, 1],
    ['any', 1, 1],
  ] as const)('fail on %s where that is asked for', async (change, forth, back) => {
    const run = async (first: string, second: string) =>
      (await runSluice(['diff', first, second, '--fail-on', change])).code;
    expect([await run(old, later), await run(later, old)]).toEqual([forth, back]);
  });

  test('are data with --json, as the schema says', async () => {
    const { stdout } = await runSluice(['diff', old, later, '--json']);
    const schema = new URL('../../../docs/schemas/diff.json', import.meta.url);
    const document = JSON.parse(stdout) as { readonly equal: boolean; readonly targets: readonly object[] };
    expect(violations(document, JSON.parse(readFileSync(schema, 'utf8')) as Schema)).toEqual([]);
    expect(document.equal).toBe(false);
    expect(document.targets).toMatchObject([
      {
        changes: [
          {
            direction: 'widening',
            region: [
              {
                family: 4,
                fields: { 'destination/real': { count: 2, intervals: ['10.0.0.0/24', '10.0.2.0/24'] } },
              },
            ],
            new: [{ line: 7, name: 'filter forward/allow-tcp-22' }],
            sample: 'tcp 203.0.113.9:40000 -> 10.0.0.1:22 in uplink out inside',
          },
        ],
      },
    ]);
  });

  test('are both checked first', async () => {
    writeFileSync(later, NEW.replace('tcp/22', 'tcp/222222'));
    const { code, stdout, stderr } = await runSluice(['diff', old, later]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('new.sluice:7');
  });

  test('have the target that is asked for', async () => {
    const { code, stdout, stderr } = await runSluice(['diff', old, later, '--target', 'core']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[SL0904]: neither policy has a target `core`');
  });

  test('are compared for each target that binds zones in its own way', async () => {
    const bound = (text: string, zone: string) =>
      `${text}target a { nftables }\ntarget b { zone uplink = ${zone} nftables }\n`;
    writeFileSync(old, bound(OLD, 'eth4'));
    writeFileSync(later, bound(OLD, 'eth5'));
    const { stdout } = await runSluice(['diff', old, later]);
    expect(stdout).toContain('on b:\n\nfilter forward\n');
    expect(stdout).toContain('+ inside rooms.room → eth5: dropped → allowed');
    expect(stdout).not.toContain('on a:');
    expect((await runSluice(['diff', old, later, '--target', 'a'])).stdout).toContain('the same to every packet');
  });

  test('have to be two', async () => {
    expect((await runSluice(['diff', old])).code).toBe(2);
    expect((await runSluice(['diff', old, later, '--git', 'HEAD'])).code).toBe(2);
    expect((await runSluice(['diff', '-', '-'], { input: OLD })).stderr).toContain('can be read only once');
  });

  test('are told by names as policies write them', async () => {
    const quoted = (text: string) => text.replaceAll('inside', '"out side"');
    writeFileSync(old, quoted(OLD));
    writeFileSync(later, quoted(NEW));
    const { stdout } = await runSluice(['diff', old, later]);
    const [, sample = ''] = /e\.g\. (.*)/.exec(stdout) ?? [];
    expect(sample).toMatch(/ in uplink out "out side"$/);
    const explained = await runSluice(['explain', later, '--packet', sample]);
    expect({ code: explained.code, stderr: explained.stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('have packets of interfaces, where zones have others besides', async () => {
    writeFileSync(later, OLD.replace('eth1', 'eth1, eth2'));
    const { stdout } = await runSluice(['diff', old, later]);
    expect(stdout).toContain('+ eth2 rooms.room → uplink: dropped → allowed');
    expect(stdout).toMatch(/e\.g\. .* in eth2 out uplink$/m);
  });

  test('name the rules that ask the limit which differs, and no others', async () => {
    const limited = (rate: number) => `zone uplink = eth0
filter input default drop {
  allow tcp/22 up to 1/second and log "one" up to 3/second
  allow tcp/22 up to ${rate}/second
  allow tcp/22
}
`;
    writeFileSync(old, limited(2));
    writeFileSync(later, limited(3));
    const { stdout } = await runSluice(['diff', old, later]);
    expect(stdout.replaceAll(folder, ''))
      .toContain(`limit up to 3/second: not asked → not asked up to 1/second, else asked
      new  allow tcp/22 up to 3/second  (/new.sluice:4)
      e.g.`);
  });

  test('name rules in the order in which they are asked', async () => {
    const logged =
      'zone uplink = eth0\nfilter input default drop {\n  log "first" tcp\n  allow tcp/22 and log "second"\n}\n';
    writeFileSync(old, logged);
    writeFileSync(later, logged.replace(/ {2}allow.*\n/, ''));
    const { stdout } = await runSluice(['diff', old, later]);
    expect(stdout.replaceAll(folder, '')).toContain(`log: logged "first", then logged "second" → logged "first"
      old  log "first" tcp  (/old.sluice:3)
      old  allow tcp/22 and log "second"  (/old.sluice:4)
`);
  });

  test('are not equal where no plane carries out a part of them', async () => {
    writeFileSync(old, `${OLD}tenant blue { }\n`);
    const { code, stdout, stderr } = await runSluice(['diff', old, old]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'No difference in what was compared.\n' });
    expect(stderr).toContain('no plane carries out `tenant` yet');
  });

  test('that are not comparable say so, and fail', async () => {
    // Without a key, rows are told by their order.
    const rules = (rows: string) => `zone uplink = eth0
table nets(net: prefix4, port: port) = { ${rows} }
filter input default drop { each n in nets { allow from n.net up to 5/second and log "seen" } }
`;
    const many = Array.from(
      { length: 20_001 },
      (_, row) => `(10.${row >> 16}.${(row >> 8) & 255}.${row & 255}/32, ${row})`,
    );
    writeFileSync(old, rules(many.join(', ')));
    writeFileSync(later, rules(many.toReversed().join(', ')));
    const { code, stdout, stderr } = await runSluice(['diff', old, later]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'No difference in what was compared.\n' });
    expect(stderr).toContain('error[SL0932]: filter input could not be compared');
  });
});

describe('revisions', () => {
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=test', '-c', 'user.email=test@example.org', ...words]);

  beforeEach(() => {
    git('init', '--quiet', '--initial-branch=main');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
  });

  test('of one policy are compared with the work tree, tables and all', async () => {
    writeFileSync(join(folder, 'rooms.csv'), `${ROOMS}10.0.3.0/24\n`);
    const { stdout } = await runSluice(['diff', old, '--git', 'HEAD']);
    expect(stdout).toContain('+ inside 10.0.3.0/24 → uplink: dropped → allowed, 256 hosts');
    expect(stdout).toContain(`(HEAD:${old}:5)`);
  });

  test('are compared with each other', async () => {
    writeFileSync(old, NEW);
    git('commit', '--quiet', '--all', '--message', 'second');
    writeFileSync(old, 'nothing of this');
    const { code, stdout } = await runSluice(['diff', old, '--git', 'HEAD~1..HEAD']);
    expect(code).toBe(0);
    expect(stdout).toContain('+ uplink → rooms.room, tcp/22: dropped → allowed, 512 hosts');
  });

  test.each([
    ['HEAD~7', 'cannot be read'],
    ['HEAD~1..HEAD', 'cannot be read'],
  ])('that are not there are an error: %s', async (revision, message) => {
    const { code, stdout, stderr } = await runSluice(['diff', old, '--git', revision]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[SL0931]');
    expect(stderr).toContain(message);
  });

  test.each(['..HEAD', 'HEAD..', 'HEAD...HEAD', '--output=x', 'HEAD..--output=x', 'HEAD..HEAD..HEAD'])(
    'are named, or refused: %s',
    async (words) => {
      const { code, stderr } = await runSluice(['diff', old, `--git=${words}`]);
      expect(code).toBe(2);
      expect(stderr).toContain(`--git takes REV or REV..REV, not \`${words}\``);
    },
  );

  test('have no standard input', async () => {
    const { code, stderr } = await runSluice(['diff', '-', '--git', 'HEAD'], { input: OLD });
    expect(code).toBe(2);
    expect(stderr).toContain('With --git, name a file');
  });

  test('say which file is not in them', async () => {
    const other = join(folder, 'later.sluice');
    writeFileSync(other, NEW);
    const { code, stderr } = await runSluice(['diff', other, '--git', 'HEAD']);
    expect(code).toBe(1);
    expect(stderr).toContain('the revision has no such file');
  });
});
