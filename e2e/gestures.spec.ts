import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { linked } from "./actions";
import { expect, test } from "./test";

/** The recorded run with the rows of three methods under the text, that of the one that trained first. */
async function openWithRows(page: Page): Promise<void> {
	await page.goto("");
	await expect(page.locator(".token").first()).toBeVisible();
	await page.keyboard.press("Escape");
	await page.keyboard.press("m");
	for (const name of [/^RLOO/, /^TEMPO/, /^Dr\.GRPO/]) await page.getByRole("checkbox", { name }).check();
	await page.keyboard.press("Escape");
	await expect.poll(() => rows(page)).toEqual(["grpo", "rloo", "tempo", "drGrpo"]);
}

const labels = (page: Page) => page.locator(".rollout:first-child .row-labels");

/** Methods from top to bottom. */
async function rows(page: Page): Promise<(string | null)[]> {
	const all = await labels(page)
		.locator("[data-row]")
		.evaluateAll((found) => found.map((label) => (label as HTMLElement).dataset.row ?? null));
	return all.filter((row) => row !== "exact" && row !== "error");
}

async function drag(page: Page, row: string, onto: string): Promise<void> {
	const middle = async (name: string) => {
		const box = (await labels(page).locator(`[data-row="${name}"]`).boundingBox())!;
		return [box.x + box.width / 2, box.y + box.height / 2] as const;
	};
	const [from, to] = [await middle(row), await middle(onto)];
	await page.mouse.move(...from);
	await page.mouse.down();
	await page.mouse.move(...to, { steps: 5 });
	await page.mouse.up();
}

test("a row is dragged by its name to the place of another, and dropped elsewhere it stays", async ({ page }) => {
	await openWithRows(page);
	await drag(page, "drGrpo", "rloo");
	await expect.poll(() => rows(page)).toEqual(["grpo", "drGrpo", "rloo", "tempo"]);
	await drag(page, "drGrpo", "tempo");
	await expect.poll(() => rows(page)).toEqual(["grpo", "rloo", "tempo", "drGrpo"]);
	await drag(page, "rloo", "exact");
	await page.keyboard.press("Control+z");
	await expect.poll(() => rows(page)).toEqual(["grpo", "drGrpo", "rloo", "tempo"]);
	expect(await page.evaluate(() => getSelection()?.toString())).toBe("");
});

test("while a row is dragged a line in every rollout shows its place, and Escape takes it back", async ({ page }) => {
	await openWithRows(page);
	const at = async (name: string) => {
		const box = (await labels(page).locator(`[data-row="${name}"]`).boundingBox())!;
		return [box.x + box.width / 2, box.y + box.height / 2] as const;
	};
	const rollouts = await page.locator(".rollout").count();
	await page.mouse.move(...(await at("rloo")));
	await page.mouse.down();
	await page.mouse.move(...(await at("tempo")), { steps: 4 });
	await expect(page.locator('.row-labels [data-row="tempo"][data-drop="below"]')).toHaveCount(rollouts);
	await expect(page.locator('.row-labels [data-row="rloo"][data-dragged]')).toHaveCount(rollouts);
	await page.mouse.move(...(await at("exact")), { steps: 4 });
	await expect(page.locator("[data-drop]")).toHaveCount(0);
	await page.mouse.move(...(await at("tempo")), { steps: 4 });
	await page.keyboard.press("Escape");
	await expect(page.locator("[data-drop], [data-dragged]")).toHaveCount(0);
	await page.mouse.up();
	expect(await rows(page)).toEqual(["grpo", "rloo", "tempo", "drGrpo"]);
	await drag(page, "rloo", "tempo");
	await expect.poll(() => rows(page)).toEqual(["grpo", "tempo", "rloo", "drGrpo"]);
	await expect.poll(() => linked(page)?.view.rows).toEqual(["tempo", "rloo", "drGrpo"]);
	const moved = page.url();
	await page.keyboard.press("Control+z");
	await expect.poll(() => rows(page)).toEqual(["grpo", "rloo", "tempo", "drGrpo"]);
	await page.goto("about:blank");
	await page.goto(moved);
	await expect.poll(() => rows(page)).toEqual(["grpo", "tempo", "rloo", "drGrpo"]);
});

