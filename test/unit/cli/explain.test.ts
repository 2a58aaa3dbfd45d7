import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ExplainedDevice } from '../../../compiler/explain/explained.ts';
import { udpPacket } from '../../../compiler/semantics/packet/build.ts';
import { violations, type Schema } from '../../builders/json-schema.ts';
import { artifactOf } from '../../builders/ruleset.ts';
import { runSluice, type Run } from './session.ts';
import { temporaryFolder } from './temporary-folder.ts';

const POLICY = `zone inside = eth0
zone uplink = eth1

table rooms(room: prefix4 key, open: port) = {
  (10.1.0.0/24, 22),
  (10.1.1.0/24, 25)
}

nat {
  masquerade ipv4 out uplink
}

filter forward default drop {
  each r in rooms { allow in uplink to r.room tcp/r.open }
  drop in inside tcp/25
  allow in inside out uplink
}

expect {
  given address 198.51.100.7 on uplink
  allow tcp 10.1.0.9:40000 -> 203.0.113.9:443 in inside out uplink
}
`;

/** What `--json` printed, which the schema describes whole. */
function documentIn({ stdout }: Run): object {
  const document = JSON.parse(stdout) as object;
  const schema = new URL('../../../docs/schemas/explain.json', import.meta.url);
  expect(violations(document, JSON.parse(readFileSync(schema, 'utf8')) as Schema)).toEqual([]);
  return document;
}

function explain(...more: readonly string[]): Promise<Run> {
  const path = join(temporaryFolder(), 'policy.sluice');
  writeFileSync(path, POLICY);
  return runSluice(['explain', path, ...more]);
}

describe('the plan of a NIC', () => {
  const policy = join(import.meta.dirname, '../../../examples/smart-nic/policy.sluice');

  test('tells its tables, and why the host decides by rules', async () => {
    const { code, stdout } = await runSluice(['explain', policy]);
    expect(code).toBe(0);
    const lines = stdout.slice(stdout.indexOf('tables of bmv2'), stdout.indexOf('server, nftables')).split('\n');
    expect(lines).toMatchSnapshot();
  });

  test('is data with --json', async () => {
    const { planes } = documentIn(await runSluice(['explain', policy, '--json'])) as {
      readonly planes: readonly { readonly plane: string; readonly device?: ExplainedDevice }[];
    };
    expect(planes.map(({ plane, device }) => [plane, device?.name])).toEqual([
      ['p4', 'bmv2'],
      ['nftables', undefined],
      ['p4', 'dpdk'],
      ['nftables', undefined],
    ]);
    const { tables, rules } = planes[0]!.device!;
    expect(tables.every(({ entries, room }) => entries < room)).toBe(true);
    expect(rules.filter(({ why }) => why !== undefined)).toEqual([
      expect.objectContaining({ decides: 'host', why: "its limit or sample is the host's" }),
    ]);
  });
});

describe('a plan', () => {
  test('is a tree with costs and lines', async () => {
    const { code, stdout, stderr } = await explain();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // Whatever the prices are.
    expect(stdout.replaceAll(/ +\d+ ns/g, '  # ns')).toMatchSnapshot();
  });

  test('is data with --json', async () => {
    const run = await explain('--json');
    const document = documentIn(run) as {
      readonly planes: readonly { readonly stages: readonly { readonly name: string; readonly default?: string }[] }[];
    };
    expect(run.code).toBe(0);
    expect(document.planes[0]?.stages.map(({ name }) => name)).toEqual(['filter forward', 'source nat']);
    expect(document.planes[0]?.stages[0]?.default).toBe('drop');
  });
});

test.each(readdirSync('examples'))('the plans of examples/%s are data, as the schema says', async (name) => {
  expect(documentIn(await runSluice(['explain', `examples/${name}/policy.sluice`, '--json']))).toHaveProperty('planes');
});

