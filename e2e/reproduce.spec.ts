import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { decodeLink, encodeLink } from "../src/engine/spec/link";
import { chooseExecutor } from "./actions";
import { seriousFindings } from "./axe";
import { expect, test } from "./test";

const ascribe = fileURLToPath(new URL("../scripts/ascribe.mjs", import.meta.url));
const chip = (page: Page) => page.locator('.chip[title="Fingerprint of the parameters"]');
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** A run of a few seconds: from nothing, small, eight steps. */
const SMALL = {
	preset: "keydoor@1",
	changes: { steps: 8, warmStart: null, "rollout.prompts": 4, "rollout.groupSize": 4 },
	view: {},
	build: "",
	fingerprints: [],
	note: "",
};

async function runToTheEnd(page: Page): Promise<void> {
	await page.getByRole("button", { name: /^Run( again)?$/ }).click();
	await expect(page.locator(".progress-text")).toHaveText(/Done/, { timeout: 120_000 });
}

/** The fingerprints of the chip's card, by step. */
async function fingerprintsOf(page: Page): Promise<Record<string, string>> {
	const rows = await page.locator(".fingerprints tbody tr").all();
	const cells = await Promise.all(rows.map((row) => row.locator("td").allTextContents()));
	return Object.fromEntries(cells.map(([step = "", print = ""]) => [step, print]));
}

test("a shared exact run is made again in another profile and by the command line, and the chip says so", async ({
	page,
	browser,
}) => {
	await page.goto(`#${encodeLink(SMALL)}`);
	await chooseExecutor(page, "WebAssembly");
	await runToTheEnd(page);
	await button(page, "Share").click();
	await expect(page.locator(".share-card:popover-open")).toContainText(
		"3 fingerprints of the run, its success curve and the build (",
	);
	const link = await page.getByLabel("Link").inputValue();
	expect(link.length).toBeLessThanOrEqual(300);
	await button(page, "QR code").click();
	await expect(page.getByRole("img", { name: "QR code of the link" })).toBeVisible();
	await page.keyboard.press("Escape");
	await chip(page).click();
	const shared = await fingerprintsOf(page);
	expect(Object.keys(shared)).toEqual(["0", "1", "2", "4", "8"]);

	const profile = await browser.newContext();
	const other = await profile.newPage();
	await other.goto(link);
	await expect(other.locator(".chip").first()).toContainText("WebAssembly");
	await runToTheEnd(other);
	await expect(chip(other)).toContainText("same as the link");
	await chip(other).click();
	await expect(other.getByText("Equal parameters, bit for bit, at step 0, 2 and 8.")).toBeVisible();
	expect(await fingerprintsOf(other)).toEqual(shared);
	for (const chart of [other.locator(".linked-curves"), other.locator(".curves .curve", { hasText: "Success" })]) {
		await expect(chart.locator("path.line.dashed.run-0, path.line.dashed.run-1")).toHaveAttribute("d", /L/);
		await expect(chart.locator("g.curve path")).toHaveAttribute("d", /L/);
	}
	expect(await seriousFindings(other)).toEqual([]);
	await profile.close();

	const told = execFileSync(process.execPath, [ascribe, "train", link, "--backend", "exact"], { encoding: "utf8" });
	const lines = told.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
	expect(Object.fromEntries(lines.map(({ step, fingerprint }) => [step, fingerprint]))).toEqual(shared);
});

test("a run on the graphics adapter has the fingerprints of the command line's, or both say what differs", {
	tag: "@adapter",
}, async ({ page }) => {
	await page.goto(`#${encodeLink({ ...SMALL, changes: { ...SMALL.changes, steps: 3 } })}`);
	await chooseExecutor(page, "Graphics adapter");
	await runToTheEnd(page);
	await chip(page).click();
	const shared = await fingerprintsOf(page);
	expect(Object.keys(shared)).toEqual(["0", "1", "2", "3"]);
	const label = (await page.getByText(/^gpu · .* · plan \w{16}$/).textContent()) ?? "";
	await page.keyboard.press("Escape");
	await button(page, "Share").click();
	await expect(page.locator(".share-card:popover-open")).toContainText("the name of its graphics adapter");
	const link = await page.getByLabel("Link").inputValue();

	const told = spawnSync(process.execPath, [ascribe, "train", link, "--backend", "gpu"], { encoding: "utf8" });
	expect(told.status, told.stderr).toBe(0);
	const lines = told.stdout.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line)] : []));
	const theirs = Object.fromEntries(lines.map(({ step, fingerprint }) => [step, fingerprint]));
	const own = /executor (gpu · .*)/.exec(told.stderr)?.[1] ?? "";
	if (own === label) {
		expect(theirs).toEqual(shared);
		expect(told.stderr).toContain("same as the run in the link, bit for bit");
	} else {
		const [, adapter = "", plan = ""] = /^gpu · (.*) · plan (\w{8})/.exec(label) ?? [];
		const named = [`adapter differs: ${adapter} there`, `plan differs: ${plan} there`];
		const expected = named.filter((_, i) => own.split(" · ")[i + 1] !== label.split(" · ")[i + 1]);
		if (JSON.stringify(theirs) !== JSON.stringify(shared))
			for (const text of expected) expect(told.stderr).toContain(text);
	}

	// The same link as if it came from another machine.
	const decoded = decodeLink(new URL(link).hash);
	if (!decoded.ok) throw new Error(decoded.message);
	const madeOn = { plan: "00000000", adapter: "nvidia ampere" };
	await page.goto(`?other#${encodeLink({ ...decoded.state, fingerprints: ["gpu:00000000@0"], madeOn })}`);
	await chooseExecutor(page, "Graphics adapter");
	await runToTheEnd(page);
	await expect(chip(page)).toContainText("differs: adapter, plan");
	await chip(page).click();
	await expect(
		page.getByText(/The adapter differs: nvidia ampere there, .* here\. The plan differs: 00000000 there/),
	).toBeVisible();
	expect(await seriousFindings(page)).toEqual([]);
});

