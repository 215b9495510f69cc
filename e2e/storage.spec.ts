import { PRESET_FINGERPRINTS } from "../src/wasm/exactFingerprints";
import { expect, test } from "./test";

test("a run whose tab was closed goes on in the next one, to the bits of one that was never stopped", async ({
	page,
	context,
}) => {
	const known = PRESET_FINGERPRINTS.find(({ preset }) => preset === "keydoor@1")!;
	await page.goto("");
	await page.locator(".chip").first().click();
	await page.getByRole("radio", { name: /^WebAssembly/ }).check();
	await page.keyboard.press("Escape");
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
	await expect(second.getByRole("status").filter({ hasText: "stopped at step 1 of 120" })).toBeVisible();
	await second.getByRole("button", { name: "Go on" }).first().click();
	await expect(second.locator(".fingerprints")).toContainText(known.print, { timeout: 200_000 });
	await second.getByRole("button", { name: "Cancel", exact: true }).click();
});