describe('a page and a picture', () => {
  /** Explains the policy with views in a folder of their own. */
  async function views(text: string, existing: Readonly<Record<string, string>> = {}, ...more: readonly string[]) {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'policy.sluice'), text);
    for (const [name, content] of Object.entries(existing)) writeFileSync(join(folder, name), content);
    const files = ['--html', join(folder, 'plan.html'), '--svg', join(folder, 'plan.svg')];
    const run = await runSluice(['explain', join(folder, 'policy.sluice'), ...files, ...more]);
    const read = (name: string) =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined;
    return { ...run, html: read('plan.html'), svg: read('plan.svg'), files: readdirSync(folder).toSorted() };
  }

  test('hold the same steps as the data', async () => {
    const { code, html, svg, stdout } = await views(POLICY, {}, '--json');
    expect(code).toBe(0);
    const [, data = ''] = /id="data">(.*)<\/script>/.exec(html!) ?? [];
    const { planes } = JSON.parse(data) as { readonly planes: readonly { readonly root: object }[] };
    const titles = (of: unknown): string[] =>
      [...JSON.stringify(of).matchAll(/"title":"(.*?)"/g)].map(([, title]) => title!);
    const document = JSON.parse(stdout) as { readonly planes: readonly object[] };
    const [blocks, steps] = [titles(planes[0]), titles(document.planes)];
    expect(blocks.filter((title) => steps.includes(title))).toEqual(steps);
    expect(svg).toContain('hash, 2 rows');
  });

  test('ask nothing of any network, and run no script but their own', async () => {
    const { html, svg } = await views(POLICY);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-`);
    for (const text of [html!, svg!]) {
      expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|\bsrc=|href=|@import|url\(/);
    }
  });

  test('have names as text, whatever is in them', async () => {
    const name = `</script><script>alert(1)</script><!--`;
    const { code, html, svg } = await views(
      POLICY.replace('drop in inside tcp/25', `drop in inside tcp/25 and log "${name}" up to 5/second`),
    );
    expect(code).toBe(0);
    for (const text of [html!, svg!]) expect(text).not.toContain('<script>alert');
    expect(html!.match(/<\/script>/g)).toHaveLength(2);
    expect(svg).toContain('alert(1)');
  });

  test('are the same each time', async () => {
    const [first, second] = [await views(POLICY), await views(POLICY)];
    expect([first.html, first.svg]).toEqual([second.html, second.svg]);
  });

  test('replace what they replace whole, and nothing that is something else', async () => {
    const { html, svg } = await views(POLICY);
    const again = await views(POLICY, { 'plan.html': html!.slice(0, 1000), 'plan.svg': '' });
    expect([again.code, again.html, again.svg]).toEqual([0, html, svg]);
    const other = await views(POLICY, { 'plan.svg': '<svg/>' });
    expect({ ...other, stderr: '' }).toMatchObject({ code: 1, stdout: '', html: undefined, svg: '<svg/>' });
    expect(other.stderr).toContain('error[SL0908]');
  });

  test('are not written where the policy is wrong', async () => {
    const { code, files } = await views(POLICY.replace('tcp/25', 'tcp/225555'));
    expect({ code, files }).toEqual({ code: 1, files: ['policy.sluice'] });
  });

  test('a device is not read to find out whose it is', async () => {
    const { code, stderr } = await explain('--html', '/dev/zero');
    expect(code).toBe(1);
    expect(stderr).toContain('error[SL0908]: /dev/zero is no file');
  });

  test('that cannot be written are an error: SL0926', async () => {
    const { code, stdout, stderr } = await explain('--html', '/nowhere/plan.html');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[SL0926]: /nowhere/plan.html cannot be written');
  });

  test('are two files', async () => {
    expect((await explain('--html', '/tmp/one', '--svg', '/tmp/one')).code).toBe(2);
  });
});

describe('a packet', () => {
  test('is followed block by block, in the surroundings of the first expectations', async () => {
    const { code, stdout } = await explain('--packet', 'tcp 10.1.0.9:40000 -> 203.0.113.9:443 in inside out uplink');
    expect(code).toBe(0);
    expect(stdout).toBe(`tcp 10.1.0.9:40000 -> 203.0.113.9:443 in inside out uplink
  filter forward  allow       policy.sluice:16  allow in inside out uplink
  nat             masquerade  policy.sluice:10  masquerade ipv4 out uplink
  The packet is allowed out of eth1, as 198.51.100.7:40000 -> 203.0.113.9:443.
`);
  });

  test('of a known flow, and the reply to it, pass with it', async () => {
    const { stdout } = await explain('--packet', 'tcp 10.1.0.9:40000 -> 203.0.113.9:443 in inside out uplink reply');
    expect(stdout).toContain('filter forward  allow with its flow');
  });

  test('may be asked about several times, and as data', async () => {
    const mail = 'tcp 10.1.0.9:40000 -> 203.0.113.9:25 in inside out uplink';
    const { packets } = documentIn(await explain('--packet', mail, '--packet', mail, '--json')) as {
      readonly packets: readonly { readonly packet: string; readonly ways: readonly object[] }[];
    };
    const step = {
      block: 'filter forward',
      did: 'drop',
      text: 'drop in inside tcp/25',
      path: 'policy.sluice',
      line: 15,
    };
    const answer = { packet: mail, ways: [{ steps: [step], fate: 'dropped' }] };
    expect(packets).toEqual([answer, answer]);
  });

  test('that is none is an error that shows what was asked', async () => {
    const { code, stdout, stderr } = await explain('--packet', 'tcp 10.1.0.9 -> 203.0.113.9:443 in insid');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('--packet:1');
    expect(stderr).toContain('did you mean `inside`?');
  });
});

describe('a rule', () => {
  test('costs something alone, and something at the margin', async () => {
    const { code, stdout } = await explain('--rule', '15');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^filter forward: drop in inside tcp\/25\n {2}alone: +expected \d+ ns, worst \d+ ns\n {2}at the margin: expected \d+ ns, worst \d+ ns\n$/,
    );
  });

  test('may be one for each row', async () => {
    const { stdout } = await explain('--rule', 'policy.sluice:14');
    expect(stdout).toContain('filter forward: allow in uplink to r.room tcp/r.open');
  });

  test('is data, too', async () => {
    const document = documentIn(await explain('--rule', '15', '--json'));
    const expense = { expected: expect.any(Number) as number, worst: expect.any(Number) as number };
    expect(document).toMatchObject({
      rules: [{ stage: 'filter forward', text: 'drop in inside tcp/25', expense: { alone: expense, margin: expense } }],
    });
  });

  test('that is not there is an error', async () => {
    const { code, stdout, stderr } = await explain('--rule', '3');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('error[SL0915]: no rule is called or stands at `3`');
  });

  test('and a packet are asked for one at a time', async () => {
    const { code, stderr } = await explain('--rule', '15', '--packet', 'tcp 10.1.0.9:1 -> 203.0.113.9:25 in inside');
    expect(code).toBe(2);
    expect(stderr).toContain('cannot be used with');
  });

  test('of another file is told by the whole of its name', async () => {
    const { code } = await explain('--rule', 'licy.sluice:14');
    expect(code).toBe(1);
  });
});

describe('classes as tc lists them', () => {
  const SHAPED = `zone uplink = eth1
target router { nftables tc on eth1 }
shape uplink egress rate 100mbit {
  class voice for dscp is ef guarantee 20mbit
  class rest
  default class rest
}
`;
  const LISTED = `class htb 1:1 root rate 100Mbit ceil 100Mbit burst 14014b cburst 14014b\x20
 Sent 5214000 bytes 4000 pkt (dropped 0, overlimits 12 requeues 0)\x20
 backlog 0b 0p requeues 0
 lended: 9 borrowed: 0 giants: 0
 tokens: 20000 ctokens: 20000

class htb 1:b5bc parent 1:1 prio 4 rate 95bit ceil 100Mbit burst 3028b cburst 14014b\x20
 Sent 5014000 bytes 3800 pkt (dropped 12, overlimits 7 requeues 0)\x20
 backlog 2Kb 3p requeues 0
 lended: 9 borrowed: 0 giants: 0
 tokens: 20000 ctokens: 20000

`;
  const VOICE = LISTED.split('\n\n')[1]!.replace('1:b5bc', '1:ID').replace('5014000 bytes 3800', '200000 bytes 200');

  async function analyze(argument: (folder: string) => string, listed: string): Promise<Run> {
    const folder = temporaryFolder();
    const path = join(folder, 'policy.sluice');
    writeFileSync(path, SHAPED);
    writeFileSync(join(folder, 'classes.txt'), listed);
    return runSluice(['explain', path, '--analyze', argument(folder)]);
  }

  test('have the names of the policy, those that sent most first', async () => {
    const number = /1:(\w+) accept/.exec(artifactOf(SHAPED))![1]!;
    const { code, stdout, stderr } = await analyze(
      (folder) => `eth1=${folder}/classes.txt`,
      `${VOICE.replace('ID', number)}\n\n${LISTED}`,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`class      bytes          packets  dropped  waiting
rest   5,014,000  96.2 %    3,800       12        3
voice    200,000   3.8 %      200       12        3
`);
  });

  test('are data, too', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'policy.sluice');
    writeFileSync(path, SHAPED);
    writeFileSync(join(folder, 'classes.txt'), LISTED);
    const run = await runSluice(['explain', path, '--json', '--analyze', `eth1=${join(folder, 'classes.txt')}`]);
    expect(JSON.stringify(documentIn(run))).toContain('"classes":[{"name":"rest","bytes":5014000,');
  });

  test('come with what their layout costs', async () => {
    const of = async (across: string, direction = 'egress'): Promise<string> => {
      const path = join(temporaryFolder(), 'policy.sluice');
      writeFileSync(path, SHAPED.replace('100mbit', `100mbit ${across}`).replace('egress', direction));
      return (await runSluice(['explain', path])).stdout;
    };
    expect(await of('')).toContain('one lock, for all that leaves by this interface');
    expect(await of('', 'ingress')).toContain('avoided: a redirection by tc (mirred), which goes past `mitigate`');
    const path = join(temporaryFolder(), 'policy.sluice');
    writeFileSync(
      path,
      `zone uplink = eth1
      target router { tc on eth1 }
      shape uplink egress rate 1gbit { class few for dscp is ef }`,
    );
    expect((await runSluice(['explain', path])).stdout).toMatch(
      /its class: by filters of tc in tables of header bytes \(u32\) +at most 1 filter [^]*avoided: filters of tc, .*\(flower\) +hash for each mask, 2 /,
    );
    expect(await of('across 4 queues')).toMatch(
      /a lock for each of 4 queues, which lend each other nothing .*\n.* its queue: by its class's number +4 filters, one after another/,
    );
  });

  test('are policed without an interface of their own', async () => {
    const path = join(temporaryFolder(), 'policy.sluice');
    writeFileSync(
      path,
      `zone uplink = eth1
      target router { tc on eth1 }
      shape uplink ingress rate 1gbit policed { class web for tcp/80 ceiling 5mbit }`,
    );
    const { stdout } = await runSluice(['explain', path]);
    expect(stdout).toContain('its policer, and those of the classes around');
    expect(stdout).toContain('the policer of the link, for all that comes in');
  });

  test('may be those of another build: SL0917', async () => {
    const { code, stdout, stderr } = await analyze((folder) => `eth1=${folder}/classes.txt`, LISTED);
    expect(code).toBe(0);
    expect(stderr).toContain('warning[SL0917]');
    expect(stderr).toContain('does not list class `voice`');
    expect(stdout).toContain('rest   5,014,000  100.0 %');
  });

  test.each([
    ['no file of an interface', () => 'eth1=', 'SL0916', 'names no file for an interface'],
    ['a list without its interface', (folder: string) => `${folder}/classes.txt`, 'SL0910', 'holds no counters'],
    ['another interface', (folder: string) => `eth7=${folder}/classes.txt`, 'SL0916', 'nothing shapes `eth7`'],
    ['another file', (folder: string) => `eth1=${folder}/policy.sluice`, 'SL0916', 'holds no classes as tc lists them'],
    ['no file', (folder: string) => `eth1=${folder}/nothing.txt`, 'SL0901', 'cannot be read'],
  ])('%s is refused', async (_, argument, kind, message) => {
    const { code, stdout, stderr } = await analyze(argument, LISTED);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`error[${kind}]`);
    expect(stderr).toContain(message);
  });
});

describe('what was counted', () => {
  const listed = (counters: Readonly<Record<string, number>>): string =>
    JSON.stringify({
      nftables: Object.entries(counters).map(([name, packets]) => ({
        counter: { family: 'inet', table: 'sluice', name, packets, bytes: 0 },
      })),
    });
  const COUNTERS = {
    filter_forward_drop_tcp_25: 1200,
    filter_forward_allow_in_inside_out_uplink: 10_800,
    filter_forward_each_rooms_allow_tcp_r_open: 0,
    nat_masquerade_ipv4_out_uplink: 0,
  };

  async function analyze(text: string, ...more: readonly string[]): Promise<Run> {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'policy.sluice'), POLICY);
    writeFileSync(join(folder, 'counters'), text);
    return runSluice(['explain', join(folder, 'policy.sluice'), '--analyze', join(folder, 'counters'), ...more]);
  }

  test('stands beside what was expected, with the rules that no packet met', async () => {
    const counters = Object.fromEntries(
      counterNames().map((name) => [name, (COUNTERS as Record<string, number>)[name] ?? 0]),
    );
    const { code, stdout, stderr } = await analyze(listed(counters));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^filter forward .* expected .* worst .* packets {2}lines$/m);
    expect(stdout).toMatch(/drop in inside tcp\/25 .* 1,200 {2}15$/m);
    expect(stdout).toContain(`  10,800  90.0 %  16  allow in inside out uplink
   1,200  10.0 %  15  drop in inside tcp/25
`);
    expect(stdout).toMatch(/^rules that no packet met \(\d+\)$/m);
    expect(stdout).toMatch(/^ {2}14 .*allow in uplink to r\.room tcp\/r\.open$/m);
  });

  test('is data, too', async () => {
    const document = documentIn(await analyze(listed(COUNTERS), '--json'));
    const { met } = document as { readonly met: readonly { readonly line: number; packets: number }[] };
    expect(met[0]).toMatchObject({ line: 16, packets: 10_800, text: 'allow in inside out uplink' });
    expect(met.find(({ line }) => line === 15)?.packets).toBe(1200);
  });

  test('by a program at XDP is read from what its loader says', async () => {
    const text = 'filter_forward_drop_tcp_25: 12 packets, 900 bytes\n';
    const metric = 'sluice_packets_total{target="edge",counter="filter_forward_drop_tcp_25"} 12\n';
    for (const listing of [text, metric]) {
      const { code, stdout } = await analyze(listing);
      expect(code).toBe(0);
      expect(stdout).toContain('  12  100.0 %  15  drop in inside tcp/25\n');
    }
  });

  test('elsewhere is an error', async () => {
    const { code, stderr } = await analyze(listed({ other: 3 }));
    expect(code).toBe(1);
    expect(stderr).toContain('belongs to a rule of this policy');
  });

  /** Of a build that has them. */
  function counterNames(): readonly string[] {
    const ruleset = artifactOf(POLICY, 'nftables/ruleset.nft', {}, { keepCounters: true });
    return [...ruleset.matchAll(/^\tcounter (\w+) \{$/gm)].map(([, name]) => name!);
  }
});

describe('packets', () => {
  const LINE = 'tcp 10.1.0.9:40000 -> 203.0.113.9:443 in inside out uplink';

  async function explainWith(input: string, ...more: readonly string[]): Promise<Run> {
    const path = join(temporaryFolder(), 'policy.sluice');
    writeFileSync(path, POLICY);
    return runSluice(['explain', path, ...more], { input });
  }

  test('come by standard input, a line each', async () => {
    const { code, stdout, stderr } = await explainWith(`${LINE}\n\n# mail\n${LINE.replace('443', '25')}\n`, '--stdin');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`${LINE}\n`);
    expect(stdout.match(/The packet is /g)).toHaveLength(2);
    expect(stdout).toContain('The packet is dropped.');
  });

  test('that cannot be read are told with their line', async () => {
    const { code, stderr } = await explainWith(`${LINE}\ntcp nonsense\n`, '--stdin');
    expect(code).toBe(1);
    expect(stderr).toContain('standard input, line 2');
  });

  test('and policy cannot both come by standard input', async () => {
    const { code, stderr } = await runSluice(['explain', '-', '--stdin']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: 'error: Standard input can be read only once.\n' });
  });

  const ends = { family: 4, source: 0x0a010009n, destination: 0xcb007109n, ttl: 64 } as const;
  const datagram = udpPacket(ends, { sourcePort: 40_000, destinationPort: 53, payload: new Uint8Array(4) }).bytes;
  const ethernet = Buffer.concat([
    Buffer.from('020000000101020000000201', 'hex'),
    Buffer.from('0800', 'hex'),
    datagram,
  ]);

  function capture(packets: readonly Uint8Array[], { link = 1, big = false, whole = true } = {}): Buffer {
    const word = (value: number): Buffer => {
      const bytes = Buffer.alloc(4);
      if (big) bytes.writeUInt32BE(value);
      else bytes.writeUInt32LE(value);
      return bytes;
    };
    const head = [0xa1b2c3d4, big ? 0x00020004 : 0x00040002, 0, 0, 65_535, link].map(word);
    const records = packets.flatMap((bytes, at) => [
      ...[1_780_000_000 + at, 0, bytes.length, bytes.length + (whole ? 0 : 1)].map(word),
      bytes,
    ]);
    return Buffer.concat([...head, ...records]);
  }

  async function explainCapture(content: Uint8Array, ...more: readonly string[]): Promise<Run> {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'policy.sluice'), POLICY);
    writeFileSync(join(folder, 'eth0.pcap'), content);
    return runSluice(['explain', join(folder, 'policy.sluice'), '--packet', join(folder, 'eth0.pcap'), ...more]);
  }

  test.each([
    ['Ethernet', capture([ethernet, ethernet])],
    ['IP alone, of a machine of the other byte order', capture([datagram, datagram], { link: 101, big: true })],
    [
      'any interface',
      capture(
        [Buffer.alloc(16), Buffer.alloc(16)].map((one) => Buffer.concat([one, datagram])),
        { link: 113 },
      ),
    ],
  ])('of a capture follow each other: %s', async (_, content) => {
    const { code, stdout, stderr } = await explainCapture(content, '--in', 'inside', '--out', 'uplink');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [first = '', second = ''] = stdout.split('\npacket 2');
    expect(first).toContain('packet 1: 10.1.0.9:40000 -> 203.0.113.9:53 in inside\n');
    expect(first).toContain('allow in inside out uplink');
    // It belongs to the flow of the first, and no rule is asked.
    expect(second).not.toContain('allow in inside out uplink');
    expect(second).toContain('The packet is allowed out of eth1, as 198.51.100.7:40000 -> 203.0.113.9:53.');
  });

  test.each([
    ['the newer kind of captures', Buffer.concat([Buffer.from('0a0d0d0a', 'hex'), Buffer.alloc(40)]), 'pcapng'],
    ['something else', Buffer.from('x'.repeat(100)), 'is no capture'],
    ['half a packet', capture([ethernet]).subarray(0, 60), 'ends in the middle of packet 1'],
    ['the beginning of packets', capture([ethernet], { whole: false }), 'has only the beginning of packet 1'],
    ['packets of another link', capture([ethernet], { link: 147 }), 'a link that is not known (type 147)'],
  ])('in %s are refused', async (_, content, message) => {
    const { code, stderr } = await explainCapture(content, '--in', 'inside');
    expect(code).toBe(1);
    expect(stderr).toContain('error[SL0924]');
    expect(stderr).toContain(message);
  });

  test('of a capture need to be told where they come in', async () => {
    const without = await explainCapture(capture([ethernet]));
    expect(without.code).toBe(2);
    expect(without.stderr).toContain('--in ZONE');
    const other = await explainCapture(capture([ethernet]), '--in', 'insde');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('`inside`');
  });
});
