/**
 * What the kernel tests and benchmarks need from the system. As root on a system with apt, what is missing is installed;
 * otherwise it is named, with what cannot run without it.
 */

import { existsSync } from 'node:fs';
import { hasCommand, isStarted, main, run } from './run.mjs';

/**
 * A package of Debian and its relatives, a way to see that it is there (a command on the path, or a file), and what stands
 * on it. `required`: the kernel tests cannot run at all without it.
 */
const packages = [
  { name: 'nftables', command: 'nft', required: true, use: 'loading rule sets' },
  { name: 'iproute2', command: 'ip', required: true, use: 'network namespaces' },
  { name: 'procps', command: 'sysctl', required: true, use: 'forwarding in namespaces' },
  { name: 'iptables', command: 'iptables-restore', use: 'comparing with and reading iptables' },
  { name: 'conntrack', command: 'conntrack', use: 'reading tracked connections' },
  { name: 'tcpdump', command: 'tcpdump', use: 'looking at packets' },
  { name: 'ethtool', command: 'ethtool', use: 'switching off offloads on virtual devices' },
  { name: 'clang', command: 'clang', use: 'programs in BPF' },
  { name: 'llvm', command: 'llvm-strip', use: 'programs in BPF' },
  { name: 'libbpf-dev', file: '/usr/include/bpf/bpf_helpers.h', use: 'programs in BPF' },
  { name: 'libc6-dev', file: '/usr/include/stdio.h', use: 'helpers in C' },
  { name: 'bpftool', command: 'bpftool', use: 'running BPF programs on crafted packets' },
  { name: 'xdp-tools', command: 'xdp-loader', use: 'XDP programs' },
  { name: 'python3', command: 'python3', use: 'crafted packets and made-up networks' },
  { name: 'python3-scapy', file: '/usr/lib/python3/dist-packages/scapy', use: 'crafted packets' },
];

/**
 * Installs what is missing, where that is possible.
 *
 * @returns {Promise<{ missing: string[], kernel: string | undefined }>} A line for each package that is still missing, and
 *   why the kernel tests cannot run (undefined: they can).
 */
export async function ensureSystemPackages() {
  const isRoot = process.getuid?.() === 0;
  if (missingPackages().length > 0 && isRoot && hasCommand('apt-get')) await install(missingPackages());
  const missing = missingPackages();
  return {
    missing: missing.map(({ name, use }) => `${name} (${use})`),
    kernel: kernelObstacle(isRoot, missing) ?? (await namespaceObstacle()),
  };
}

function missingPackages() {
  return packages.filter(({ command, file }) => !(command === undefined ? existsSync(file) : hasCommand(command)));
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
    const { missing, kernel } = await ensureSystemPackages();
    for (const line of missing) console.log(`missing: ${line}`);
    if (kernel !== undefined) console.log(`The kernel tests cannot run: ${kernel}.`);
    return missing.length > 0 ? 1 : 0;
  });
}
