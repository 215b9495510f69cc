// Reads how many tests passed out of the reports of the test runners.

/** Report of vitest's JSON reporter. A file that could not be loaded has no tests and counts as one failure. */
export function countVitest(report) {
	const broken = report.testResults.filter(
		(file) => file.status === "failed" && file.assertionResults.length === 0,
	).length;
	return {
		passed: report.numPassedTests,
		failed: report.numFailedTests + broken,
		skipped: report.numPendingTests + (report.numTodoTests ?? 0),
	};
}

/** Report of Playwright's JSON reporter. A flaky test, which failed first, is a failure. */
export function countPlaywright({ stats, errors }) {
	return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length, skipped: stats.skipped };
}
