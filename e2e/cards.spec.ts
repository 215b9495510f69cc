import type { RunEvent } from "../src/engine/training/events";
import { stubTrainer } from "./stubTrainer";
import { expect, test } from "./test";

const good = { status: "ok", adapter: "test adapter", software: false, advice: "" } as const;
const failed = (code: string, message: string): RunEvent => ({
	type: "failed",
	code,
	message,
	step: 340,
	resumable: false,
});

test.describe("what went wrong is said on a card", () => {
	for (const [status, sentence] of [
		["no-webgpu", "This browser has no WebGPU."],
		["no-adapter", "no graphics card answered"],
		["limits-too-small", "offers too little"],
	] as const)
		test(status, async ({ page }) => {
			await stubTrainer(page, { report: { ...good, status, adapter: "" }, events: [] });
			await page.goto("");
			const card = page.getByRole("alert");
			await expect(card).toContainText(sentence);
			await expect(card).toContainText("WebAssembly");
			await page.getByRole("button", { name: /WebAssembly/ }).click();
			await expect(page.getByRole("button", { name: "Look again" }).last()).toBeVisible();
		});

	for (const [code, message, action] of [
		["device-lost", "The graphics driver restarted.", "Run again"],
		["not-finite", "Step 340: a number in the loss is not finite.", "Halve the learning rate and run again"],
		["shader", "matmul.wgsl:12: unresolved value 'x'", "Run on the processor"],
		["out-of-memory", "The adapter has not enough memory for this plan", "Half the prompts a step"],
		["warm-start", "The warm start reached 0.2 of 0.6.", "Dismiss"],
		["invalid-input", "Model width 63 is not divisible by heads 4.", "Dismiss"],
	] as const)
		test(code, async ({ page }) => {
			await stubTrainer(page, { report: good, events: [failed(code, message)] });
			await page.goto("");
			await page.getByRole("button", { name: "Run", exact: true }).click();
			const card = page.getByRole("alert");
			await expect(card).toContainText(message);
			await expect(card.getByRole("button", { name: action })).toBeVisible();
			await card.getByRole("button", { name: "Dismiss" }).click();
			await expect(card).toHaveCount(0);
		});

	test("a link of a newer version, and a recording that is not there", async ({ page }) => {
		await stubTrainer(page, { report: good, events: [] });
		await page.route(/\.recording$/, (route) => route.fulfill({ status: 200, body: "not a recording" }));
		await page.goto("#9zAAAA");
		await expect(page.getByRole("alert").filter({ hasText: "newer version" })).toContainText("Reload");
		await expect(page.getByRole("alert").filter({ hasText: "recorded run could not be opened" })).toBeVisible();
		await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
	});

	test("a setting out of range says its range beside the field, and nothing can be started until it is mended", async ({
		page,
	}) => {
		await stubTrainer(page, { report: good, events: [] });
		await page.goto("");
		const field = page.getByLabel("Group size");
		await field.fill("0");
		await expect(page.getByRole("alert")).toContainText("it must be an integer from 1 to 256");
		await expect(page.getByRole("button", { name: "Run", exact: true })).toBeDisabled();
		await field.fill("4");
		await expect(page.getByRole("alert")).toHaveCount(0);
		await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
	});
});
