import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { SMALL_TOKENIZER } from "../src/testing/smallTokenizer";
import { clipboard, openFile } from "./actions";
import { seriousFindings } from "./axe";
import { expect, test } from "./test";

const dump = (path: string) =>
	readFileSync(fileURLToPath(new URL(`../public/datasets/dumps/${path}`, import.meta.url)));

async function openDump(page: Page, name: string, content: Buffer | string): Promise<void> {
	await page.goto("");
	await page.getByRole("tab", { name: "Data" }).click();
	await openFile(page, name, content);
}

test("a verl dump: what was found, what is missing, what is wrong, and its rollouts as text", async ({ page }) => {
	// Two groups: one that teaches nothing, one whose prompt is another's.
	const row = (i: number, input: string, score: number) => ({
		input,
		output: `so it is ${i}`,
		score,
		step: 7,
		uid: `${i >> 1}_${i}_0`,
	});
	const rows = [row(0, "one?", 1), row(1, "one?", 1), row(2, "two?", 1), row(3, "three?", 0)];
	await openDump(page, "7.jsonl", rows.map((r) => JSON.stringify(r)).join("\n"));
	const panel = page.locator('[data-panel="data"]');
	await expect(panel).toContainText("verl rollout dump: 4 rollouts in 2 groups");
	await expect(panel).toContainText("No log-probabilities");
	await expect(panel.locator("li", { hasText: "No values" })).toContainText(/Cannot answer:.*GAE/);
	await expect(panel.locator(".finding").first()).toContainText("Merged groups");
	await expect(panel.locator('.finding[data-harm="wasted"]')).toContainText("1 group of 2");
	await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
	await panel.locator(".finding").first().getByRole("button", { name: "Copy as issue text" }).click();
	await expect(panel.locator(".finding").first().getByRole("button", { name: "Copied" })).toBeVisible();
	expect(await clipboard(page)).toMatch(/^### Merged groups\n\n1 group of 2/);
	await panel.locator(".finding").first().getByText("Why it matters").click();
	await expect(panel.getByRole("link", { name: "A thread about it" })).toHaveAttribute("href", /issues\/489$/);
	await panel.locator(".finding").first().getByRole("button", { name: "Show the clearest case" }).click();
	await expect(page.locator('[data-panel="credit"]')).toContainText("Group 2 of 2");
	await expect(page.locator('[data-panel="credit"] .token').first()).toHaveText(/so/);
	expect(await seriousFindings(page)).toEqual([]);
});

test("the sample, and a file with the trainer's own advantages", async ({ page }) => {
	await page.goto("");
	await page.getByRole("tab", { name: "Data" }).click();
	await page.getByRole("button", { name: "Try an example" }).click();
	await expect(page.locator('[data-panel="data"]')).toContainText("24 rollouts in 3 groups");
	await page.getByTestId("files").isHidden();
	await page.getByRole("button", { name: "Close" }).click();
	await openFile(page, "completions.parquet", dump("trl/completions_00012.parquet"));
	await expect(page.locator('[data-panel="data"]')).toContainText("TRL completions");
	await expect(page.locator(".finding").filter({ hasText: "The method behind the credit" })).toContainText("grpo");
});

test("a pickle is refused in one sentence, and text in a file stays text", async ({ page }) => {
	await openDump(page, "batch.pt", Buffer.from([0x80, 0x02, 0x8a, 0x0a]));
	await expect(page.getByRole("alert")).toContainText("python3 ascribe_convert.py batch.pt");
	const evil = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`;
	const rows = [0, 1].map((i) => ({ input: evil, output: `${evil} ${i}`, score: i, step: 1, uid: `${evil}_${i}_0` }));
	await page.getByTestId("files").setInputFiles({
		name: `${evil}.jsonl`,
		mimeType: "",
		buffer: Buffer.from(rows.map((r) => JSON.stringify(r)).join("\n")),
	});
	await expect(page.locator('[data-panel="credit"] .token').first()).toContainText("<img");
	await expect(page).not.toHaveTitle(/owned/);
	expect(await page.locator("img[src=x]").count()).toBe(0);
});

test("a tokenizer.json beside the rollouts cuts their text into its tokens", async ({ page }) => {
	const row = (i: number) => ({ input: "how?", output: "slow low", score: i, step: 1, uid: `0_${i}_0` });
	await page.goto("");
	await page.getByRole("tab", { name: "Data" }).click();
	await page.getByTestId("files").setInputFiles([
		{ name: "1.jsonl", mimeType: "", buffer: Buffer.from([0, 1].map((i) => JSON.stringify(row(i))).join("\n")) },
		{ name: "tokenizer.json", mimeType: "", buffer: Buffer.from(SMALL_TOKENIZER) },
	]);
	await expect(page.locator('[data-panel="data"]')).toContainText("Text is cut by tokenizer.json, 12 tokens.");
	await expect(page.locator('[data-panel="credit"] .token[data-actor="policy"]')).toHaveText([
		"s",
		"low",
		"low",
		"s",
		"low",
		// With the reward behind it.
		"low+1",
	]);
});

test("a file of no known format is answered with what it is nearest to", async ({ page }) => {
	await openDump(page, "notes.jsonl", JSON.stringify({ completion: "a", prompt: "b" }));
	const card = page.getByRole("alert");
	await expect(card).toContainText("notes.jsonl has rows of no known format; the nearest are");
	await expect(card.locator("pre")).toHaveText('The first line starts: {"completion":"a","prompt":"b"}');
	await expect(card).toContainText("What is on screen stays as it is");
	await card.getByRole("button", { name: "Understood" }).click();
	await expect(card).toHaveCount(0);
	await openFile(page, "photo.bin", Buffer.from([1, 2, 3]));
	await expect(page.getByRole("alert")).toContainText("photo.bin");
});
