import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runSluice, type Run } from './session.ts';
import { contentOf, temporaryFolder } from './temporary-folder.ts';

const POLICY = `zone inside = eth0
zone uplink = eth1
let blocked from "blocked.txt"
filter forward default drop {
  drop from blocked
  allow in inside out uplink
}
target router { nftables }
target spare { nftables }
`;

/** A folder with a policy and what it reads. */
function project(policy = POLICY): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'policy.sluice'), policy);
  writeFileSync(join(folder, 'blocked.txt'), '192.0.2.0/24\n2001:db8::/32\n');
  return folder;
}

/** Compiles a project's policy into its folder \`out\`. */
function compile(folder: string, ...more: readonly string[]): Promise<Run> {
  return runSluice(['compile', join(folder, 'policy.sluice'), '-o', join(folder, 'out'), ...more]);
}

interface Manifest {
  readonly choices: { readonly without: readonly string[]; readonly proof: boolean };
  readonly inputs: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  readonly outputs: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[];
  readonly targets: readonly {
    readonly name: string;
    readonly planes: readonly { readonly build: string; readonly proof: unknown }[];
  }[];
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'out/manifest.json'), 'utf8')) as Manifest;
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

describe('the output folder', () => {
  test('holds a folder for each target, the manifest and the source map, and nothing else', async () => {
    const folder = project();
    const { code, stderr } = await compile(folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(readdirSync(join(folder, 'out'))).toEqual(['manifest.json', 'router', 'source-map.json', 'spare']);
    const listed = manifestOf(folder).outputs.map(({ path }) => path);
    expect(Object.keys(contentOf(join(folder, 'out')))).toEqual([...listed, 'manifest.json'].toSorted());
  });

  test('is replaced with what loading made in it, and with nothing else that stands there', async () => {
    const policy = 'zone uplink = eth0\nmitigate in uplink { drop udp/19 }\ntarget edge { xdp on eth0\nnftables }\n';
    const folder = project(policy);
    await compile(folder);
    const made = ['xdp.bpf.o', 'sluice-load'].map((name) => join(folder, 'out/edge/ebpf', name));
    for (const path of made) writeFileSync(path, 'made');
    expect(await compile(folder)).toMatchObject({ code: 0, stderr: '' });
    expect(made.filter((path) => existsSync(path))).toEqual([]);
    writeFileSync(join(folder, 'out/edge/ebpf/notes'), 'mine');
    expect(await compile(folder)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('edge/ebpf/notes') as string,
    });
  });

  test('is described by its manifest', async () => {
    const folder = project();
    await compile(folder);
    const { inputs, outputs, targets } = manifestOf(folder);
    for (const { path, bytes, sha256: hash } of outputs) {
      expect({ path, bytes, hash }).toEqual({
        path,
        bytes: readFileSync(join(folder, 'out', path)).length,
        hash: sha256(join(folder, 'out', path)),
      });
    }
    const files = inputs.filter(({ path }) => !path.startsWith('std.'));
    expect(files).toEqual(
      ['blocked.txt', 'policy.sluice'].map((path) => ({
        path,
        bytes: readFileSync(join(folder, path)).length,
        sha256: sha256(join(folder, path)),
      })),
    );
    expect(targets.map(({ name }) => name)).toEqual(['router', 'spare']);
  });

  test('maps lines of artifacts to lines of the policy', async () => {
    const folder = project();
    await compile(folder);
    const map = JSON.parse(readFileSync(join(folder, 'out/source-map.json'), 'utf8')) as Record<
      string,
      readonly { readonly line: number; readonly source: string; readonly from: string }[]
    >;
    const entries = map['router/nftables/ruleset.nft'] ?? [];
    expect(entries).toContainEqual(expect.objectContaining({ source: 'policy.sluice', from: '5:3' }));
    expect(entries).toContainEqual(expect.objectContaining({ source: 'policy.sluice', from: '6:3' }));
    const lines = readFileSync(join(folder, 'out/router/nftables/ruleset.nft'), 'utf8').split('\n');
    for (const { line } of entries) expect(lines[line - 1]).toMatch(/\S/);
  });

  test('is the same, byte for byte, wherever and under which names the policy is reached', async () => {
    const first = project();
    const second = join(temporaryFolder(), 'elsewhere');
    cpSync(first, second, { recursive: true });
    await compile(first);
    const path = relative(process.cwd(), join(second, 'policy.sluice'));
    await runSluice(['compile', path, '--output', join(second, 'out')]);
    expect(contentOf(join(second, 'out'))).toEqual(contentOf(join(first, 'out')));
    await compile(first);
    expect(contentOf(join(second, 'out'))).toEqual(contentOf(join(first, 'out')));
  });

  test('can be made of standard input', async () => {
    const out = join(temporaryFolder(), 'out');
    const input = POLICY.replace('let blocked from "blocked.txt"', 'let blocked = 192.0.2.0/24');
    await expect(runSluice(['compile', '-', '-o', out], { input })).resolves.toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(join(out, 'router'))).toContain('nftables');
  });
});

