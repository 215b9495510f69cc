import { readFileSync } from "node:fs";
import { decodeLink } from "../src/engine/spec/link";
import { downloaded } from "./actions";
import { seriousFindings } from "./axe";
import { expect, test } from "./test";

test("the recorded run: credit by units, errors named by their alignment, methods and fidelity against exact", async ({
	page,
}) => {
	await page.goto("");
	const labels = page.locator(".rollout:first-child .row-labels");
	await expect(labels).toContainText("exact", { timeout: 60_000 });
	await expect(labels).toContainText("error ×");
	await page.keyboard.press("d");
	await expect(labels).toContainText("error raw");
	await page.keyboard.press("d");
	await expect(labels).toContainText("error ranks");
	await page.keyboard.press("g");
	await page.keyboard.press("g");
	await expect(page.getByRole("button", { name: "View: turn" })).toBeVisible();
	await page.getByRole("tab", { name: "Methods", exact: true }).click();
	const errors = page.locator(".methods-errors span").filter({ hasText: /^\d/ });
	await expect(errors.nth(3)).toBeVisible({ timeout: 60_000 });
	const numbers = (await errors.allTextContents()).map(Number);
	expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
	await expect(page.locator(".methods-names")).toContainText("Attention credit", { timeout: 60_000 });
	await page.getByRole("tab", { name: "Fidelity" }).click();
	await page.getByRole("button", { name: "Correlation" }).click();
	await expect(page.getByRole("columnheader", { name: "Correlation" })).toHaveAttribute("aria-sort", "descending");
	await expect(page.locator(".fidelity tbody tr").nth(4)).toBeVisible();
});

test("the tree is walked by keyboard, searched, zoomed, and merged by state", async ({ page }) => {
	await page.goto("");
	await page.getByRole("tab", { name: "Tree" }).click();
	const tree = page.locator('.tree svg[role="tree"]');
	await expect(tree).toBeVisible({ timeout: 60_000 });
	await tree.focus();
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("ArrowRight");
	await expect(tree.locator('[aria-selected="true"]')).toHaveCount(1);
	await expect(page.locator('.token[aria-selected="true"]')).toHaveCount(1);
	await expect(page.getByLabel("Branch under study")).toContainText("rollouts");
	await page.keyboard.press("z");
	await expect(page.getByRole("button", { name: "whole tree" })).toBeVisible();
	await tree.focus();
	await page.keyboard.press("Backspace");
	await page.getByLabel("Search the tree").fill("door");
	await expect(page.locator(".tree-note")).toContainText('contain "door"');
	await page.getByLabel("What the tree shows").selectOption("state");
	await expect(page.locator(".tree .node", { hasText: "move 0" })).toBeVisible();
	await page.getByRole("tab", { name: "Attention" }).click();
	await expect(page.locator(".attention")).toContainText("It is not credit");
});

test("recorded: attention of every checkpoint, fetched when it is looked at, beside the exact advantage", async ({
	page,
}) => {
	const fetched: string[] = [];
	page.on("request", (request) => void (request.url().endsWith(".policies") && fetched.push(request.url())));
	await page.goto("?preset=keydoor@1");
	await expect(page.locator(".token").first()).toBeVisible();
	expect(fetched).toEqual([]);
	await page.getByRole("tab", { name: "Attention" }).click();
	const panel = page.locator(".attention");
	await expect(panel.locator(".head-grid canvas")).toBeVisible({ timeout: 60_000 });
	await expect(panel.getByLabel("Head").locator("option")).toHaveCount(8);
	await expect(panel.locator(".head-marks")).toContainText("L");
	await expect(panel.locator(".head-marks")).toContainText("G");
	for (const lane of ["waad", "fai"]) {
		await expect(panel.locator(`.lane-${lane} path.curve`)).toHaveCount(1);
		expect(await panel.locator(`.lane-${lane} .mark`).count()).toBeGreaterThan(0);
	}
	expect(await panel.locator(".lane-exact rect").count()).toBeGreaterThan(0);
	await expect(panel.locator(".rhythm-box")).toContainText(/WAAD jump r = .*, FAI r = .*, n = 6/);
	await expect(panel).toContainText("step 7, policy rounded to 1/2048");
	const seen = async () => (await panel.locator(".lane-waad path.curve").getAttribute("d")) ?? "";
	const early = await seen();
	await page.getByRole("slider", { name: "Checkpoint" }).press("End");
	await expect(panel).toContainText("step 120, policy rounded to 1/2048", { timeout: 60_000 });
	expect(await seen()).not.toBe(early);
	// The figure says which head it shows, in place of the list, and what lies below the edge of the panel.
	await panel.locator(".head-choice select").selectOption("3");
	await page.getByRole("button", { name: "Export Attention" }).click();
	const figure = await downloaded(page, () => page.getByRole("button", { name: "SVG", exact: true }).click());
	const svg = figure.bytes.toString();
	const words = [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, word]) => word).join(" ");
	expect(words).toMatch(/Layer 1, head 4\b.* looks /);
	const height = Number(/viewBox="0 0 \d+ (\d+)"/.exec(svg)?.[1]);
	expect(Number(/ y="([\d.]+)"[^>]*>float64\./.exec(svg)?.[1])).toBeLessThanOrEqual(height);
	expect(fetched).toHaveLength(1);
});

