// A reporter for vitest that leaves the counts, the slowest files, and why tests were left out, for
// launch.js to print last: vitest itself still writes to the terminal after its reporters are done.
import { mkdirSync, writeFileSync } from 'node:fs';

export default class Summary {
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const inState = (state) => tests.filter((test) => test.result().state === state);
    // A file that does not load, and a hook that throws, fail without a failed test.
    const errors = modules.flatMap((module) => [
      ...module.errors(),
      ...[...module.children.allSuites()].flatMap((suite) => suite.errors()),
    ]);
    const summary = {
      passed: inState('passed').length,
      failed: inState('failed').length + errors.length + unhandledErrors.length,
      slowest: modules
        .map((module) => ({
          file: module.relativeModuleId,
          seconds: Math.round(module.diagnostic().duration / 1000),
        }))
        .sort((one, other) => other.seconds - one.seconds)
        .slice(0, 5),
      leftOut: inState('skipped').map((test) => ({
        test: `${test.module.relativeModuleId}: ${test.fullName}`,
        reason: test.result().note ?? 'no reason given',
      })),
    };
    mkdirSync('node_modules/.cache', { recursive: true });
    writeFileSync('node_modules/.cache/test-summary.json', JSON.stringify(summary));
  }
}
