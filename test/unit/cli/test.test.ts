import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { violations, type Schema } from '../../builders/json-schema.ts';
import { runSluice } from './session.ts';
import { temporaryFolder } from './temporary-folder.ts';

const POLICY = `zone inside = eth0
zone uplink = eth1

table rooms(room: prefix4 key, public: ipv4) = { (10.1.0.0/24, 198.51.100.1), (10.1.1.0/24, 198.51.100.2) }

nat {
  each r in rooms { snat from r.room out uplink -> r.public }
}

filter forward default drop {
  reject in inside tcp/25
  allow in inside out uplink from rooms.room
  allow in uplink to rooms.room tcp/22 up to 5/minute per source
  drop in uplink from 192.0.2.0/24
}

expect {
  given route 10.1.0.0/16 out inside
  reject tcp 10.1.0.9:40000 -> 9.9.9.9:25 in inside out uplink
  allow tcp 10.1.0.9:40000 -> 9.9.9.9:443 in inside out uplink
}
`;

let folder: string;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder, 'policy.sluice');
  writeFileSync(path, POLICY);
});

describe('expectations', () => {
  test('are told one by one', async () => {
    const { code, stdout, stderr } = await runSluice(['test', path]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.replaceAll(folder, '')).toBe(`/policy.sluice: 2 expectations, all held
  ok  19  reject tcp 10.1.0.9:40000 -> 9.9.9.9:25 in inside out uplink
  ok  20  allow tcp 10.1.0.9:40000 -> 9.9.9.9:443 in inside out uplink
`);
  });

  test('that are not met are findings, as check has them', async () => {
    writeFileSync(path, POLICY.replace('reject tcp 10', 'allow tcp 10'));
    const { code, stdout, stderr } = await runSluice(['test', path]);
    expect(code).toBe(1);
    expect(stdout).toContain('2 expectations, 1 not met\n  FAILED  19  allow tcp 10.1.0.9:40000');
    expect(stderr).toContain('expected `allow`, but the packet is rejected');
  });

  test('of several policies are a JUnit report', async () => {
    const other = join(folder, 'other.sluice');
    const file = join(folder, 'report.xml');
    writeFileSync(other, POLICY.replace('reject tcp 10', 'allow tcp 10'));
    const { code } = await runSluice(['test', path, other, '--junit', file]);
    expect(code).toBe(1);
    const report = readFileSync(file, 'utf8');
    expect(report.match(/<testsuite name="[^"]*" tests="2" failures="[01]"/g)).toHaveLength(2);
    expect(report).toContain('name="line 19: allow tcp 10.1.0.9:40000 -&gt; 9.9.9.9:25 in inside out uplink">');
    expect(report.match(/<failure /g)).toHaveLength(1);
  });

  test('come by standard input once', async () => {
    expect((await runSluice(['test', '-'], { input: POLICY })).stdout).toContain('<stdin>: 2 expectations, all held');
    const { code, stderr } = await runSluice(['test', '-', '-'], { input: POLICY });
    expect(code).toBe(2);
    expect(stderr).toContain('Standard input can be read only once.');
  });

  test('cannot be told of where the policy is wrong', async () => {
    writeFileSync(path, POLICY.replace('rooms.room tcp', 'rooms.rom tcp'));
    const { code, stdout, stderr } = await runSluice(['test', path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('rooms.rom');
  });
});

describe('coverage', () => {
  test('names the rules and defaults that no expectation touches', async () => {
    const { code, stdout } = await runSluice(['test', path, '--coverage']);
    expect(code).toBe(0);
    expect(stdout.replaceAll(folder, '')).toContain(`  3 of 6 rules touched (50 %)
  untouched  /policy.sluice:13  filter forward  allow in uplink to rooms.room tcp/22 up to 5/minute per source
  untouched  /policy.sluice:14  filter forward  drop in uplink from 192.0.2.0/24
  untouched  /policy.sluice:10  filter forward  filter forward default drop (by default)
`);
  });

  test('is data in a file, as the schema says', async () => {
    const file = join(folder, 'coverage.json');
    await runSluice(['test', path, '--coverage-report', file]);
    const document = JSON.parse(readFileSync(file, 'utf8')) as object;
    const schema = new URL('../../../docs/schemas/coverage.json', import.meta.url);
    expect(violations(document, JSON.parse(readFileSync(schema, 'utf8')) as Schema)).toEqual([]);
    expect(document).toMatchObject({
      files: [
        { path, found: 6, hit: 3, rules: [{ line: 7, hits: 1 }, { line: 10, default: true, hits: 0 }, {}, {}, {}, {}] },
      ],
    });
  });

  test('that cannot be written is an error', async () => {
    const { code, stderr } = await runSluice(['test', path, '--coverage-report', join(folder, 'absent/coverage.json')]);
    expect(code).toBe(1);
    expect(stderr).toContain('error[SL0933]');
  });
});

describe('proposals', () => {
  test('hold, and touch what was not touched', async () => {
    const { code, stdout } = await runSluice(['test', path, '--generate']);
    expect(code).toBe(0);
    expect(stdout).toBe(`
expect {
  given route 10.1.0.0/16 out inside
  # allow in uplink to rooms.room tcp/22 up to 5/minute per source
  allow tcp 9.9.9.9:40000 -> 10.1.0.1:22 in uplink out inside
  # drop in uplink from 192.0.2.0/24
  drop tcp 192.0.2.1:40000 -> 149.112.112.112:443 in uplink out uplink
  # filter forward default drop (by default)
  drop tcp 9.9.9.9:40000 -> 149.112.112.112:443 in inside out inside
}
`);
    writeFileSync(path, POLICY + stdout);
    const again = await runSluice(['test', path, '--coverage']);
    expect(again.stdout).toContain('5 expectations, all held');
    expect(again.stdout).toContain('6 of 6 rules touched (100 %)');
  });

  test('write names as a policy has to, and all that is given', async () => {
    const text = `zone "out side" = eth0
zone uplink = eth1
filter forward default drop {
  allow in "out side" out uplink tcp/22
}
expect {
  given route 10.1.0.0/16,
    10.2.0.0/16 out "out side"
}
`;
    writeFileSync(path, text);
    const { stdout } = await runSluice(['test', path, '--generate']);
    expect(stdout).toContain('  given route 10.1.0.0/16, 10.2.0.0/16 out "out side"\n');
    expect(stdout).toContain(' in "out side" out uplink\n');
    writeFileSync(path, text + stdout);
    expect((await runSluice(['test', path, '--coverage'])).stdout).toContain('2 of 2 rules touched (100 %)');
  });

  test('tell what a translation makes of a packet', async () => {
    writeFileSync(path, POLICY.replace(/^expect \{[^]*/m, ''));
    const { stdout } = await runSluice(['test', path, '--generate']);
    expect(stdout).toContain('out uplink becomes 198.51.100.1:40000\n');
  });

  test('say of which rule no packet was found', async () => {
    const unreachable = POLICY.replace('drop in uplink from 192.0.2.0/24', 'drop in inside tcp/25');
    writeFileSync(path, unreachable);
    const { code, stdout } = await runSluice(['test', path, '--generate']);
    expect(code).toBe(0);
    expect(stdout).toContain(`# no packet was found for ${path}:14: drop in inside tcp/25\n`);
  });

  test('are data, too', async () => {
    const { stdout } = await runSluice(['test', path, '--generate', '--json']);
    const { policies } = JSON.parse(stdout) as { readonly policies: readonly { readonly generated: string }[] };
    expect(policies[0]!.generated).toContain('expect {');
  });
});
