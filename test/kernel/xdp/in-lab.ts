/** A target's program at XDP, on the interfaces of the lab's router. */
import type { Artifact } from '../../../compiler/plane.ts';
import type { Lab } from '../../../cli/lab/lab.ts';
import { command, runner, withBuilt } from './build.ts';

/** Loads it; what is given takes it away. A process holds the file system in which it is pinned. */
export function loadInLab(lab: Lab, artifacts: readonly Artifact[]): () => void {
  const holder = withBuilt([artifacts], ([folder]) => {
    const steps = `mount -t bpf bpf /sys/fs/bpf
cat ${folder!}/ebpf/policy.conf 2>/dev/null | sed -n 's/^interface \\([^ ]*\\) .*/\\1/p' | while read -r name; do ${runner()} keep-tags $name; done
${folder!}/ebpf/sluice-load up
sleep infinity < /dev/null > /dev/null 2>&1 &
echo $!`;
    const place = ['-t', String(lab.routerProcess), '-n', 'unshare', '--mount', 'sh', '-eu', '-c', steps];
    return Number(command('nsenter', place).toString());
  });
  return () => void process.kill(holder);
}