test("a link whose run was another one: until which step it is the same, a different adapter, other settings", async ({
	page,
}) => {
	const linked = (fingerprints: string[]) =>
		encodeLink({ ...SMALL, fingerprints, curve: { lastStep: 8, success: [0, 1 / 63, 0.5, 1] } });
	await page.goto(`#${linked(["wasm:00000000@4"])}`);
	await runToTheEnd(page);
	await expect(chip(page)).toContainText("not the link's run");
	await chip(page).click();
	const shared = await fingerprintsOf(page);
	await page.goto(`?again#${linked([`wasm:${shared[2]?.slice(0, 8)}@2`, "wasm:00000000@8"])}`);
	await runToTheEnd(page);
	await expect(chip(page)).toContainText("same until step 2");
	await page.goto(`?adapter#${linked([`gpu:${shared[2]?.slice(0, 8)}@2`])}`);
	await runToTheEnd(page);
	await expect(chip(page)).toContainText("different adapter");
	await page.getByRole("textbox", { name: "Seed" }).first().fill("9");
	await runToTheEnd(page);
	await expect(chip(page)).toContainText("other settings");
});

test("a link brings back what was looked at: checkpoint, pinned token, methods, unit and panels", async ({
	page,
	browser,
}) => {
	await page.goto("");
	await expect(page.locator(".token").first()).toBeVisible();
	await page.getByRole("tab", { name: "Library" }).click();
	await page.getByRole("button", { name: "Methods", exact: true }).click();
	await page.getByRole("checkbox", { name: /TEMPO/ }).check();
	await page.keyboard.press("Escape");
	await page.locator('.rollout:nth-child(2) .token[data-actor="policy"]').nth(2).click();
	await page.keyboard.press("g");
	await page.getByRole("button", { name: "Next checkpoint" }).click();
	const look = async (at: Page) => ({
		step: await at.locator(".scrubber-where").textContent(),
		inspector: await at.locator(".inspector").textContent(),
		rows: await at.locator(".row-labels").first().textContent(),
		tab: await at.getByRole("tab", { name: "Library" }).getAttribute("aria-selected"),
	});
	// Its arithmetic comes after the token.
	await expect(page.locator(".why-sum")).toBeVisible();
	const seen = await look(page);
	expect(seen.rows).toContain("TEMPO");
	await button(page, "Share").click();
	await expect(page.locator(".share-card:popover-open")).toContainText("the view with what is selected");
	await page.getByLabel("Note").fill("Look at the <b>third</b> token.");
	const link = await page.getByLabel("Link").inputValue();
	expect(link.length).toBeLessThanOrEqual(350);

	const profile = await browser.newContext({ viewport: { width: 1440, height: 900 } });
	const other = await profile.newPage();
	await other.goto(link);
	await expect(other.locator('.token[aria-selected="true"]')).toHaveCount(1);
	await expect.poll(() => look(other)).toEqual(seen);
	await expect(other.getByRole("alert")).toContainText("Note: Look at the <b>third</b> token.");
	await profile.close();
});

test("a link whose view means nothing here is answered with what was left out, as text", async ({ page }) => {
	const view = {
		layout: "<b>",
		rows: ["<script>document.title='owned'</script>"],
		step: 1e12,
		rollout: 1,
		token: 9999,
	};
	await page.goto(`#${encodeLink({ ...SMALL, view })}`);
	const card = page.getByRole("alert");
	await expect(card).toContainText('The layout of the view cannot be "<b>".');
	await expect(card).toContainText("The step of the view was changed: 1000000000000 → 8.");
	await expect(page.locator(".token").first()).toBeVisible();
	await expect(card).toContainText(/pinned token of the view was left out|no rollouts are here/);
	await expect(page).not.toHaveTitle(/owned/);
});
