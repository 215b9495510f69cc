import type { Page } from "@playwright/test";
import { decodeLink, encodeLink } from "../src/engine/spec/link";
import { clipboard } from "./actions";
import { seriousFindings } from "./axe";
import { expect, test } from "./test";

/** Calls to a calculator, from a few demonstrations: some seconds of a run in several turns. */
const CALLS = {
	preset: "toolcalc@1",
	changes: { steps: 4, "rollout.prompts": 8 },
	view: { layout: "debug" },
	build: "",
	fingerprints: [],
	note: "",
};
const place = (page: Page) => page.locator(".inspector > p").first();
const press = (page: Page, key: string) => page.keyboard.press(key);

/** Exact mode: the same bits on every machine. */
async function runToTheEnd(page: Page): Promise<void> {
	await page.locator(".chip").first().click();
	await page.getByRole("radio", { name: /^WebAssembly/ }).check();
	await press(page, "Escape");
	await page.getByRole("button", { name: /^Run( again)?$/ }).click();
	await expect(page.locator(".progress-text")).toHaveText(/Done/, { timeout: 180_000 });
}

/** What both sides show of the line in which they part: words and the place of the marked one, -1 for none. */
const partingLine = (page: Page) =>
	page
		.locator(".sides .side-line", { has: page.locator("[data-parting]") })
		.locator(".side")
		.evaluateAll((sides) =>
			sides.map((side) => {
				const tokens = [...side.querySelectorAll(".token")];
				return {
					words: tokens.map((token) => token.querySelector(".word")?.textContent ?? ""),
					at: tokens.findIndex((token) => token.getAttribute("data-parting") === "true"),
				};
			}),
		);

/** Number in a cell of the card's table. */
async function numberIn(page: Page, row: string, column: 1 | 2): Promise<number> {
	const line = page.locator(".branch-values tr", { has: page.getByRole("rowheader", { name: row, exact: true }) });
	const text =
		(await line
			.locator("td")
			.nth(column - 1)
			.textContent()) ?? "";
	return Number(text.replace("−", "-"));
}