test("the enlarged head is in the address, comes back with it, and undo goes back to the one before", async ({
	page,
}) => {
	const heads = page.locator(".head-choice select");
	const link = () => {
		const decoded = decodeLink(new URL(page.url()).hash);
		return decoded.ok ? (decoded.state.view.head ?? 0) : null;
	};
	await page.goto("?preset=keydoor@1");
	await page.getByRole("tab", { name: "Attention" }).click();
	await heads.selectOption("3");
	await heads.selectOption("6");
	await expect.poll(link).toBe(6);
	await page.reload();
	await expect(heads).toHaveValue("6", { timeout: 60_000 });
	await heads.selectOption("2");
	await page.locator(".attention .tree-note").click();
	await page.keyboard.press("Control+z");
	await expect(heads).toHaveValue("6");
	await expect.poll(link).toBe(6);
	await page.locator(".head-grid").click({ position: { x: 4, y: 4 } });
	await expect(heads).toHaveValue("0");
	await expect.poll(link).toBe(0);
});

test("live: attention of the rollout on screen, and continuations sampled from a branch", async ({ page }) => {
	// Not over before it is paused, on any machine.
	await page.goto("?steps=5000");
	await page.getByRole("button", { name: "Run", exact: true }).click();
	await expect(page.getByRole("button", { name: "Pause" })).toBeEnabled();
	await page.getByRole("tab", { name: "Attention" }).click();
	await expect(page.locator(".rhythm .lane-waad path")).toHaveCount(1, { timeout: 120_000 });
	await page.getByRole("button", { name: "Pause" }).click();
	await expect(page.locator(".progress-text")).toHaveText(/Paused/);
	await expect(page.locator(".rhythm-box")).toContainText("r = ", { timeout: 60_000 });
	await page.getByRole("button", { name: "Export Attention" }).click();
	let maps: readonly string[] = [];
	// The last rollouts of the run may still take the place of those on screen.
	await expect(async () => {
		const [saved] = await Promise.all([
			page.waitForEvent("download", { timeout: 3000 }),
			page.getByRole("button", { name: "CSV of the maps" }).click(),
		]);
		expect(saved.suggestedFilename()).toBe("ascribe-attention-maps.csv");
		maps = readFileSync(await saved.path(), "utf8")
			.trim()
			.split("\r\n");
	}).toPass({ timeout: 60_000 });
	expect(maps[0]).toBe("layer,head,kind,query,query_text,key,key_text,attention");
	// What a query gives to its keys adds up to one.
	const given = new Map<string, number>();
	for (const line of maps.slice(1)) {
		const cells = line.split(",");
		const query = `${cells[0]} ${cells[1]} ${cells[3]}`;
		given.set(query, (given.get(query) ?? 0) + Number(cells.at(-1)));
	}
	expect(given.size).toBeGreaterThan(0);
	for (const sum of given.values()) expect(Math.abs(sum - 1)).toBeLessThanOrEqual(1e-5);
	await page.keyboard.press("Escape");
	await page.getByRole("tab", { name: "Tree" }).click();
	await page.locator(".tree .node").first().click();
	await page.getByLabel("Continuations", { exact: true }).selectOption("16");
	await page.getByRole("button", { name: "Branch here" }).click();
	await expect(page.locator(".branching [role=status]")).toContainText("after 16", { timeout: 60_000 });
});

for (const colorScheme of ["light", "dark"] as const)
	test.describe(`${colorScheme} theme`, () => {
		test.use({ colorScheme });
		test("axe finds nothing serious in the panels of the recorded run", async ({ page }) => {
			await page.goto("");
			await expect(page.locator(".cell").first()).toBeVisible({ timeout: 60_000 });
			await page.locator('.token[data-actor="policy"]').first().click();
			await expect(page.locator(".why-sum")).toBeVisible({ timeout: 60_000 });
			for (const tab of ["Tree", "Methods", "Fidelity"]) {
				await page.getByRole("tab", { name: tab, exact: true }).click();
				await expect(page.locator(".tree .node, .methods-cells, .fidelity tr").first()).toBeVisible();
				expect(await seriousFindings(page), tab).toEqual([]);
			}
			await page.getByRole("button", { name: /^View/ }).click();
			expect(await seriousFindings(page), "view").toEqual([]);
		});
	});
