import { test as base, type Page } from "@playwright/test";
import { expect } from "./test";

/** Loses a part of the page on its way, until it is found again. */
async function lose(page: Page, part: string): Promise<() => Promise<void>> {
	const address = new RegExp(`/${part}-[^/]*\\.js$`);
	await page.route(address, (route) => route.abort());
	return () => page.unroute(address);
}

// Without the watch on the console: a file that does not come is an error there.
base(
	"a part of the page that does not load is said in its place, the rest stays, and it can be asked for again",
	async ({ page }) => {
		await page.goto("");
		await expect(page.locator(".token").first()).toBeVisible();
		for (const [part, open, seen] of [
			["ShareSheet", page.getByRole("button", { name: "Share" }), page.getByLabel("Link")],
			["FigureButtons", page.getByRole("button", { name: "Export Credit" }), page.getByRole("button", { name: "SVG" })],
			["LibraryPanel", page.getByRole("tab", { name: "Library" }), page.getByLabel("Search the library")],
		] as const) {
			const find = await lose(page, part);
			await open.click();
			const card = page.getByRole("alert").filter({ hasText: "This part of the page did not arrive." });
			await expect(card).toBeVisible();
			await expect(page.locator(".token").first()).toBeVisible();
			await find();
			await card.getByRole("button", { name: "Draw again" }).click();
			await expect(seen).toBeVisible();
			await page.keyboard.press("Escape");
		}
	},
);