/** The name of the build for the first target. */
function buildOf(folder: string): string {
  return manifestOf(folder).targets[0]?.planes[0]?.build ?? '';
}

describe('the build', () => {
  async function build(folder: string, ...more: readonly string[]): Promise<string> {
    await expect(compile(folder, ...more)).resolves.toMatchObject({ code: 0 });
    return buildOf(folder);
  }

  test('has another name when anything in its artifacts is another', async () => {
    const folder = project();
    const builds = [await build(folder)];
    writeFileSync(join(folder, 'blocked.txt'), '192.0.2.0/25\n');
    builds.push(await build(folder));
    writeFileSync(join(folder, 'policy.sluice'), POLICY.replace('default drop', 'default allow'));
    builds.push(await build(folder));
    expect(new Set(builds).size).toBe(3);
    for (const name of builds) expect(name).toMatch(/^[0-9a-f]{64}$/);
  });

  test('has the same name as long as its artifacts are the same', async () => {
    const folder = project();
    const name = await build(folder);
    await expect(build(folder, '--target', 'router')).resolves.toBe(name);
    await expect(build(folder, '--date', '2026-01-01')).resolves.toBe(name);
    writeFileSync(join(folder, 'policy.sluice'), `${POLICY}target third { nftables }\n# a remark\n`);
    await expect(build(folder)).resolves.toBe(name);
  });

  test('is named in the artifacts, by what they hold without that name', async () => {
    const folder = project();
    await compile(folder);
    const paths = manifestOf(folder).outputs.map(({ path }) => path);
    const hash = createHash('sha256');
    for (const path of paths.filter((each) => each.startsWith('router/'))) {
      const text = readFileSync(join(folder, 'out', path), 'utf8');
      const unnamed = text.replaceAll(buildOf(folder), '0'.repeat(64));
      expect(unnamed === text, path).toBe(!path.endsWith('ruleset.nft'));
      hash.update(`${JSON.stringify([path.slice('router/'.length), Buffer.byteLength(unnamed)])}\n`).update(unnamed);
    }
    expect(hash.digest('hex')).toBe(buildOf(folder));
  });
});

describe('where there is an error', () => {
  test('nothing is written, and an earlier output stays', async () => {
    const folder = project();
    await compile(folder);
    const before = contentOf(join(folder, 'out'));
    writeFileSync(join(folder, 'policy.sluice'), POLICY.replace('from blocked', 'from blokked'));
    const { code, stdout, stderr } = await compile(folder);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('did you mean `blocked`?');
    expect(stderr).toContain('Nothing was written.');
    expect(contentOf(join(folder, 'out'))).toEqual(before);
    expect(readdirSync(folder)).toEqual(['blocked.txt', 'out', 'policy.sluice']);
  });

  test('of a target that is not there, it is named', async () => {
    const folder = project();
    const { code, stderr } = await compile(folder, '--target', 'ruoter');
    expect(code).toBe(1);
    expect(stderr).toContain('error[SL0904]: the policy has no target `ruoter`');
    expect(stderr).toContain('did you mean `router`?');
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  test.each(['../evil', '..', 'a/b', 'manifest.json', 'x'.repeat(201)])(
    'of a target that cannot be a folder, it is refused: %s',
    async (name) => {
      const folder = project(POLICY.replace('target spare', `target "${name}"`));
      const { code, stderr } = await compile(folder);
      expect(code).toBe(1);
      expect(stderr).toMatch(/error\[SL0905\]: .* cannot be the name of a folder/);
      expect(readdirSync(folder)).toEqual(['blocked.txt', 'policy.sluice']);
    },
  );

  test('of an output folder that is not ours, it is said before the policy is read', async () => {
    const folder = project('this is no policy');
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out/thesis.tex'), 'mine');
    const { code, stderr } = await compile(folder);
    expect(code).toBe(1);
    expect(stderr).toContain('error[SL0902]');
    expect(stderr).not.toContain('policy.sluice');
    expect(contentOf(join(folder, 'out'))).toEqual({ 'thesis.tex': 'mine' });
  });
});

describe('--target', () => {
  test('compiles only that one', async () => {
    const folder = project();
    await expect(compile(folder, '--target', 'spare')).resolves.toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, 'out'))).toEqual(['manifest.json', 'source-map.json', 'spare']);
  });

  test('knows the target of a policy without any', async () => {
    const folder = project(POLICY.replaceAll(/target.*\n/g, ''));
    await expect(compile(folder, '--target', 'host')).resolves.toMatchObject({ code: 0 });
    expect(readdirSync(join(folder, 'out'))).toContain('host');
    await expect(compile(folder, '--target', 'router')).resolves.toMatchObject({ code: 1 });
  });
});

