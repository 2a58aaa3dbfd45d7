/** The examples' queues on a second kernel: `tc` takes them, shows what was asked for, and takes them away again. */
import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { describeWithMachine, runJobs, type Job, type JobResult } from './machine/boot.ts';

const EXAMPLES = new URL('../../examples/', import.meta.url);

interface Queues {
  readonly name: string;
  readonly up: string;
  readonly down: string;
}

/** Those of the examples that shape. */
const examples: readonly Queues[] = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('/tc/up.batch'))
  .map((path) => {
    const text = (file: string) => readFileSync(new URL(path.replace('up.batch', file), EXAMPLES), 'utf8');
    return { name: path.split('/')[0]!, up: text('up.batch'), down: text('down.batch') };
  });

function jobOf({ name, up, down }: Queues): Job {
  const devices = new Set([...up.matchAll(/ dev (\S+) /g)].map(([, device]) => device!));
  const each = (command: string) => [...devices].map((device) => `${command} dev ${device}`).join('\n');
  const links = [...devices].map((device) => `ip link add ${device} type veth\nip link set ${device} up`).join('\n');
  // Twice, for a host may run an earlier build.
  const script = `${links}\ntc -batch up\ntc -batch up\n${each('tc qdisc show')}\ntc -batch down\necho gone\n${each('tc qdisc show')}\n`;
  return { name, script, files: { up, down } };
}

describeWithMachine('queues of the examples on a second kernel', () => {
  let results: ReadonlyMap<string, JobResult>;

  beforeAll(() => {
    results = runJobs(examples.map(jobOf));
  });

  test.each(examples)('$name', ({ name, up }) => {
    const { status, output } = results.get(name)!;
    expect(status, output).toBe(0);
    const [before = '', after = ''] = output.split('gone\n');
    const roots = [...up.matchAll(/^qdisc replace dev \S+ root handle 1?\d: (\w+)/gm)].map(([, kind]) => kind!);
    expect(roots.length).toBeGreaterThan(0);
    for (const kind of roots) {
      expect(before).toContain(`qdisc ${kind} `);
      expect(after).not.toContain(`qdisc ${kind} `);
    }
  });
});
