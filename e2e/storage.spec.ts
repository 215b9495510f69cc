import type { Page } from "@playwright/test";
import { PRESET_FINGERPRINTS } from "../src/wasm/exactFingerprints";
import { chooseExecutor, downloaded } from "./actions";
import { expect, test } from "./test";

test("a run whose tab was closed goes on in the next one, to the bits of one that was never stopped", async ({
	page,
	context,
}) => {
	const known = PRESET_FINGERPRINTS.find(({ preset }) => preset === "keydoor@1")!;
	await page.goto("");
	await chooseExecutor(page, "WebAssembly");
	await page.getByRole("button", { name: "Step", exact: true }).click();
	await expect(page.locator(".progress-text")).toHaveText("Paused at step 1", { timeout: 120_000 });
	await page.getByRole("tab", { name: "Data" }).click();
	await expect(page.getByRole("region", { name: "Runs in this browser" })).toContainText("step 1 of 120");

	const second = await context.newPage();
	await second.goto(page.url());
	await second.getByRole("tab", { name: "Data" }).click();
	await expect(second.getByRole("region", { name: "Runs in this browser" })).toContainText("training in another tab");
	await expect(second.getByRole("button", { name: "Go on" })).toBeDisabled();
	await page.close();

	await second.reload();
	const stopped = (tab: Page) => tab.getByRole("status").filter({ hasText: "stopped at step 1 of 120" });
	await expect(stopped(second)).toBeVisible();
	const third = await context.newPage();
	await third.goto(second.url());
	await expect(stopped(third)).toBeVisible();
	await second.getByRole("button", { name: "Go on" }).first().click();
	await expect(second.getByRole("button", { name: "Pause" })).toBeVisible();
	await stopped(third).getByRole("button", { name: "Go on" }).click();
	await expect(third.getByRole("status").filter({ hasText: "goes on in another tab" })).toBeVisible();
	await expect(third.getByRole("button", { name: "Run", exact: true })).toBeVisible();
	await third.close();
	await expect(second.locator(".fingerprints")).toContainText(known.print, { timeout: 200_000 });
	await second.getByRole("button", { name: "Cancel", exact: true }).click();
});

test("a full storage is said on a card, with the way to make room", async ({ page }) => {
	await page.addInitScript(() => {
		FileSystemWritableFileStream.prototype.write = () =>
			Promise.reject(new DOMException("There is no room.", "QuotaExceededError"));
	});
	await page.goto("");
	await chooseExecutor(page, "WebAssembly");
	await page.getByRole("button", { name: "Step", exact: true }).click();
	const card = page.getByRole("alert").filter({ hasText: "no more room" });
	await expect(card).toContainText("Training goes on", { timeout: 120_000 });
	const saved = await downloaded(page, () => card.getByRole("button", { name: "Save the run as a file" }).click());
	expect(saved.name).toBe("run.ascribe.zip");
	await card.getByRole("button", { name: "Show what is kept" }).click();
	await expect(page.getByRole("region", { name: "Runs in this browser" })).toContainText("There is no more room");
});
