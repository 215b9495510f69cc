import type { Page } from "@playwright/test";
import { makeBatch, makeMetrics } from "../src/testing/fakeTrainer";
import { downloaded, methodsAnswered } from "./actions";
import { seriousFindings } from "./axe";
import { stubTrainer } from "./stubTrainer";
import { expect, test } from "./test";

const report = { status: "ok", adapter: "test adapter", software: false, advice: "" } as const;
const LABEL = { kind: "gpu", adapter: "test adapter", plan: "00000000", software: false } as const;
const COUNTS = { trainDispatches: 1, trainSubmits: 1, creditDispatches: 1, rolloutDispatches: 1, rolloutSubmits: 1 };
const steps = Array.from({ length: 60 }, (_, i) => i + 1);

/** A page whose run has sent sixty steps and a batch of 32 groups, and is paused. */
async function openWithRollouts(page: Page): Promise<void> {
	const rollouts = makeBatch({ groups: 32, size: 8, T: 12, vocab: 9 });
	await stubTrainer(page, {
		report,
		events: [
			{ type: "ready", label: LABEL, counts: COUNTS, parameters: 1000 },
			...steps.map(
				(k) => ({ type: "step", metrics: makeMetrics(k, { success: k / 60 }), tokensPerSecond: 20_000 }) as const,
			),
			{ type: "rollouts", step: 60, ...rollouts },
			{ type: "fingerprint", step: 60, fingerprint: "0123456789abcdef" },
			{ type: "paused", step: 60 },
		],
	});
	await page.goto("");
	await page.getByRole("button", { name: "Run", exact: true }).click();
	await expect(page.getByText("Group 1 of 32")).toBeVisible();
}

/** Counts what React draws from now on: each commit of the built page tells the hook that developer tools would put in its place. */
async function countCommits(page: Page): Promise<() => Promise<number>> {
	await page.addInitScript(() => {
		const nothing = () => undefined;
		const hook = { renderers: new Map(), supportsFiber: true, commits: 0, inject: () => 1, checkDCE: nothing };
		const told = {
			onCommitFiberRoot: () => hook.commits++,
			onCommitFiberUnmount: nothing,
			onPostCommitFiberRoot: nothing,
		};
		Object.assign(window, { __REACT_DEVTOOLS_GLOBAL_HOOK__: Object.assign(hook, told) });
	});
	const count = () => page.evaluate<number>("__REACT_DEVTOOLS_GLOBAL_HOOK__.commits");
	return async () => {
		// Answers that are on their way are drawn first.
		for (let before = -1, now = await count(); now !== before; before = now, now = await count())
			await page.waitForTimeout(700);
		return count();
	};
}

test("a pointed token shows its card, a pinned one stays, and moving the pointer renders no React", async ({
	page,
}) => {
	const commits = await countCommits(page);
	await openWithRollouts(page);
	const tokens = page.locator('.rollout:nth-child(2) .token[data-actor="policy"]');
	await tokens.nth(1).hover();
	await expect(page.locator(".hover-card")).toContainText("Log-probability");
	const panel = page.locator(".inspector");
	await methodsAnswered(page);
	await expect(page.locator(".exact-note")).toContainText("No exact row");
	expect(await commits()).toBeGreaterThan(0);
	let before = 0;
	const renderedByMoves = async () => {
		before = await commits();
		for (const i of [1, 2, 3]) await tokens.nth(i).hover();
		await expect(page.locator(".hover-card p")).toContainText("token 4");
		return (await commits()) - before;
	};
	// Until everything that the rollouts set off has been drawn, a round may meet what is not its own.
	await expect.poll(renderedByMoves).toBe(0);
	await tokens.nth(3).click();
	await expect(panel).toContainText("token 4 of rollout 1");
	expect(await commits()).toBeGreaterThan(before);
	await expect(panel.locator(".why-sum")).toContainText("outcome");
	await expect(panel.locator(".why-steps mfrac").first()).toBeVisible();
	await page.mouse.move(5, 5);
	await expect(page.locator(".hover-card")).toBeHidden();
});

test("text that scrolls under a pointer at rest keeps the card of the token that comes to lie there", async ({
	page,
}) => {
	await openWithRollouts(page);
	await page.locator('.rollout:nth-child(2) .token[data-actor="policy"]').nth(1).hover();
	const card = page.locator(".hover-card");
	await expect(card).toContainText("Log-probability");
	const box = page.locator(".strip-box");
	await box.evaluate((element) => element.scrollBy(0, 2));
	await expect.poll(() => box.evaluate((element) => element.scrollTop)).toBe(2);
	await page.waitForTimeout(200);
	await expect(card).toBeVisible();
});

