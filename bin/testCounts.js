// What the test runners' own reports say, as {passed, failed, skipped}.

/** vitest's JSON report. A file that could not even be loaded holds no test, and has failed. */
export function countVitest(json) {
  const report = JSON.parse(json);
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloadable.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/** pytest's JUnit report. A file that could not be collected is an error. */
export function countPytest(xml) {
  const suites = [...xml.matchAll(/<testsuite ([^>]*)>/g)].map((match) => match[1]);
  if (suites.length === 0) throw new Error('no test suite in the report of pytest');
  const sum = (name) =>
    suites.reduce((total, text) => total + Number(new RegExp(`\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0), 0);
  const failed = sum('failures') + sum('errors');
  const skipped = sum('skipped');
  return {passed: Math.max(0, sum('tests') - failed - skipped), failed, skipped};
}
