import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
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

function explain(...more: readonly string[]): Promise<Run> {
  const path = join(temporaryFolder(), 'policy.sluice');
  writeFileSync(path, POLICY);
  return runSluice(['explain', path, ...more]);
}

describe('a plan', () => {
  test('is a tree with costs and lines', async () => {
    const { code, stdout, stderr } = await explain();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // Whatever the prices are.
    expect(stdout.replaceAll(/ +\d+ ns/g, '  # ns')).toMatchSnapshot();
  });

  test('is data with --json', async () => {
    const { code, stdout } = await explain('--json');
    const document = JSON.parse(stdout) as {
      readonly planes: readonly { readonly stages: readonly { readonly name: string; readonly default?: string }[] }[];
    };
    expect(code).toBe(0);
    expect(document.planes[0]?.stages.map(({ name }) => name)).toEqual(['filter forward', 'source nat']);
    expect(document.planes[0]?.stages[0]?.default).toBe('drop');
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
    const { stdout } = await explain('--packet', mail, '--packet', mail, '--json');
    const { packets } = JSON.parse(stdout) as {
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

  test('come with what their layout costs', async () => {
    const of = async (across: string, direction = 'egress'): Promise<string> => {
      const path = join(temporaryFolder(), 'policy.sluice');
      writeFileSync(path, SHAPED.replace('100mbit', `100mbit ${across}`).replace('egress', direction));
      return (await runSluice(['explain', path])).stdout;
    };
    expect(await of('')).toContain('one lock, for all that leaves by this interface');
    expect(await of('', 'ingress')).toContain('avoided: a redirection by tc (mirred), which goes past `mitigate`');
    expect(await of('across 4 queues')).toMatch(
      /a lock for each of 4 queues, which lend each other nothing .*\n.* its queue: by its class's number +4 filters, one after another/,
    );
  });

  test('may be those of another build: SL0917', async () => {
    const { code, stdout, stderr } = await analyze((folder) => `eth1=${folder}/classes.txt`, LISTED);
    expect(code).toBe(0);
    expect(stderr).toContain('warning[SL0917]');
    expect(stderr).toContain('does not list class `voice`');
    expect(stdout).toContain('rest   5,014,000  100.0 %');
  });

  test.each([
    ['classes.txt', () => 'classes.txt', 'SL0916', 'names no file for an interface'],
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
