import { execFileSync } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Page } from "@playwright/test";
import { Rng } from "../src/engine/core/rng";
import { encodeLink } from "../src/engine/spec/link";
import { expect, test } from "./test";

const ascribe = fileURLToPath(new URL("../scripts/ascribe.mjs", import.meta.url));
const STEPS = 150;
const link = `#${encodeLink({
	preset: "keydoor@1",
	changes: { steps: STEPS, warmStart: null, "rollout.prompts": 8, "rollout.groupSize": 8 },
	view: {},
	build: "",
	fingerprints: ["wasm:00000000@0"],
	note: "",
})}`;

test.describe.configure({ timeout: 600_000 });

/** Ends the process behind a page at once, as a crash does: no handler of the page runs. */
async function kill(page: Page): Promise<void> {
	const session = await page.context().newCDPSession(page);
	const crashed = page.waitForEvent("crash");
	void session.send("Page.crash").catch(() => undefined);
	await crashed;
	await page.close();
}

/** To a percent of the run: its title tells it without a look into the page. */
async function stepOf(page: Page): Promise<number> {
	const percent = /^(\d+)\s?%/.exec(await page.title())?.[1] ?? 0;
	return (Number(percent) / 100) * STEPS;
}

/** Step of the run that the browser keeps; 0 before it keeps one. */
async function keptStep(page: Page): Promise<number> {
	const kept = page.getByRole("region", { name: "Runs in this browser" });
	if ((await kept.count()) === 0) return 0;
	return Number(/step (\d+) of/.exec((await kept.textContent()) ?? "")?.[1]);
}

/** Opens the page again and goes on from the last checkpoint. */
async function reopen(context: BrowserContext): Promise<{ page: Page; from: number }> {
	const page = await context.newPage();
	await page.goto(link);
	const card = page.getByRole("status").filter({ hasText: /stopped at step \d+ of/ });
	const from = Number(/stopped at step (\d+)/.exec((await card.textContent()) ?? "")?.[1]);
	await card.getByRole("button", { name: "Go on" }).click();
	return { page, from };
}

test("a tab that is killed at random steps and reopened ends in the fingerprints of a run that was never stopped", async ({
	context,
}) => {
	const seed = Number(process.env.ASCRIBE_SEED ?? Date.now() % 1_000_000);
	const rng = Rng.of(seed);
	const deaths = [25, 65, 105].map((from) => from + Math.floor(35 * rng.uniform()));
	console.log(`ASCRIBE_SEED=${seed}: the tab is killed at steps ${deaths.join(", ")}`);

	let page = await context.newPage();
	await page.goto(link);
	await page.getByRole("button", { name: "Run", exact: true }).click();
	const resumed: number[] = [];
	for (const death of deaths) {
		const before = resumed.at(-1) ?? 0;
		await page.getByRole("tab", { name: "Data" }).click();
		await expect.poll(() => keptStep(page), { timeout: 200_000, intervals: [20] }).toBeGreaterThan(before);
		await expect.poll(() => stepOf(page), { timeout: 200_000, intervals: [20] }).toBeGreaterThanOrEqual(death);
		await kill(page);
		const again = await reopen(context);
		page = again.page;
		resumed.push(again.from);
	}
	console.log(`it went on from steps ${resumed.join(", ")}`);
	expect(resumed).toEqual([...new Set(resumed)].sort((a, b) => a - b));
	expect(resumed[0]).toBeGreaterThan(0);
	await expect(page.locator(".progress-text")).toHaveText(`Done, ${STEPS} steps`, { timeout: 300_000 });
	await page.locator('.chip[title="Fingerprint of the parameters"]').click();
	const rows = await page.locator(".fingerprints tbody tr").all();
	const found = await Promise.all(rows.map(async (row) => (await row.locator("td").allTextContents()).slice(0, 2)));

	const told = execFileSync(process.execPath, [ascribe, "train", link, "--backend", "exact"], { encoding: "utf8" });
	const expected = told.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
	expect(found).toEqual(expected.map(({ step, fingerprint }) => [String(step), fingerprint]));
});
