/** `--since`: what leads from an earlier output, and what is said where nothing does. */
import { appendFileSync, cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runSluice, type Run } from './session.ts';
import { contentOf, temporaryFolder } from './temporary-folder.ts';

const policy = (hosts: string, more = ''): string => `zone inside = eth0
zone uplink = eth1
let blocked = { ${hosts} }
filter forward default drop {
  drop from blocked
  allow in inside out uplink
}
target router { nftables }
${more}`;

const TEN = Array.from({ length: 10 }, (_, host) => `192.0.2.${2 * host}`).join(', ');

/** A folder with a policy, and its output in \`old\`. */
async function project(text = policy(TEN)): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'policy.sluice'), text);
  await compile(folder, 'old');
  return folder;
}

function compile(folder: string, output: string, ...more: readonly string[]): Promise<Run> {
  return runSluice(['compile', join(folder, 'policy.sluice'), '-o', join(folder, output), ...more]);
}

/** The policy has another host, and is compiled with what leads there from \`since\`. */
async function changed(folder: string, since = 'old', ...more: readonly string[]): Promise<Run> {
  writeFileSync(join(folder, 'policy.sluice'), policy(`${TEN}, 192.0.2.200`));
  return compile(folder, 'new', '--since', join(folder, since), ...more);
}

describe('--since', () => {
  test('writes what leads to the new output beside it, and says how to load it', async () => {
    const folder = await project();
    const { code, stdout, stderr } = await changed(folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /Or on a host that runs build [0-9a-f]{12}, in .*new\/router \(1 element added\):\n {4}nft -f nftables\/delta.nft\n/,
    );
    const {
      ['router/nftables/delta.nft']: delta,
      ['manifest.json']: manifest = '',
      ...whole
    } = contentOf(join(folder, 'new'));
    expect(delta).toContain('add element inet sluice blocked_ipv4 {\n\t192.0.2.200\n}');
    expect(JSON.parse(manifest)).toMatchObject({
      targets: [
        { planes: [{ since: { load: ['nft -f nftables/delta.nft'], figures: { 'elements added': 1 }, remarks: [] } }] },
      ],
    });
    await compile(folder, 'alone');
    const { ['manifest.json']: _, ...alone } = contentOf(join(folder, 'alone'));
    expect(whole).toEqual(alone);
  });

  test('leads to the tables of a NIC, too', async () => {
    const nic = (blocked: string): string => `zone uplink = eth0
mitigate in uplink { drop from ${blocked} }
filter forward default drop {}
target edge { p4 pna on eth0 nftables }
`;
    const folder = await project(nic('192.0.2.0/24'));
    writeFileSync(join(folder, 'policy.sluice'), nic('198.51.100.0/24'));
    const { stdout } = await compile(folder, 'new', '--since', join(folder, 'old'));
    expect(stdout).toMatch(/ \(1 entry added, 1 entry removed\):\n {4}nc -q 1 127.0.0.1 8086 < p4\/delta\/delta.cli\n/);
    expect(contentOf(join(folder, 'new'))['edge/p4/delta/1.txtpb']).toContain('type: INSERT');
  });

  test('may name the folder that is written', async () => {
    const folder = await project();
    await changed(folder);
    const delta = readFileSync(join(folder, 'new/router/nftables/delta.nft'), 'utf8');
    cpSync(join(folder, 'old'), join(folder, 'same'), { recursive: true });
    await expect(compile(folder, 'same', '--since', join(folder, 'same'))).resolves.toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(readFileSync(join(folder, 'same/router/nftables/delta.nft'), 'utf8')).toBe(delta);
    // The next one leads on from there, and finds that nothing has changed.
    const { stdout } = await compile(folder, 'same', '--since', join(folder, 'same'));
    expect(stdout).toMatch(/Or on a host that runs build [0-9a-f]{12}: nothing, it is this one/);
    expect(Object.keys(contentOf(join(folder, 'same')))).not.toContain('router/nftables/delta.nft');
  });

  test('says in JSON how to get there', async () => {
    const folder = await project();
    const { stdout } = await changed(folder, 'old', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      output: { targets: [{ planes: [{ since: { load: ['nft -f nftables/delta.nft'] } }] }] },
    });
  });
});