describe('the proof', () => {
  test('is told by the manifest', async () => {
    const folder = project();
    await compile(folder);
    const { choices, targets } = manifestOf(folder);
    expect(choices.proof).toBe(true);
    // The rules that `std.essential` implies, and the two of the policy.
    const proof = [{ stage: 'filter forward', rules: expect.any(Number) as number, byKey: [] }];
    expect(targets.map(({ planes }) => planes[0]!.proof)).toEqual([proof, proof]);
    expect(readFileSync(join(folder, 'out/router/nftables/ruleset.nft'), 'utf8')).not.toContain('PROVED');
  });

  test('can be left out, which the artifact and the manifest say', async () => {
    const folder = project();
    const { code } = await compile(folder, '--no-proof');
    expect(code).toBe(0);
    const { choices, targets } = manifestOf(folder);
    expect([choices.proof, targets[0]!.planes[0]!.proof]).toEqual([false, null]);
    const ruleset = readFileSync(join(folder, 'out/router/nftables/ruleset.nft'), 'utf8');
    expect(ruleset.split('\n')[2]).toBe('# NOT PROVED to mean what the policy means: made with --no-proof.');
  });
});

describe('--without', () => {
  test('leaves a pass out, and the manifest says so', async () => {
    const folder = project(POLICY.replace('out uplink', 'out uplink tcp/80\n  allow in inside out uplink tcp/443'));
    const ruleset = () => readFileSync(join(folder, 'out/router/nftables/ruleset.nft'), 'utf8');
    await compile(folder);
    expect(ruleset()).toContain('tcp dport { 80, 443 }');
    await compile(folder, '--without', 'merge-into-sets', '--without', 'switch-on-value');
    expect(ruleset()).not.toContain('tcp dport { 80, 443 }');
    expect(manifestOf(folder).choices.without).toEqual(['merge-into-sets', 'switch-on-value']);
  });

  test('knows the passes', async () => {
    const { code, stderr } = await compile(project(), '--without', 'nothing');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('no such pass') as string });
  });
});

describe('what is told', () => {
  test('for people: what was made and how to load it', async () => {
    const folder = project();
    const { stdout } = await compile(folder);
    const out = join(folder, 'out');
    expect(stdout).toMatch(new RegExp(`^${out}: \\d files, \\d+\\.\\d KiB$`, 'm'));
    expect(stdout).toMatch(new RegExp(`^router, nftables: build ${buildOf(folder).slice(0, 12)}, .*\\d rules`, 'm'));
    expect(stdout).toMatch(/^ {2}router\/nftables\/ruleset\.nft +\d+\.\d KiB +\S/m);
    expect(stdout).toContain(`To load it, in ${out}/router:`);
    expect(stdout).toMatch(/nft -f nftables\/ruleset\.nft\n +sysctl -p host\/sysctl\.conf\n/);
    expect(stdout).toContain('  To take it away again:\n    nft delete table inet sluice\n');
  });

  test('as data', async () => {
    const folder = project();
    const { code, stdout, stderr } = await compile(folder, '--json', '--time');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const told = JSON.parse(stdout) as { output: Manifest & { files: unknown }; milliseconds: Record<string, number> };
    const { targets, outputs } = manifestOf(folder);
    expect(told).toMatchObject({ findings: [], output: { folder: join(folder, 'out'), targets, files: outputs } });
    expect(Object.keys(told.milliseconds)).toEqual(
      expect.arrayContaining(['read', 'check', 'plan nftables', 'lower nftables', 'emit nftables', 'write']),
    );
  });

  test('as data, where there is an error', async () => {
    const folder = project('zone = eth0');
    const { code, stdout, stderr } = await compile(folder, '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ output: null, findings: [{ severity: 'error' }] });
  });

  test('with --time: how long each phase took', async () => {
    const { stderr } = await compile(project(), '--time');
    for (const phase of ['read', 'check', 'plan nftables', 'write', 'in all']) {
      expect(stderr).toMatch(new RegExp(`^${phase} +\\d+ ms$`, 'm'));
    }
    expect(stderr).toMatch(/^peak memory \d+\.\d MiB$/m);
  });
});
