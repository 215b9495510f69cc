import { test as base, expect } from "@playwright/test";

export { expect };

/** Playwright's test; a console error or an uncaught exception on the page fails it. */
export const test = base.extend<{ quietConsole: undefined }>({
	quietConsole: [
		async ({ page }, use) => {
			const problems: string[] = [];
			page.on("console", (message) => {
				if (message.type() === "error") problems.push(message.text());
			});
			page.on("pageerror", (error) => problems.push(error.stack ?? error.message));
			await use(undefined);
			expect(problems, "console errors").toEqual([]);
		},
		{ auto: true },
	],
});