describe('--since, where the target has nothing for a plane any more', () => {
  /** Another policy for the same target. */
  async function later(before: string, after: string): Promise<Run & { readonly folder: string }> {
    const folder = await project(before);
    writeFileSync(join(folder, 'policy.sluice'), after);
    return { ...(await compile(folder, 'new', '--since', join(folder, 'old'))), folder };
  }

  test('takes away its queues', async () => {
    const shaped = policy(TEN).replace('nftables', 'nftables tc on eth1');
    const shape = 'shape uplink egress rate 1gbit { class one for tcp default unshaped }';
    const { code, stdout, stderr, folder } = await later(`${shaped} ${shape}`, policy(TEN));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Or on a host that runs build [0-9a-f]{12}, in .*:\n {4}tc -batch tc\/change.batch\n/);
    const { ['router/tc/change.batch']: change, ['manifest.json']: manifest = '' } = contentOf(join(folder, 'new'));
    expect(change).toMatch(/\n\nqdisc del dev eth1 root\n$/);
    expect(JSON.parse(manifest)).toMatchObject({
      targets: [{ gone: [{ plane: 'tc', since: { load: ['tc -batch tc/change.batch'] } }] }],
    });
  });

  test('says what takes its program away', async () => {
    const mitigated = `${policy(TEN).replace('nftables', 'xdp on eth1 nftables')} mitigate in uplink { drop udp }`;
    const { stdout, stderr } = await later(mitigated, policy(TEN));
    expect(stderr).toBe('');
    expect(stdout).toMatch(/\(1 plane taken away\):\n {4}find \/sys\/fs\/bpf\/sluice\/router /);
  });

  test('says that its rules stay', async () => {
    const mitigated = `zone uplink = eth1 mitigate in uplink { drop udp }`;
    const { stderr } = await later(
      `${mitigated} filter input default drop {} target router { xdp on eth1 nftables }`,
      `${mitigated} target router { xdp on eth1 }`,
    );
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(
      'there is no delta for router, nftables: this one has nothing for it',
    );
  });
});

describe('SL0909: where nothing leads from the earlier output, the whole is written all the same', () => {
  async function warned(folder: string, message: RegExp): Promise<void> {
    const { code, stderr } = await changed(folder);
    expect(code).toBe(0);
    expect(stderr).toContain('SL0909');
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(message);
    expect(Object.keys(contentOf(join(folder, 'new')))).not.toContain('router/nftables/delta.nft');
  }

  test('because there is none', async () => {
    const folder = await project();
    rmSync(join(folder, 'old'), { recursive: true });
    await warned(folder, /there is no delta: .*old holds no output that can be read: there is no such file or folder/);
  });

  test('because the folder holds something else', async () => {
    const folder = await project();
    writeFileSync(
      join(folder, 'old/manifest.json'),
      '{ "sluice": "0.1.0", "format": 0, "outputs": [], "targets": [] }',
    );
    await warned(folder, /there is no delta: .*old is of another version of Sluice, or no output of it at all/);
  });

  test('because a file of it was changed', async () => {
    const folder = await project();
    appendFileSync(join(folder, 'old/router/nftables/ruleset.nft'), '\n');
    await warned(folder, /there is no delta: .*ruleset.nft is not what Sluice wrote there/);
  });

  test('because it has no such target', async () => {
    const folder = await project(policy(TEN).replace('target router', 'target other'));
    await warned(folder, /there is no delta for router, nftables: the earlier output has no such target and plane/);
  });

  test('because the two have nothing in common', async () => {
    const folder = await project('filter input default drop { allow tcp/22 }\ntarget router { nftables }\n');
    await warned(folder, /there is no delta for router, nftables: the two have no chain and no set in common/);
  });

  test('and nothing at all is written where warnings are errors', async () => {
    const folder = await project();
    await expect(changed(folder, 'nowhere', '--strict')).resolves.toMatchObject({ code: 1 });
  });
});
