import { describe, expect, test } from "vitest";
import { countPlaywright, countVitest } from "./testCounts.mjs";

describe("counts", () => {
	test("of vitest: a file that could not be loaded is one failure", () => {
		const loaded = { status: "failed", assertionResults: [{}, {}] };
		const broken = { status: "failed", assertionResults: [] };
		const report = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, testResults: [loaded, broken] };
		expect(countVitest(report)).toEqual({ passed: 3, failed: 2, skipped: 2 });
	});
	test("of Playwright: flaky tests and global errors are failures", () => {
		const report = { stats: { expected: 4, unexpected: 1, flaky: 2, skipped: 1 }, errors: [{}] };
		expect(countPlaywright(report)).toEqual({ passed: 4, failed: 4, skipped: 1 });
	});
});
