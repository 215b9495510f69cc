import { initParameters, toFloat32 } from "../src/engine/model/parameters";
import { encodeLink } from "../src/engine/spec/link";
import { findPreset } from "../src/engine/spec/presets";
import type { RunEvent } from "../src/engine/training/events";
import { writeRunFile } from "../src/engine/training/runFile";
import { makeBatch, makeMetrics } from "../src/testing/fakeTrainer";
import { stubTrainer } from "./stubTrainer";
import { expect, test } from "./test";

const good = { status: "ok", adapter: "test adapter", software: false, advice: "" } as const;
const failed = (code: string, message: string, step = 340): RunEvent => ({
	type: "failed",
	code,
	message,
	step,
	resumable: false,
});
const step = (k: number): RunEvent => ({ type: "step", metrics: makeMetrics(k), tokensPerSecond: 1 });
const rollouts = (k: number): RunEvent => ({ type: "rollouts", step: k, ...makeBatch({ seed: k }) });

/** A run of the first preset at step 60. */
function runFile(): Uint8Array {
	const { spec } = findPreset("keydoor@1");
	const model = { ...spec.model, width: 8, heads: 1, layers: 1, vocabSize: 4, contextLength: 4 };
	const flat = toFloat32(initParameters(model, 1));
	const state = { parameters: flat, firstMoment: flat, secondMoment: flat, step: 60 };
	const checkpoint = { step: 60, state, reference: null };
	return writeRunFile({ spec, model, label: null, fingerprints: [], events: [], rollouts: "", credit: "", checkpoint });
}

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

	test("a lost device: the run goes on from its checkpoint in storage", async ({ page }) => {
		const lost = { ...failed("device-lost", "The graphics driver restarted.", 64), resumable: true } as RunEvent;
		const resumed: RunEvent[] = [step(61), { type: "paused", step: 61 }];
		await stubTrainer(page, { report: good, events: [step(1), step(64), lost], file: runFile(), resumed });
		await page.goto("");
		await page.getByRole("button", { name: "Run", exact: true }).click();
		const card = page.getByRole("alert").filter({ hasText: "The graphics driver restarted." });
		await expect(card).toContainText("Step 64 was the last to finish.");
		await card.getByRole("button", { name: "Resume from step 60" }).click();
		await expect(page.locator(".progress-text")).toHaveText("Paused at step 61");
		await expect(card).toHaveCount(0);
	});

	test("not a number: the last good checkpoint comes on screen", async ({ page }) => {
		const events = [
			step(1),
			rollouts(1),
			step(2),
			rollouts(2),
			step(3),
			failed("not-finite", "Step 3 is not finite.", 3),
		];
		await stubTrainer(page, { report: good, events });
		await page.goto("");
		await page.getByRole("button", { name: "Run", exact: true }).click();
		await page.getByRole("slider", { name: "Checkpoint" }).press("Home");
		await expect(page.locator(".scrubber-where")).toContainText("step 1 ");
		await page.getByRole("button", { name: "Show the last good checkpoint" }).click();
		await expect(page.locator(".scrubber-where")).toContainText("step 2 ");
	});

	test("not enough memory: half the width, and the run starts again", async ({ page }) => {
		await stubTrainer(page, { report: good, events: [failed("out-of-memory", "There is no room for this plan.")] });
		await page.goto("");
		const width = page.getByLabel("Width", { exact: true });
		const before = Number(await width.inputValue());
		await page.getByRole("button", { name: "Run", exact: true }).click();
		await page.getByRole("button", { name: "Half the width" }).click();
		await expect(width).toHaveValue(String(before / 2));
		await expect(page.getByRole("alert")).toContainText("There is no room");
	});

	test("not enough memory: half the prompts, and the run starts again", async ({ page }) => {
		await stubTrainer(page, { report: good, events: [failed("out-of-memory", "There is no room for this plan.")] });
		await page.goto("");
		const prompts = page.getByLabel("Prompts per step", { exact: true });
		const before = Number(await prompts.inputValue());
		await page.getByRole("button", { name: "Run", exact: true }).click();
		const card = page.getByRole("alert").filter({ hasText: "There is no room" });
		const needed = await card.locator(".happened").textContent();
		await page.getByRole("button", { name: "Half the prompts a step" }).click();
		await expect(prompts).toHaveValue(String(before / 2));
		// The stubbed run of half the size ends in the same way, and needs less.
		await expect(card).toBeVisible();
		await expect(card.locator(".happened")).not.toHaveText(needed ?? "");
	});

	test("a shader that does not compile: the processor takes over", async ({ page }) => {
		await stubTrainer(page, { report: good, events: [failed("shader", "matmul.wgsl:12: unresolved value")] });
		await page.goto("");
		await page.getByRole("button", { name: "Run", exact: true }).click();
		await expect(page.locator(".device-name").first()).not.toContainText("WebAssembly");
		await page.getByRole("button", { name: "Run on the processor" }).click();
		await expect(page.locator(".device-name").first()).toContainText("WebAssembly");
	});

	test("a link of a newer version, and a recording that is not there", async ({ page }) => {
		await stubTrainer(page, { report: good, events: [] });
		await page.route(/\.recording$/, (route) => route.fulfill({ status: 200, body: "not a recording" }));
		await page.goto("#9zAAAA");
		await expect(page.getByRole("alert").filter({ hasText: "newer version" })).toContainText("Reload");
		await expect(page.getByRole("alert").filter({ hasText: "recorded run could not be opened" })).toBeVisible();
		await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
	});

	for (const [address, happened] of [
		["#1zAAAA", "cannot be read"],
		["?preset=nope@9", "nope@9"],
	] as const)
		test(`a link that says nothing of use: ${address}`, async ({ page }) => {
			await stubTrainer(page, { report: good, events: [] });
			await page.goto(address);
			const card = page.getByRole("alert").filter({ hasText: happened });
			await expect(card).toContainText("The usual settings are on screen; nothing of the link was taken.");
			await expect(card).not.toContainText("were taken");
		});

	test("of a link of a newer version what can be read comes on screen, and the address keeps it", async ({ page }) => {
		await stubTrainer(page, { report: good, events: [] });
		const link = `9${encodeLink({
			preset: "keydoor@1",
			changes: { seed: 41, "model.dream": 3 },
			view: {},
			build: "",
			fingerprints: [],
			note: "Look at the door.",
		}).slice(1)}`;
		await page.goto(`#${link}`);
		const seed = page.getByRole("textbox", { name: "Seed" }).first();
		await expect(seed).not.toHaveValue("41");
		await page.getByRole("button", { name: "Show what can be read" }).click();
		await expect(seed).toHaveValue("41");
		const card = page.getByRole("alert").filter({ hasText: "newer version" });
		await expect(card).toContainText("model.dream");
		await expect(card).toContainText("Note: Look at the door.");
		await expect(card.getByRole("button", { name: "Reload the page" })).toBeVisible();
		expect(new URL(page.url()).hash).toBe(`#${link}`);
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

	test("reward writers in an order that makes none say so, and nothing can be started until it is mended", async ({
		page,
	}) => {
		await stubTrainer(page, { report: good, events: [] });
		await page.goto("");
		const writers = page.getByLabel("Reward writers", { exact: true });
		await writers.selectOption("IRCR");
		await writers.selectOption("KL in the reward");
		await page.getByRole("button", { name: "Move KL in the reward up" }).click();
		await expect(page.getByRole("alert")).toContainText("put ircr first");
		await expect(page.getByRole("button", { name: "Run", exact: true })).toBeDisabled();
		await page.getByRole("button", { name: "Move IRCR up" }).click();
		await expect(page.getByRole("alert")).toHaveCount(0);
		await expect(page.getByRole("button", { name: "Run", exact: true })).toBeEnabled();
	});
});