test("an engineer debugs a run of several turns by keyboard: the turn that lost, a sibling beside it, ways on, a link", async ({
	page,
	context,
}) => {
	test.slow();
	await context.grantPermissions(["clipboard-read", "clipboard-write"]);
	await page.goto(`#${encodeLink(CALLS)}`);
	await runToTheEnd(page);
	await expect(page.getByText(/64 of 64 rollouts/)).toBeVisible();

	await test.step("/ filters: what was called and did not pay", async () => {
		await press(page, "/");
		await page.keyboard.type("return<0 tool:call");
		await expect(page.getByText(/of 64 rollouts/)).not.toHaveText(/^64/);
		await page.keyboard.press("Tab");
	});

	await test.step("X goes to the turn that lost most, and its numbers stand beside it", async () => {
		await press(page, "x");
		await expect(place(page)).toBeVisible();
		await expect(page.locator(".worst-drop")).toContainText("exactly", { timeout: 60_000 });
		await press(page, "x");
		await expect(page.locator('.token[aria-selected="true"]')).toBeInViewport();
		await expect(page.locator(".inspector")).toContainText("Exact value before");
		await expect(page.locator(".inspector")).toContainText("Return of the rollout");
	});

	await test.step("L and H go to the next sibling and back", async () => {
		const before = (await place(page).textContent()) ?? "";
		await press(page, "l");
		await expect(place(page)).not.toHaveText(before);
		await press(page, "h");
		await expect(place(page)).toHaveText(before);
	});

	await test.step("= puts a sibling beside it: the first token that differs is marked", async () => {
		await press(page, "=");
		await expect(page.getByRole("tab", { name: "Siblings" })).toHaveAttribute("aria-selected", "true");
		await expect(page.locator(".siblings-head [role=status]")).toContainText(/Alike for|From the first token on/);
		const [left, right] = await partingLine(page);
		expect(left?.at).toBeGreaterThanOrEqual(0);
		expect(right?.at).toBe(left?.at);
		expect(right?.words.slice(0, right.at)).toEqual(left?.words.slice(0, left.at));
		expect(right?.words[right.at]).not.toBe(left?.words[left.at]);
		for (const mark of await page.locator("[data-parting]").all()) await expect(mark).toBeInViewport();
		expect(await seriousFindings(page)).toEqual([]);
	});

	await test.step("= again goes on to other siblings, and turns that read the same are folded", async () => {
		const sibling = page.getByLabel("Sibling on the right");
		const first = await sibling.inputValue();
		await press(page, "=");
		await expect(sibling).not.toHaveValue(first);
		const fold = page.locator(".side-fold").first();
		await expect(async () => {
			if (!(await fold.isVisible())) await press(page, "=");
			await expect(fold).toBeVisible({ timeout: 1000 });
		}, "a sibling with a turn that reads the same").toPass();
		await expect(fold).toContainText(/Turns? \d.*, alike/);
		const lines = await page.locator(".side-line .side").count();
		await fold.press("Enter");
		await expect.poll(() => page.locator(".side-line .side").count()).toBeGreaterThan(lines);
	});

	await test.step("G reads credit by turns: what one turn was paid is one block", async () => {
		const turn = page.locator(".sides .side").filter({ has: page.locator('.token[aria-selected="true"]') });
		const blocks = async () => {
			const cells = turn.locator('.token[data-actor="policy"] i[data-row="exact"]');
			const joined = await turn.locator('.token[data-actor="policy"]:not([data-joined="true"])').count();
			return { starts: joined, colours: new Set(await cells.evaluateAll((c) => c.map((i) => i.className))).size };
		};
		await expect(async () => {
			if ((await blocks()).starts > 1) await press(page, "g");
			await expect.poll(blocks, { timeout: 1000 }).toEqual({ starts: 1, colours: 1 });
		}, "one of the units of reading is the turn").toPass();
	});

	await test.step("B samples on from before and after the turn: exact and estimated credit agree", async () => {
		await press(page, "b");
		const card = page.getByRole("complementary", { name: "Branch at a turn" });
		// Each of the 64 was found: the sampling was not ended before.
		await expect(card.getByRole("status")).toHaveText(/^64 from before it(, 64 after|; it is the end)\.$/, {
			timeout: 120_000,
		});
		const [exact, sampled] = [await numberIn(page, "credit", 1), await numberIn(page, "credit", 2)];
		// 64 continuations each of returns between −0.04 and 1: four standard errors.
		expect(Math.abs(exact - sampled)).toBeLessThanOrEqual(0.36);
		expect(Math.abs((await numberIn(page, "before", 1)) - (await numberIn(page, "before", 2)))).toBeLessThanOrEqual(
			0.26,
		);
		const counts = await card.locator(".branch-ways tbody tr td:nth-of-type(1)").allTextContents();
		expect(counts.length).toBeGreaterThan(0);
		expect(counts.map(Number).reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(64);
		const size = page.viewportSize();
		await page.setViewportSize({ width: 1024, height: 768 });
		for (const row of await card.locator("tbody tr").all()) await expect(row).toBeInViewport({ ratio: 0.9 });
		if (size) await page.setViewportSize(size);
		expect(await seriousFindings(page)).toEqual([]);
	});

	await test.step("Shift+S is another seed, for the next run; undone, the settings are those of this one", async () => {
		const seed = page.getByRole("textbox", { name: "Seed" }).first();
		await press(page, "Shift+S");
		await expect(seed).not.toHaveValue("1");
		await press(page, "Control+z");
		await expect(seed).toHaveValue("1");
	});

	await test.step("C copies a link to this turn, which a colleague's run comes to, too", async () => {
		const seen = { place: await place(page).textContent(), word: await page.locator(".inspector h3").textContent() };
		await press(page, "c");
		await expect.poll(() => clipboard(page)).toContain("#1z");
		const link = await clipboard(page);
		const other = await context.newPage();
		await other.goto(link);
		await runToTheEnd(other);
		await expect(place(other)).toHaveText(seen.place ?? "");
		await expect(other.locator(".inspector h3")).toHaveText(seen.word ?? "");
		await expect(other.getByRole("tab", { name: "Siblings" })).toHaveAttribute("aria-selected", "true");
		await expect(other.locator('.sides .token[aria-selected="true"]')).toHaveCount(1);
		expect(await sidesOf(other)).toEqual(await sidesOf(page));
	});
});

/** Which rollouts stand beside each other, as their head says. */
const sidesOf = async (page: Page) => [
	await page.locator(".siblings-head .side-line p").first().textContent(),
	await page.getByLabel("Sibling on the right").inputValue(),
];

test("a sibling that somebody chose is in the address: the page comes back with the same two", async ({ page }) => {
	await page.goto("?preset=keydoor@1");
	await expect(page.locator(".token").first()).toBeVisible();
	await press(page, "=");
	const sibling = page.getByLabel("Sibling on the right");
	const usual = await sibling.inputValue();
	const values = await sibling.locator("option").evaluateAll((all) => all.map((o) => (o as HTMLOptionElement).value));
	await sibling.selectOption(values.at(-1) ?? "");
	const sides = await sidesOf(page);
	expect(sides[1]).not.toBe(usual);
	await expect
		.poll(() => {
			const decoded = decodeLink(new URL(page.url()).hash);
			return decoded.ok ? decoded.state.view.right : null;
		})
		.toBe(Number(sides[1]));
	await page.reload();
	await expect(sibling).toHaveValue(sides[1] ?? "");
	expect(await sidesOf(page)).toEqual(sides);
});

test("of a recording too siblings stand side by side, and its policy goes on from before and after a turn", async ({
	page,
}) => {
	await page.goto("?preset=keydoor@1");
	await expect(page.locator(".token").first()).toBeVisible();
	await press(page, "?");
	await expect(page.getByRole("dialog", { name: "Keys" })).toContainText("Beside a sibling");
	await press(page, "Escape");
	await press(page, "=");
	await expect(page.locator('.token[data-parting="true"]')).toHaveCount(2);
	await page.getByRole("button", { name: "Branch around it" }).click();
	const card = page.getByRole("complementary", { name: "Branch at a turn" });
	await expect(card).toContainText("64 from before it", { timeout: 60_000 });
	await expect(card).toContainText("olicy rounded to 1/2048");
	await press(page, "Control+k");
	await page.keyboard.type("bars or");
	await expect(page.getByRole("listbox", { name: "Commands" }).getByRole("option")).toContainText("Shift B");
	await page.evaluate(() => {
		const field = document.activeElement;
		field?.closest("dialog")?.close();
		// Nothing is drawn between the two: the field, out of sight, still has the focus.
		field?.dispatchEvent(new KeyboardEvent("keydown", { key: "?", bubbles: true, cancelable: true }));
	});
	await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
});
