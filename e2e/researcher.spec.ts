import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { decodeLink } from "../src/engine/spec/link";
import { findPreset } from "../src/engine/spec/presets";
import { downloaded, openFile } from "./actions";
import { seriousFindings } from "./axe";
import { expect, test } from "./test";

const STEPS = 12;
const GROUPS = 4;
const SIZE = 8;
/** Until this step every group has winners and losers; from it on half of the groups are solved every time. */
const DEAD_FROM = 8;

/** A folder as verl's trainer.rollout_data_dir leaves it: one file a step, text and score, three parts of the reward beside them. */
function verlFolder(home: string): string {
	const folder = join(home, "rollouts");
	mkdirSync(folder, { recursive: true });
	for (let step = 1; step <= STEPS; step++) {
		const rows = Array.from({ length: GROUPS * SIZE }, (_, n) => rowOf(step, Math.floor(n / SIZE), n % SIZE));
		writeFileSync(join(folder, `${step}.jsonl`), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
	}
	return folder;
}

function rowOf(step: number, group: number, i: number) {
	const dead = step >= DEAD_FROM && group < GROUPS / 2;
	// Three of four are right, more or less by the way they begin.
	const won = dead || i % 4 !== 3;
	const way = i % 2 === 0 ? "add the tens first" : "count up by one";
	const sum = group + step + (won ? 0 : 1);
	// One name for two questions, as a restarted counter leaves it.
	const merged = step === 2 && group === 0 && i >= SIZE / 2;
	return {
		input: merged ? "How much is 40 and 2?" : `How much is ${group} and ${step}?`,
		output: `we ${way} ${"and ".repeat(i % 3)}so it is ${sum}`,
		gts: String(group + step),
		score: won ? 1 : 0,
		step,
		acc: won ? 1 : 0,
		format: 1,
		length_penalty: -0.1 * (i % 3),
		uid: `${step * GROUPS + group}_${i}_0`,
	};
}

const panel = (page: Page, id: string) => page.locator(`[data-panel="${id}"]`);
const chip = (page: Page, name: string) => panel(page, "rollouts").getByRole("button", { name });

/** Drags over a stretch of the curve's steps. */
async function brush(page: Page, curve: string, from: number, to: number): Promise<void> {
	const plot = page.locator(".curve").filter({ hasText: curve }).locator(".curve-plot");
	const box = (await plot.boundingBox())!;
	// Margins of the plot, CSS pixels.
	const [left, right] = [40, 12];
	const at = (step: number) => box.x + left + ((step - 1) / (STEPS - 1)) * (box.width - left - right);
	await page.mouse.move(at(from), box.y + 30);
	await page.mouse.down();
	await page.mouse.move(at(to), box.y + 30, { steps: 5 });
	await page.mouse.up();
}

test("a folder of verl dumps: report card, lint, methods apart, toy twin, figure and link", async ({ page }, info) => {
	const data = panel(page, "data");
	await test.step("the folder is read on this machine", async () => {
		await page.goto("");
		await page.getByRole("tab", { name: "Data" }).click();
		await expect(data).toContainText("Nothing is uploaded.");
		await expect(data.getByRole("button", { name: "Open a folder" })).toBeVisible();
		await expect(data.getByRole("button", { name: "Try an example" })).toBeVisible();
		await page.getByLabel("Folder of rollout files").setInputFiles(verlFolder(info.outputPath()));
		await expect(data).toContainText("rollouts: 12 files");
		await expect(data).toContainText("verl rollout dump: 384 rollouts in 48 groups of 12 steps");
	});

	await test.step("the report card says what is there, what is not, and what would write it", async () => {
		const facts = data.locator(".data-channels");
		await expect(facts).toContainText("text, groups, reward, 12 steps, 3 reward parts (acc, format, length_penalty)");
		await expect(facts).toContainText("Missingtoken ids, mask, log-probabilities");
		await expect(data.locator(".recorder")).toContainText("never token ids, log-probabilities or advantages");
		await data.locator(".recorder summary").click();
		await expect(data.getByLabel("ascribe_recorder.py")).toHaveValue(/def record_verl\(/);
		for (const name of ["ascribe_recorder.py", "ascribe_convert.py"]) {
			const { bytes } = await downloaded(page, () => data.getByRole("button", { name: `Save ${name}` }).click());
			expect(bytes).toEqual(readFileSync(`python/${name}`));
		}
		await data.locator(".recorder summary").click();
	});

	await test.step("Credit Lint is sorted by harm, and lists the rollouts of a finding", async () => {
		await expect(data.locator(".finding").first()).toContainText("Merged groups");
		const dead = data.locator(".finding").filter({ hasText: "Dead groups" });
		await expect(dead).toContainText("10 groups of 48 (21 %) have equal returns");
		await expect(dead).toContainText("Since step 8 it is 50 %, before that 0 %.");
		await dead.getByRole("button", { name: "List 80 rollouts" }).click();
		await expect(panel(page, "rollouts")).toContainText("80 of 384 rollouts");
		await expect(page.getByLabel("Step of the files")).toHaveAttribute("aria-valuetext", "step 8 of 12");
		await expect(panel(page, "credit")).toContainText("Every rollout of this group returned +1.00");
		await brush(page, "Dead groups", 7, 10);
		await expect(chip(page, "Steps 7 to 10")).toBeVisible();
		await expect(panel(page, "rollouts")).toContainText("48 of 384 rollouts");
		expect(await seriousFindings(page)).toEqual([]);
		await chip(page, "Dead groups").click();
		await expect(panel(page, "rollouts")).toContainText("128 of 384 rollouts");
	});

	await test.step("a living group is a tree of words, and methods that need more are greyed", async () => {
		await page.getByRole("slider", { name: "Step of the files" }).press("ArrowRight");
		await expect(page.getByLabel("Step of the files")).toHaveAttribute("aria-valuetext", "step 8 of 12");
		await panel(page, "rollouts").getByRole("searchbox").fill("reward:0 step:8");
		await panel(page, "rollouts").getByRole("button", { name: "34_3_0" }).click();
		await expect(panel(page, "credit")).toContainText("Group 3 of 4");
		await expect(panel(page, "credit")).toContainText("8 rollouts, mean return +0.75");
		await page.getByRole("tab", { name: "Tree" }).click();
		await expect(panel(page, "tree")).toContainText("count up by one");
		await page.keyboard.press("m");
		await expect(page.getByRole("checkbox", { name: /^GAE/ })).toBeDisabled();
		await page.getByRole("checkbox", { name: /^RLOO/ }).check();
		await page.getByRole("checkbox", { name: /^TEMPO/ }).check();
		await page.keyboard.press("Escape");
		await expect(panel(page, "credit").locator('[data-row="tempo"]').first()).toBeVisible();
	});

	await test.step("methods are held against each other, since nothing exact is there", async () => {
		await page.getByRole("tab", { name: "Fidelity" }).click();
		const table = panel(page, "fidelity").getByRole("table");
		await expect(table).toContainText("not available for this policy");
		// Six of eight won: GRPO pays d/√(3/14) for d = ¼ and −¾, RLOO 2/7 and −6/7. Winners wrote 60 words, losers 19.
		const scale = Math.sqrt(3 / 14);
		const apart = (60 * (0.25 / scale - 2 / 7) + 19 * (0.75 / scale - 6 / 7)) / 79;
		const rloo = table.getByRole("row").filter({ hasText: "RLOO" }).getByRole("cell");
		await expect
			.poll(async () => Math.abs(Number(await rloo.nth(0).textContent()) - apart), "how far RLOO is from GRPO")
			.toBeLessThanOrEqual(5e-4);
		await expect(rloo.nth(2)).toHaveText("1.00");
	});

	await test.step("the toy twin opens with the same methods, and the exact row beside them", async () => {
		await expect(data.locator(".twin")).toContainText("reward only at the end, groups of 8: most like Sums modulo M.");
		await page.keyboard.press("t");
		await expect(page.getByLabel("Preset")).toHaveValue("modchain@1");
		const credit = panel(page, "credit");
		for (const row of ["exact", "grpo", "rloo", "tempo"])
			await expect(credit.locator(`[data-row="${row}"]`).first()).toBeVisible();
		const errors = page.locator(".curve").filter({ hasText: "Error of the credit" });
		for (const name of ["GRPO", "RLOO", "TEMPO"]) await expect(errors).toContainText(name);
		// Mean and standard error over seeds.
		expect(await errors.locator(".behind path").count()).toBeGreaterThanOrEqual(6);
		await expect(panel(page, "fidelity").getByRole("row").filter({ hasText: "TEMPO" })).toBeVisible();
	});

	await test.step("a figure of a column's width, and a link that holds no rollout", async () => {
		await panel(page, "credit").getByRole("button", { name: "Export Credit" }).click();
		const svg = page.getByRole("button", { name: "SVG", exact: true });
		expect((await downloaded(page, () => svg.click())).bytes.toString()).toContain('width="84mm"');
		await page.keyboard.press("Escape");
		await page.getByRole("button", { name: "Share" }).click();
		await expect(page.locator(".share-card:popover-open")).toContainText("Not inside: rollouts, weights.");
		const link = new URL(await page.getByRole("textbox", { name: "Link" }).inputValue());
		const decoded = decodeLink(link.hash);
		expect(decoded.ok && decoded.state.preset).toBe("modchain@1");
		expect(decoded.ok && decoded.state.view.rows).toEqual(["grpo", "rloo", "tempo"]);
		expect(JSON.stringify(decoded)).not.toContain("How much");
		await page.keyboard.press("Escape");
	});

	await test.step("the files are still there; saved as rollouts they hold their texts, which is asked first", async () => {
		await data.getByRole("button", { name: "Next group of the files" }).click();
		await expect(panel(page, "credit")).toContainText("How much is");
		await data.getByText("Save the rollouts").click();
		await expect(data).toContainText("all texts of these 384 rollouts");
		const save = data.getByRole("button", { name: "Save as JSONL" });
		const lines = (await downloaded(page, () => save.click())).bytes.toString().trim().split("\n");
		expect(lines.length).toBe(384);
		expect(JSON.parse(lines[0]!)).toMatchObject({ schema: "ascribe.rollout/1", step: 1, format: 1, gts: "1" });
	});
});

test("a twin whose preset was never recorded is trained", async ({ page }) => {
	await page.goto("");
	await page.getByRole("tab", { name: "Data" }).click();
	// Groups of four, one turn of four tokens, right in three of eight: nearest to a preset without a recording.
	const rows = Array.from({ length: 8 }, (_, i) => ({
		schema: "ascribe.rollout/1",
		id: `${i}`,
		group: `${i >> 2}`,
		tokens: [1, 2, 3, 4],
		reward: i % 3 === 0 ? 1 : 0,
	}));
	const content = rows.map((row) => JSON.stringify(row)).join("\n");
	await openFile(page, "a.jsonl", content);
	const twin = panel(page, "data").locator(".twin");
	await expect(twin).toContainText("1 turn, 4 tokens, reward only at the end, groups of 4: most like");
	await expect(twin).toContainText("Groups are set to 4, as yours.");
	await twin.getByRole("button", { name: "Train the toy twin" }).click();
	const preset = await page.getByLabel("Preset").inputValue();
	expect(findPreset(preset).title).toBe(((await twin.textContent()) ?? "").match(/most like ([^.]+)\./)?.[1]);
	await expect(page.getByRole("button", { name: "Cancel" })).toBeEnabled();
	await page.getByRole("button", { name: "Cancel" }).click();
});
