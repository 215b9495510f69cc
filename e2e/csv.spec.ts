import type { Page } from "@playwright/test";
import { downloaded, openFile } from "./actions";
import { expect, test } from "./test";

async function csvOf(page: Page, panel: string): Promise<string[][]> {
	await page.getByRole("button", { name: `Export ${panel}` }).click();
	const csv = page.getByRole("button", { name: "CSV", exact: true });
	const text = (await downloaded(page, () => csv.click())).bytes.toString();
	await page.keyboard.press("Escape");
	return text
		.trim()
		.split("\r\n")
		.map((line) => line.split(","));
}
const column = (rows: string[][], name: string) => rows.slice(1).map((row) => row[rows[0]!.indexOf(name)]);

test("the numbers of the recording are those of its curves, tree and methods", async ({ page }) => {
	await page.goto("?preset=keydoor@1");
	await expect(page.locator(".row-labels").first()).toContainText("exact");
	const curves = await csvOf(page, "Curves");
	expect(new Set(column(curves, "run"))).toEqual(new Set(["Recording"]));
	expect(new Set(column(curves, "method"))).toContain("grpo");
	await page.getByRole("tab", { name: "Tree" }).click();
	await expect(page.locator(".tree .node").first()).toBeVisible();
	const tree = await csvOf(page, "Tree");
	expect(column(tree, "mean_return").every((value) => value !== "")).toBe(true);
	expect(column(tree, "exact_value").some((value) => value !== "")).toBe(true);
	await page.getByRole("tab", { name: "Methods" }).click();
	// Methods that read the policy are the last to answer: it is fetched first.
	for (const name of ["Attention credit", "V-trace"])
		await expect(page.locator(".methods-names").getByRole("button", { name, exact: true })).toBeVisible();
	const shown = await page.locator(".methods-names button").count();
	const methods = await csvOf(page, "Methods");
	expect(new Set(column(methods, "method")).size).toBe(shown + 1);
	await page.getByRole("button", { name: "Terms", exact: true }).click();
	expect((await csvOf(page, "Methods"))[0]).toEqual(expect.arrayContaining(["method", "token", "credit"]));
});

test("with files on screen the numbers are theirs, of the rows that are listed", async ({ page }) => {
	const row = (i: number, step: number) => ({
		input: "how?",
		output: `a b ${i}`,
		score: i % 2,
		step,
		uid: `${step}_${i}_0`,
	});
	const rows = [1, 2, 3].flatMap((step) => [0, 1, 2, 3].map((i) => row(i, step)));
	await page.goto("");
	await page.getByRole("tab", { name: "Data" }).click();
	await openFile(page, "dump.jsonl", rows.map((r) => JSON.stringify(r)).join("\n"));
	await expect(page.locator('[data-panel="data"]')).toContainText("12 rollouts in 3 groups of 3 steps");
	await expect(page.getByTitle(/Drag over steps to list their rollouts/).first()).toBeVisible();
	const curves = await csvOf(page, "Curves");
	expect(new Set(column(curves, "run"))).toEqual(new Set(["dump.jsonl"]));
	expect(new Set(column(curves, "step"))).toEqual(new Set(["1", "2", "3"]));
	await page.getByRole("tab", { name: "Rollouts" }).click();
	await page.getByRole("searchbox", { name: /filter/i }).fill("reward:1 step>1");
	await expect(page.getByText("4 of 12 rollouts")).toBeVisible();
	const listed = await csvOf(page, "Rollouts");
	expect(column(listed, "return")).toEqual(["1", "1", "1", "1"]);
	expect(column(listed, "step")).toEqual(["2", "2", "3", "3"]);
});
