/**
 * A vitest reporter that writes what `scripts/test.mjs` adds up: how many tests passed, and the name of each that failed or
 * was skipped, with why. (vitest's own JSON leaves out the reason that a test gave when it skipped itself.)
 */

import { writeFileSync } from 'node:fs';

export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const summary = { passed: 0, failed: [], skipped: [] };
    for (const module of modules) addModule(summary, module);
    for (const error of unhandledErrors) summary.failed.push(`outside of a test: ${error.message}`);
    writeFileSync(process.env.SLUICE_TEST_SUMMARY, JSON.stringify(summary));
  }
}

function addModule(summary, module) {
  let failedTests = 0;
  for (const test of module.children.allTests()) {
    const name = `${module.relativeModuleId} > ${test.fullName}`;
    const { state, note } = test.result();
    if (state === 'passed') summary.passed += 1;
    else if (state === 'failed') failedTests = summary.failed.push(name);
    else summary.skipped.push({ name, why: note ?? reasonOf(test, state) });
  }
  // A file that cannot be read, or a hook that fails, has errors but perhaps no failed test.
  if (module.state() === 'failed' && failedTests === 0) summary.failed.push(`${module.relativeModuleId} as a whole`);
}

function reasonOf(test, state) {
  if (state === 'pending') return 'it did not come to run';
  const { mode } = test.options;
  return { skip: 'its file says so', todo: 'it is not written yet' }[mode] ?? 'a hook before it failed';
}
