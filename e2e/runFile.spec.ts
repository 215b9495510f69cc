import type { Page } from "@playwright/test";
import { PRESET_FINGERPRINTS } from "../src/wasm/exactFingerprints";
import { chooseExecutor, downloaded } from "./actions";
import { expect, test } from "./test";

/** Drops a file on the page, as from a folder of the system. */
async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
	const transfer = await page.evaluateHandle(
		({ name, text }) => {
			const made = new DataTransfer();
			made.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
			return made;
		},
		{ name, text: bytes.toString("base64") },
	);
	await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

test("a run saved as a file opens where it is dropped, and goes on from its checkpoint to the bits of a run that never stopped", async ({
	page,
	context,
}) => {
	// Computed in Node, in one go.
	const known = PRESET_FINGERPRINTS.find(({ preset }) => preset === "keydoor@1")!;
	await page.goto("?preset=keydoor@1");
	await chooseExecutor(page, "WebAssembly");
	await page.getByRole("button", { name: "Step", exact: true }).click();
	await expect(page.locator(".progress-text")).toHaveText("Paused at step 1", { timeout: 120_000 });
	await page.getByRole("button", { name: "Step", exact: true }).click();
	await expect(page.locator(".progress-text")).toHaveText("Paused at step 2");
	await page.getByRole("button", { name: "Share" }).click();
	const { bytes } = await downloaded(page, () => page.getByRole("button", { name: "Save run as a file" }).click());
	const prints = await page.locator(".fingerprints").textContent();
	const texts = await page.locator('[data-panel="credit"] .token').allTextContents();
	await page.close();

	const other = await context.newPage();
	await other.goto("?preset=countdown@1");
	await drop(other, "run.ascribe.zip", bytes);
	const card = other.getByRole("alert").filter({ hasText: "run.ascribe.zip is open: a run at step 2 of 120" });
	await expect(card).toBeVisible();
	await expect(other.locator(".fingerprints")).toHaveText(prints ?? "");
	await expect(other.getByLabel("Preset")).toHaveValue("keydoor@1");
	await expect(other.locator('[data-panel="credit"] .token')).toHaveText(texts);
	await expect(other.locator(".curve", { hasText: "Success" }).locator(".curve path").first()).toHaveAttribute(
		"d",
		/L/,
	);
	await card.getByRole("button", { name: "Go on" }).click();
	const rowOf = (step: number) =>
		other.locator(".fingerprints tr").filter({ has: other.getByText(`${step}`, { exact: true }) });
	await expect(rowOf(known.steps)).toHaveText(`${known.steps}${known.print}`, { timeout: 200_000 });
	await other.getByRole("button", { name: "Cancel", exact: true }).click();
});

test("a damaged run file is refused in one sentence", async ({ page }) => {
	await page.goto("");
	await drop(page, "run.ascribe.zip", Buffer.from("PK\u0003\u0004 spec.json fingerprints.json"));
	await expect(page.getByRole("alert")).toContainText("run.ascribe.zip is no run file, or it is damaged");
});
