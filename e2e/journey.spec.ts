import type { Page } from "@playwright/test";
import { chooseExecutor } from "./actions";
import { seriousFindings } from "./axe";
import { expect, test } from "./test";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const progress = (page: Page) => page.locator(".progress-text");
const success = (page: Page) => page.locator(".curve", { hasText: "Success" }).locator(".curve-value");

test("the first journey, on WebGPU: run, see the curve rise, look at a token, pause, step, cancel", {
	tag: "@adapter",
}, async ({ page }) => {
	// A software adapter on a busy machine takes seconds for a step, and pause ends after the two that are queued.
	test.slow();
	const settled = { timeout: 120_000 };
	await page.goto("");
	// A software adapter has to be chosen: WebAssembly is faster on the same processor.
	await chooseExecutor(page, "Graphics adapter");
	await expect(page.locator(".chip")).toContainText("Software GPU");
	await test.step("a recorded run is on screen at once, with the truth above the method", async () => {
		await expect(page.locator(".token").first()).toBeVisible({ timeout: 5_000 });
		await expect(page.locator(".row-labels").first()).toContainText("exact");
	});
	await button(page, "Run").click();

	await test.step("rollouts with credit appear", async () => {
		await expect(page.getByText("Group 1 of 32")).toBeVisible({ timeout: 120_000 });
		await expect(page.locator(".token").first()).toBeVisible({ timeout: 120_000 });
		await expect(page.locator(".cell").first()).toBeVisible();
	});

	await test.step("the success curve rises", async () => {
		await expect
			.poll(async () => Number.parseInt((await success(page).textContent()) ?? "0", 10), { timeout: 200_000 })
			.toBeGreaterThanOrEqual(80);
	});

	await test.step("pointing at a token shows its numbers", async () => {
		await page.locator('.token[data-actor="policy"]').first().hover();
		const card = page.locator(".hover-card");
		await expect(card).toBeVisible();
		await expect(card).toContainText("Log-probability");
		await expect(card).toContainText("Return of the rollout");
	});

	await test.step("a click pins it and holds the rollouts", async () => {
		await page.locator('.token[data-actor="policy"]').first().click();
		await expect(page.locator(".inspector")).toContainText("Its group");
		await expect(page.getByRole("button", { name: /Held at step/ })).toBeVisible();
	});

	await test.step("pause, one step, cancel", async () => {
		const paused = /Paused at step (\d+)/;
		await button(page, "Pause").click();
		await expect(progress(page)).toHaveText(paused, settled);
		const at = Number(paused.exec((await progress(page).textContent()) ?? "")?.[1]);
		await button(page, "Step").click();
		await expect(progress(page)).toHaveText(`Paused at step ${at + 1}`, settled);
		await button(page, "Cancel").click();
		await expect(progress(page)).toHaveText(/Cancelled at step/, settled);
		await expect(page.locator(".chip code")).toHaveText(/^[0-9a-f]{16}$/);
	});

	await test.step("the fingerprints name the adapter that trained", async () => {
		await page.locator(".chip", { has: page.locator("code") }).click();
		await expect(page.getByText(/^gpu · .+ · plan [0-9a-f]{16}$/)).toBeVisible();
	});
});

test("the journey by keyboard alone", async ({ page }) => {
	await page.goto("");
	await page.keyboard.press("r");
	await expect(page.getByText("Group 1 of 32")).toBeVisible({ timeout: 120_000 });
	const stop = page.locator('.token[tabindex="0"]');
	await expect(stop).toHaveCount(1);
	await stop.focus();
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("ArrowDown");
	await expect(page.locator(".hover-card")).toBeVisible();
	await page.keyboard.press("Enter");
	await expect(page.locator(".inspector")).toContainText("Its group");
	await page.keyboard.press("Escape");
	await expect(page.locator(".inspector")).not.toContainText("Its group");
	await page.keyboard.press(".");
	await expect(progress(page)).toHaveText(/Paused at step/);
	await page.keyboard.press("Control+k");
	await page.keyboard.type("cancel");
	await page.keyboard.press("Enter");
	await expect(progress(page)).toHaveText(/Cancelled at step/);
});

// Both themes of every layout are looked at in workbench.spec.ts; this is about what only a run shows.
test("axe finds nothing serious, before a run and with rollouts on screen", async ({ page }) => {
	// Not over before it is paused, on any machine.
	await page.goto("?steps=5000");
	await expect(button(page, "Run")).toBeEnabled();
	expect(await seriousFindings(page)).toEqual([]);
	await button(page, "Run").click();
	await expect(page.getByText("Group 1 of 32")).toBeVisible({ timeout: 120_000 });
	await page.locator('.token[data-actor="policy"]').first().click();
	await button(page, "Pause").click();
	expect(await seriousFindings(page)).toEqual([]);
	await page.getByRole("tab", { name: "Rollouts" }).click();
	await expect(page.getByRole("columnheader", { name: "Return" })).toBeVisible();
	expect(await seriousFindings(page)).toEqual([]);
});
