/** What runs in the kernel, compared with what a policy compiles to: both listed by the plane's own tool. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { OtherRules, PlaneOutput } from '../../compiler/compile.ts';
import type { Artifact, Running, RunningRules } from '../../compiler/plane.ts';
import { UsageError } from '../usage-error.ts';

/** What runs of a plane; `none`: nothing does. Or why it could not be compared, in words that follow a colon. */
export type ComparedPlane = (RunningRules & { readonly packets: ComparedPackets }) | 'none' | { readonly why: string };

/** What it does to packets, beside the policy, stage by stage; or why that is not known. Undefined: it is what was built. */
export type ComparedPackets = OtherRules | undefined;

/** Listings of large tables are large. */
const LONGEST_LISTING = 2 ** 30;

const NOT_TOLD = 'nft lists other rules than were loaded';

/** Throws, saying what to do, where nothing can be listed. */
export function requireListing(): void {
  const missing = process.platform !== 'linux' ? 'Linux' : process.getuid?.() === 0 ? undefined : 'root';
  if (missing === undefined) return;
  throw new UsageError(
    `--kernel needs ${missing}: it lists the rules that run here. Run it as root on the host itself ` +
      '(`sudo sluice diff POLICY --kernel`).',
  );
}

/** `interfaces`: what must be there for the build to load. */
export function compareRunning(
  { list, load, compare, asWritten }: Running,
  { artifacts, compareOther }: PlaneOutput,
  interfaces: readonly string[],
): ComparedPlane {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-diff-'));
  try {
    for (const { path, content } of artifacts) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), Buffer.concat(content));
    }
    const running = listed(list);
    if ('why' in running) return isAbsent(running.why) ? 'none' : running;
    const built = listed(['unshare', '--net', 'sh', '-e', '-c', loadScript(interfaces, load, list)], folder);
    if ('why' in built) return built;
    const rules = compare(running.text, built.text);
    if (!rules) return 'none';
    if (rules.differences.length === 0 || !compareOther) return { ...rules, packets: undefined };
    const others = asWritten(running.text, built.text, artifacts);
    return { ...rules, packets: others ? withLine(compareOther(others), others) : { why: NOT_TOLD } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A line that is not understood, by its text: nobody sees the file that its number is of. */
function withLine(packets: NonNullable<ComparedPackets>, [artifact]: readonly Artifact[]): ComparedPackets {
  const [, number, message] = 'why' in packets ? (/^\S+:(\d+): (.*)/.exec(packets.why) ?? []) : [];
  if (number === undefined || !artifact) return packets;
  const line = Buffer.concat(artifact.content).toString().split('\n')[Number(number) - 1] ?? '';
  return { why: `${message}, in \`${line}\`` };
}

/** In a network namespace of its own, which goes with the shell: what it loads, nothing else sees. */
function loadScript(interfaces: readonly string[], load: string, list: readonly string[]): string {
  const links = interfaces.map((name, index) => `ip link add ${name} type veth peer name sluice-peer${index}`);
  return [...links, load, list.join(' ')].join('\n');
}

function isAbsent(why: string): boolean {
  return why.includes('No such file or directory');
}

function listed(command: readonly string[], folder?: string): { readonly text: string } | { readonly why: string } {
  const [name = '', ...args] = command;
  const { status, signal, stdout, stderr, error } = spawnSync(name, args, {
    encoding: 'utf8',
    maxBuffer: LONGEST_LISTING,
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  if (status === 0) return { text: stdout };
  return { why: error?.message ?? (stderr.trim() || `${name} ended with ${signal ?? status}`) };
}
