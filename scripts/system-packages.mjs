/**
 * What tests and benchmarks need from the system. As root on a system with apt, what is missing is installed; otherwise it
 * is named, with what cannot run without it.
 */

import { existsSync } from 'node:fs';
import { hasCommand, isStarted, main, run } from './run.mjs';

/**
 * @typedef {{ name: string, commands?: string[], file?: string, required?: true, use: string }} SystemPackage
 *   A package of Debian and its relatives, a way to see that it is there (one of these commands on the path, or a file),
 *   and what stands on it. `required`: the kernel tests cannot run at all without it.
 */

/** @type {SystemPackage[]} */
const forTests = [
  { name: 'nftables', commands: ['nft'], required: true, use: 'loading rule sets' },
  { name: 'iproute2', commands: ['ip'], required: true, use: 'network namespaces' },
  { name: 'util-linux', commands: ['nsenter'], required: true, use: 'network namespaces' },
  { name: 'procps', commands: ['sysctl'], required: true, use: 'kernel settings in namespaces' },
  { name: 'gcc', commands: ['cc', 'gcc', 'clang'], required: true, use: 'the program that sends and catches packets' },
  {
    name: 'libc6-dev',
    file: '/usr/include/stdio.h',
    required: true,
    use: 'the program that sends and catches packets',
  },
  { name: 'conntrack', commands: ['conntrack'], required: true, use: 'reading tracked connections' },
  { name: 'netbase', file: '/etc/protocols', required: true, use: 'names of protocols and services' },
  { name: 'clang', commands: ['clang'], use: 'programs in BPF' },
  { name: 'libbpf-dev', file: '/usr/include/bpf/bpf_helpers.h', use: 'programs in BPF' },
  { name: 'make', commands: ['make'], use: 'programs in BPF' },
  { name: 'bsdutils', commands: ['script'], use: 'tests on a terminal' },
  { name: 'iptables', commands: ['iptables-restore'], use: 'comparing with iptables' },
  { name: 'ipset', commands: ['ipset'], use: 'comparing with iptables' },
  { name: 'qemu-system-x86', commands: ['qemu-system-x86_64'], use: 'a second kernel' },
  { name: 'busybox-static', commands: ['busybox'], use: 'a second kernel' },
  { name: 'xz-utils', commands: ['xz'], use: 'a second kernel' },
  { name: 'chromium', commands: ['chromium'], use: 'tests in a browser' },
];

/** @type {SystemPackage[]} */
const forBenchmarks = [
  { name: 'python3', commands: ['python3'], use: 'made-up networks' },
  { name: 'time', commands: ['/usr/bin/time'], use: 'measuring memory' },
];

/**
 * Installs what is missing, where that is possible.
 *
 * @param {{ benchmarks?: boolean }} [options] `benchmarks`: what these need, too.
 * @returns {Promise<{ missing: string[], kernel: string | undefined }>} A line for each package that is still missing, and
 *   why the kernel tests cannot run (undefined: they can).
 */
export async function ensureSystemPackages({ benchmarks = false } = {}) {
  const packages = benchmarks ? [...forTests, ...forBenchmarks] : forTests;
  const isRoot = process.getuid?.() === 0;
  if (missingOf(packages).length > 0 && isRoot && hasCommand('apt-get')) await install(missingOf(packages));
  const missing = missingOf(packages);
  return {
    missing: missing.map(({ name, use }) => `${name} (${use})`),
    kernel: kernelObstacle(isRoot, missing) ?? (await namespaceObstacle()),
  };
}

function missingOf(packages) {
  return packages.filter(({ commands, file }) => !(commands ? commands.some(hasCommand) : existsSync(file)));
}

async function install(wanted) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const options = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=600'];
  console.error(`Installing with apt-get: ${wanted.map(({ name }) => name).join(' ')} ...`);
  const update = await run('apt-get', [...options, 'update'], { output: 'keep', env });
  if (update.status !== 0) {
    console.error(`${update.output}\napt-get update failed; trying with the lists that are here.`);
  }
  // One at a time, so that a package which this release does not have keeps no other one away.
  for (const { name } of wanted) {
    const { status, output } = await run('apt-get', [...options, 'install', '--no-install-recommends', name], {
      output: 'keep',
      env,
    });
    if (status !== 0) console.error(`${output}\napt-get could not install ${name}.`);
  }
}

function kernelObstacle(isRoot, missing) {
  const required = missing.filter((entry) => entry.required).map(({ name }) => name);
  if (process.platform !== 'linux') return 'they need Linux';
  if (!isRoot) return 'they need root, for network namespaces';
  if (required.length > 0) return `${required.join(' and ')} cannot be found`;
  return undefined;
}

/** A container's root may lack the right to make namespaces or to load rules in them: the way to know is to try. */
async function namespaceObstacle() {
  const name = `sluice-probe-${process.pid}`;
  const attempts = [
    ['netns', 'add', name],
    ['netns', 'exec', name, 'nft', 'add', 'table', 'inet', 'sluice-probe'],
  ];
  try {
    for (const args of attempts) {
      const { status, output } = await run('ip', args, { output: 'keep' });
      if (status !== 0) return `\`ip ${args.join(' ')}\` is refused here (${output.trim().split('\n')[0]})`;
    }
  } finally {
    await run('ip', ['netns', 'delete', name], { output: 'keep' });
  }
  return undefined;
}

if (isStarted(import.meta.url)) {
  await main(async () => {
    const { missing, kernel } = await ensureSystemPackages({ benchmarks: true });
    for (const line of missing) console.log(`missing: ${line}`);
    if (kernel !== undefined) console.log(`The kernel tests cannot run: ${kernel}.`);
    return missing.length > 0 ? 1 : 0;
  });
}