test("groups, table and tree look at the same group", async ({ page }) => {
	await openWithRollouts(page);
	await page.keyboard.press("n");
	await expect(page.getByText("Group 2 of 32")).toBeVisible();
	await page.getByRole("tab", { name: "Rollouts" }).click();
	await page.getByLabel("Filter").fill("group:20 return:1");
	await expect(page.getByText(/of 256 rollouts/)).toBeVisible();
	await page.locator(".rows tbody button").first().click();
	await expect(page.getByText("Group 21 of 32")).toBeVisible();
	await page.getByRole("tab", { name: "Tree" }).click();
	await page.locator(".tree .node").first().click();
	await expect(page.locator('.token[aria-selected="true"]')).toHaveCount(1);
});

test("other methods answer for the same rollouts, under the text and all together", async ({ page }) => {
	await openWithRollouts(page);
	await expect(page.locator(".row-labels").first()).toBeHidden();
	await page.getByRole("button", { name: "Methods", exact: true }).click();
	await page.getByRole("checkbox", { name: /RLOO/ }).check();
	await page.keyboard.press("Escape");
	await expect(page.locator(".row-labels").first()).toContainText("RLOO");
	await page.locator('.token[data-actor="policy"]').first().hover();
	await expect(page.locator(".hover-card")).toContainText("RLOO");
	await page.getByRole("tab", { name: "Methods" }).click();
	await expect(page.locator(".methods-names button").nth(2)).toBeVisible();
	await page.locator(".methods-grid .methods-plot").hover();
	await expect(page.locator(".methods-grid .heatmap-cursor")).toHaveCount(1);
	expect(await seriousFindings(page)).toEqual([]);
});

test("a panel fills the window and comes back", async ({ page }) => {
	await openWithRollouts(page);
	await page.getByRole("button", { name: "Maximise Credit" }).click();
	await expect(page.locator(".panel")).toHaveCount(1);
	await page.keyboard.press("Escape");
	await expect(page.locator(".panel")).toHaveCount(5);
});

test("a link restores settings and layout on a fresh page and starts nothing", async ({ page }) => {
	await stubTrainer(page, { report, events: [] });
	await page.goto("");
	await page.getByRole("textbox", { name: "Seed" }).first().fill("42");
	await page.getByLabel("Layout").selectOption("learn");
	await page.getByRole("button", { name: "Share" }).click();
	const link = await page.getByLabel("Link").inputValue();
	expect(link.length).toBeLessThanOrEqual(240);
	await page.evaluate(() => localStorage.clear());
	await page.goto("about:blank");
	await page.goto(link);
	await expect(page.getByRole("textbox", { name: "Seed" }).first()).toHaveValue("42");
	await expect(page.getByLabel("Layout")).toHaveValue("learn");
	await expect(page.locator(".progress-text")).toHaveText("Recorded run");
});

for (const colorScheme of ["light", "dark"] as const)
	for (const layout of ["inspect", "learn", "compare", "debug", "figure"])
		test.describe(`${layout}, ${colorScheme}`, () => {
			test.use({ colorScheme });
			test("axe finds nothing serious", async ({ page }) => {
				await openWithRollouts(page);
				await page.getByLabel("Layout").selectOption(layout);
				if (layout === "compare") await page.getByRole("tab", { name: "Credit" }).click();
				await page.locator('.token[data-actor="policy"]').first().click();
				if (layout === "inspect") await page.getByRole("tab", { name: "Library" }).click();
				await page.getByRole("button", { name: /0123456789abcdef/ }).click();
				expect(await seriousFindings(page)).toEqual([]);
			});
		});

test("panels export figures and numbers", async ({ page }) => {
	await openWithRollouts(page);
	const save = (kind: string) => downloaded(page, () => page.getByRole("button", { name: kind, exact: true }).click());
	await page.getByRole("button", { name: "Export Credit" }).click();
	const text = (await save("SVG")).bytes.toString();
	expect(text).toContain('fill="#ffffff"');
	expect(text.match(/<text [^>]*textLength=[^>]*>GRPO</)).not.toBeNull();
	expect(text).toContain("#1z");
	await page.keyboard.press("Escape");
	await expect(page.locator(".curve", { hasText: "Success" }).locator("path.line.dashed")).toHaveCount(1);
	await page.getByRole("button", { name: "Export Curves" }).click();
	const svg = (await save("SVG")).bytes.toString();
	expect(svg).toContain('width="84mm"');
	expect(svg).toContain("#1z");
	expect(svg.match(/<text [^>]*font-weight="600"[^>]*>Success</)).not.toBeNull();
	const png = await save("PNG");
	expect(png.name).toBe("ascribe-curves.png");
	expect([...png.bytes.subarray(1, 4)]).toEqual([..."PNG"].map((c) => c.charCodeAt(0)));
	// 84 mm at 300 dots an inch.
	expect(png.bytes.readUInt32BE(16)).toBe(992);
	const lines = (await save("CSV")).bytes.toString().split("\r\n");
	expect(lines[0]).toBe("curve,run,method,step,value,low,high");
	const ofRun = lines.filter((line) => line.startsWith("success,present run,,"));
	expect(ofRun.map((line) => Number(line.split(",")[3]))).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
	expect(lines.filter((line) => line.startsWith("success,Recording,,"))).toHaveLength(120);
});
