/** `sluice diff POLICY --kernel`: in a namespace of the test's own, for it is about what runs where the command runs. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { violations, type Schema } from '../builders/json-schema.ts';
import { build, program, sluice } from '../unit/cli/built.ts';
import { temporaryFolder } from '../unit/cli/temporary-folder.ts';
import { describeWithKernel } from './harness/require-kernel.ts';

const POLICY = `zone inside = eth0, eth2
zone uplink = eth1
memory banned(address: ip) timeout 1h keys 1000
table rooms(room: prefix4 key, public: ipv4) = { (10.1.0.0/24, 198.51.100.1), (10.1.1.0/24, 198.51.100.2) }
mitigate in uplink { drop from banned }
nat { each r in rooms { snat from r.room out uplink -> r.public } }
filter forward default drop {
  reject in inside tcp/25 and count as smtp
  allow in inside out uplink from rooms.room
}
filter input default drop { allow tcp/22 }
`;

interface Document {
  readonly equal: boolean;
  readonly planes: readonly {
    readonly runs: boolean;
    readonly differences?: readonly { readonly part: string; readonly onlyRunning: readonly string[] }[];
    readonly packets?: readonly {
      readonly part: string;
      readonly kind: string;
      readonly changes?: readonly { readonly where: string; readonly before: string; readonly after: string }[];
    }[];
    readonly packetsNotCompared?: string;
  }[];
}

const SCHEMA = new URL('../../docs/schemas/diff-kernel.json', import.meta.url);

describeWithKernel('sluice diff --kernel', () => {
  beforeAll(build);

  test('tells what runs from what the policy compiles to', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'policy.sluice'), POLICY);
    writeFileSync(join(folder, 'other.sluice'), POLICY.replace('tcp/22', 'tcp/23'));
    writeFileSync(join(folder, 'wider.sluice'), POLICY.replace('tcp/22', 'tcp/22, tcp/23'));
    const own = `'${process.execPath}' '${program}'`;
    const script = `set -e
      for name in eth0 eth1 eth2; do ip link add $name type veth peer name peer-$name; done
      ${own} compile policy.sluice -o out > compiled
      compare() { ${own} diff $1 --kernel --fail-on any --json > $2.json && echo 0 || echo $?; }
      compare policy.sluice none
      nft -f out/host/nftables/ruleset.nft
      nft add element inet sluice banned_ipv4 '{ 9.9.9.9 }'
      compare policy.sluice same
      compare other.sluice other
      ${own} diff other.sluice --kernel > other.txt 2>&1
      for way in widening narrowing; do ${own} diff wider.sluice --kernel --fail-on $way > $way.txt && echo 0 || echo $?; done
      nft add rule inet sluice filter_input tcp dport 24 accept
      nft delete element inet sluice rooms_room_public '{ 10.1.1.0 }'
      compare policy.sluice changed
      nft add rule inet sluice filter_forward meta cpu 1 drop
      compare policy.sluice strange`;
    const { status, stdout, stderr } = spawnSync('unshare', ['--net', 'sh', '-c', script], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect({ status, stderr, codes: stdout.trim().split('\n') }).toEqual({
      status: 0,
      stderr: '',
      codes: ['1', '0', '1', '1', '0', '1', '1'],
    });
    const [none, same, other, changed, strange] = ['none', 'same', 'other', 'changed', 'strange'].map(
      (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Document,
    );
    const schema = JSON.parse(readFileSync(SCHEMA, 'utf8')) as Schema;
    for (const document of [none, same, other, changed, strange]) expect(violations(document!, schema)).toEqual([]);
    expect(none).toMatchObject({ equal: false, planes: [{ runs: false }] });
    expect(same).toMatchObject({ equal: true, planes: [{ runs: true, differences: [] }] });
    expect(other!.planes[0]!.differences).toMatchObject([
      { part: 'chain filter_input', onlyRunning: [expect.stringContaining('tcp dport 22 accept')] },
    ]);
    expect(changed!.planes[0]!.differences!.map(({ part }) => part)).toEqual([
      'map rooms_room_public',
      'chain filter_input',
    ]);
    expect(same!.planes[0]!.packets).toBeUndefined();
    const text = readFileSync(join(folder, 'other.txt'), 'utf8');
    expect(text).toMatch(/ {2}\+ any → any, tcp\/23: dropped → allowed\n {6}policy {2}allow tcp\/23 {2}\(.*:\d+\)\n/);
    expect(other!.planes[0]!.packets).toMatchObject([
      { part: 'mitigate', kind: 'the same' },
      {
        part: 'filter input',
        kind: 'different',
        changes: [
          { where: 'any → any, tcp/22', before: 'allowed', after: 'dropped' },
          { where: 'any → any, tcp/23', before: 'dropped', after: 'allowed' },
        ],
      },
      { part: 'filter forward', kind: 'the same' },
      { part: 'source nat', kind: 'the same' },
    ]);
    expect(changed!.planes[0]!.packets).toMatchObject([
      { part: 'mitigate', kind: 'the same' },
      {
        part: 'filter input',
        kind: 'different',
        changes: [{ where: 'any → any, tcp/24', before: 'allowed', after: 'dropped' }],
      },
      { part: 'filter forward', kind: 'the same' },
      {
        part: 'source nat',
        kind: 'different',
        changes: [{ where: '10.1.1.0/24 → uplink', before: 'not translated', after: 'sent as 198.51.100.2' }],
      },
    ]);
    expect(strange!.planes[0]!.packetsNotCompared).toMatch(/, in `meta cpu 1 drop`$/);
  });

  test('says which planes it cannot compare: SL0951', async () => {
    const path = join(temporaryFolder(), 'policy.sluice');
    writeFileSync(path, `${POLICY}target edge { xdp on eth1  nftables }\n`);
    const { stderr } = await sluice(['diff', path, '--kernel']);
    expect(stderr).toContain('warning[SL0951]: what runs of xdp (target `edge`) could not be compared');
  });
});
