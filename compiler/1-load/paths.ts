/**
 * Paths of files that a policy names: with `/`, relative to the folder of the file that says them. Inside a compile all
 * paths are from the folder of the main file, which is the empty path.
 */

/** The folder of a file; empty for the main file's own. */
export function folderOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash === 0 ? '/' : path.slice(0, Math.max(slash, 0));
}

/** A path that a file in `folder` says, without `.` and `..` steps where they can be resolved. */
export function joinPath(folder: string, path: string): string {
  const joined = path.startsWith('/') || folder === '' ? path : `${folder}/${path}`;
  const absolute = joined.startsWith('/');
  const steps: string[] = [];
  for (const step of joined.split('/')) {
    if (step === '' || step === '.') continue;
    const canGoBack = steps.length > 0 && steps.at(-1) !== '..';
    if (step !== '..') steps.push(step);
    else if (canGoBack) steps.pop();
    else if (!absolute) steps.push(step);
  }
  return `${absolute ? '/' : ''}${steps.join('/')}`;
}