test("Alt with an arrow moves the selected row from the text, and V takes the exact row away", async ({ page }) => {
	await openWithRows(page);
	await labels(page).locator('[data-row="tempo"]').click();
	const token = page.locator('.token[data-actor="policy"]').first();
	await token.focus();
	await page.keyboard.press("Alt+ArrowUp");
	await expect.poll(() => rows(page)).toEqual(["grpo", "tempo", "rloo", "drGrpo"]);
	await page.keyboard.press("Alt+ArrowUp");
	expect(await rows(page)).toEqual(["grpo", "tempo", "rloo", "drGrpo"]);
	await page.keyboard.press("Alt+ArrowDown");
	await page.keyboard.press("Alt+ArrowDown");
	await expect.poll(() => rows(page)).toEqual(["grpo", "rloo", "drGrpo", "tempo"]);
	await page.keyboard.press("v");
	await expect(labels(page).locator('[data-row="exact"]')).toHaveCount(0);
	await expect(labels(page).locator('[data-row="tempo"]')).toBeVisible();
	await page.keyboard.press("v");
	await expect(labels(page).locator('[data-row="exact"]')).toHaveCount(1);
});

test("a folder that is dropped is read with the folders in it, without what systems leave there", async ({
	page,
}, info) => {
	const folder = join(info.outputPath(), "dumps");
	const row = (step: number, i: number) => ({
		input: "how?",
		output: `so ${i}`,
		score: i,
		step,
		uid: `${step}_${i}_0`,
	});
	const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
	mkdirSync(join(folder, "later"), { recursive: true });
	// More files than a browser lists at once.
	for (let step = 1; step <= 120; step++) {
		const text = [0, 1].map((i) => JSON.stringify(row(step, i))).join("\n");
		write(step > 100 ? `later/${step}.jsonl` : `${step}.jsonl`, text);
	}
	write(".DS_Store", "\u0000\u0001");
	write("later/Thumbs.db", "\u0000\u0001");
	await page.goto("");
	await expect(page.locator(".token").first()).toBeVisible();
	const session = await page.context().newCDPSession(page);
	const data = { items: [], files: [folder], dragOperationsMask: 1 };
	const tell = (type: "dragEnter" | "dragOver" | "drop") =>
		session.send("Input.dispatchDragEvent", { type, x: 700, y: 300, data });
	await tell("dragEnter");
	await tell("dragOver");
	await expect(page.locator("html")).toHaveAttribute("data-drop", "over");
	await tell("drop");
	const panel = page.locator('[data-panel="data"]');
	await expect(panel).toContainText("dumps: 120 files");
	await expect(panel).toContainText("240 rollouts in 120 groups of 120 steps");
	await expect(panel.locator(".data-warnings")).toHaveCount(0);
	await expect(page.locator("html")).not.toHaveAttribute("data-drop", "over");
});

test("one colour scale is locked, keeps its ends over checkpoints and in the link, and undo opens it", async ({
	page,
}) => {
	await page.setViewportSize({ width: 1024, height: 768 });
	await openWithRows(page);
	const legend = page.locator(".legend-box:visible");
	const ends = () => legend.locator(".legend-low, .legend-high").allTextContents();
	await expect(legend).toHaveCount(1);
	const box = (await legend.boundingBox())!;
	const panel = (await page.locator('[data-panel="credit"]').boundingBox())!;
	expect(box.x + box.width, "the whole legend is inside its panel").toBeLessThanOrEqual(panel.x + panel.width);
	expect(await legend.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
	const own = await ends();
	const lock = page.getByRole("button", { name: "Lock the colour scale" });
	await lock.click();
	const locked = await ends();
	expect(locked[1]).toMatch(/^\+[\d.]+$/);
	expect(Number(locked[1])).toBeGreaterThanOrEqual(Number(own[1]));
	await page.keyboard.press("]");
	await expect(page.locator(".scrubber-where")).not.toContainText("step 7 ");
	expect(await ends()).toEqual(locked);
	await expect.poll(() => linked(page)?.view).toMatchObject({ lock: expect.any(Number), step: expect.any(Number) });
	const link = page.url();
	await page.keyboard.press("[");
	await page.keyboard.press("Control+z");
	await expect(lock).toHaveAttribute("aria-pressed", "false");
	await expect.poll(ends).toEqual(own);
	await page.goto("about:blank");
	await page.goto(link);
	await expect(lock).toHaveAttribute("aria-pressed", "true");
	await expect.poll(ends).toEqual(locked);
});
