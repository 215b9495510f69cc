import type { Page } from "@playwright/test";
import { decodeLink } from "../src/engine/spec/link";
import { linkIn } from "../src/ui/figures/carriedLink";
import { downloaded, linked, methodsAnswered } from "./actions";
import { expect, test } from "./test";

const seed = (page: Page) => page.getByRole("textbox", { name: "Seed" }).first();
const look = async (page: Page) => ({
	seed: await seed(page).inputValue(),
	step: await page.locator(".scrubber-where").textContent(),
	inspector: await page.locator(".inspector").textContent(),
	rows: await page.locator(".row-labels").first().textContent(),
	tab: await page.getByRole("tab", { name: "Library" }).getAttribute("aria-selected"),
});

test("the address follows the view without filling the history, and opened again gives the same page", async ({
	page,
	browser,
}) => {
	await page.goto("");
	await expect(page.locator(".token").first()).toBeVisible();
	const plain = page.url();
	const entries = await page.evaluate(() => history.length);
	await page.keyboard.press("Escape");
	await seed(page).fill("42");
	await page.waitForTimeout(1000);
	expect(page.url(), "while somebody types").toBe(plain);
	await page.keyboard.press("Tab");
	await expect.poll(() => linked(page)?.changes).toEqual({ seed: 42 });
	await page.getByRole("tab", { name: "Library" }).click();
	await page.locator('.rollout:nth-child(2) .token[data-actor="policy"]').nth(2).click();
	await page.getByRole("button", { name: "Next checkpoint" }).click();
	await page.keyboard.press("v");
	await page.keyboard.press("g");
	await expect.poll(() => linked(page)?.view).toMatchObject({ panels: ["library"], exact: false, rollout: 1 });
	expect(await page.evaluate(() => history.length)).toBe(entries);
	await expect(page.locator(".why-sum")).toBeVisible();
	const seen = await look(page);
	await page.reload();
	await expect(page.locator('.token[aria-selected="true"]')).toHaveCount(1);
	await expect.poll(() => look(page)).toEqual(seen);
	const profile = await browser.newContext({ viewport: { width: 1440, height: 900 } });
	const other = await profile.newPage();
	await other.goto(page.url());
	await expect.poll(() => look(other)).toEqual(seen);
	expect(other.url()).toBe(page.url());
	await profile.close();
});

test("a link put into the address of the open page is opened", async ({ page }) => {
	await page.goto("");
	await expect(page.locator(".token").first()).toBeVisible();
	const payload = Buffer.from('{"p":"keydoor@1","c":{"seed":8},"n":"look here"}').toString("base64url");
	await page.goto(`#1j${payload}`);
	await expect(page.getByText("Note: look here")).toBeVisible();
	await expect(seed(page)).toHaveValue("8");
	await page.goto("#1zAAAA");
	await expect(page.getByRole("alert")).toContainText("cannot be read");
	await expect(seed(page)).toHaveValue("8");
});

test("Back and forward go through presets and methods, and a pasted link goes back to the page before it", async ({
	page,
}) => {
	await page.goto("");
	await expect(page.locator(".token").first()).toBeVisible();
	const preset = page.getByLabel("Preset");
	const opensWith = await preset.inputValue();
	for (const id of ["lake@1", "star@1"]) {
		await preset.selectOption(id);
		await expect.poll(() => linked(page)?.preset).toBe(id);
	}
	await seed(page).fill("9");
	await page.keyboard.press("Tab");
	await expect.poll(() => linked(page)?.changes).toEqual({ seed: 9 });
	await page.goBack();
	await expect(preset).toHaveValue("lake@1");
	await page.goBack();
	await expect(preset).toHaveValue(opensWith);
	await page.goForward();
	await page.goForward();
	await expect(preset).toHaveValue("star@1");
	await expect(seed(page)).toHaveValue("9");
	await expect(page.getByText("opened from a link")).toHaveCount(0);

	await page.goto("about:blank");
	await page.goto("");
	await expect(page.locator(".token").first()).toBeVisible();
	await page.goto(`#1j${Buffer.from('{"p":"lake@1"}').toString("base64url")}`);
	await expect(preset).toHaveValue("lake@1");
	await page.goBack();
	await expect(preset).toHaveValue(opensWith);
});

test("a link is shared with the view or without it, and the sheet says what is inside", async ({ page }) => {
	await page.goto("?layout=debug&seed=5");
	await expect(page.locator(".token").first()).toBeVisible();
	await page.locator('.token[data-actor="policy"]').first().click();
	await page.getByRole("button", { name: "Share", exact: true }).click();
	const sheet = page.locator(".share-card:popover-open");
	const link = async () => {
		const decoded = decodeLink(new URL(await page.getByLabel("Link").inputValue()).hash);
		return decoded.ok ? decoded.state : null;
	};
	await expect(sheet).toContainText(
		/1 setting that differs from it, the view with what is selected and the build \([\w.-]+\)\. Not inside: rollouts, weights\./,
	);
	expect((await link())?.view).toMatchObject({ layout: "debug", token: 0 });
	await sheet.getByRole("radio", { name: "Settings only" }).check();
	await expect(sheet).toContainText(
		/Inside: the preset, 1 setting that differs from it and the build \([\w.-]+\)\. Not inside: rollouts, weights, the view\./,
	);
	expect(await link()).toMatchObject({ changes: { seed: 5 }, view: {} });
});

test("a panel is shared as a picture that carries the link of the sheet, note included", async ({ page }) => {
	await page.goto("?seed=5");
	await expect(page.locator(".token").first()).toBeVisible();
	await page.getByRole("button", { name: "Share", exact: true }).click();
	const sheet = page.locator(".share-card:popover-open");
	await sheet.getByRole("button", { name: "As an image" }).click();
	const preview = sheet.getByRole("img", { name: "Credit, as saved" });
	await expect
		.poll(() => preview.evaluate((image: HTMLImageElement) => image.naturalWidth), "the preview is drawn")
		.toBeGreaterThan(100);
	await sheet.getByLabel("Panel in the picture").selectOption("Curves");
	await expect(sheet.getByRole("img", { name: "Curves, as saved" })).toBeVisible();
	await sheet.getByLabel("Note").fill("Look at the entropy.");
	for (const kind of ["PNG", "SVG"]) {
		const saved = await downloaded(page, () => sheet.getByRole("button", { name: `Save ${kind}` }).click());
		expect(saved.name).toBe(`ascribe-curves.${kind.toLowerCase()}`);
		const carried = linkIn(saved.bytes);
		expect(carried).toBe(new URL(await sheet.getByLabel("Link").inputValue()).hash);
		expect(decodeLink(carried ?? "")).toMatchObject({ state: { changes: { seed: 5 }, note: "Look at the entropy." } });
	}
});

test("in the dark theme too a picture is on paper: the same as in the light one, and all of what stands side by side", async ({
	page,
}) => {
	test.slow();
	const sheet = page.locator(".share-card:popover-open");
	const drawn = async (panel: string) => {
		await page.getByRole("button", { name: "Share", exact: true }).click();
		await sheet.getByRole("button", { name: "As an image" }).click();
		await sheet.getByLabel("Panel in the picture").selectOption(panel);
		const source = await sheet.getByRole("img", { name: `${panel}, as saved` }).getAttribute("src");
		await page.keyboard.press("Escape");
		return decodeURIComponent(source ?? "");
	};
	const pictures = async (colorScheme: "light" | "dark") => {
		await page.emulateMedia({ colorScheme });
		await page.goto("?preset=keydoor@1");
		await page.locator('.token[data-actor="policy"]').first().click();
		await expect(page.locator(".inspector")).toContainText("Exact value before");
		await expect(page.locator(".why-sum")).toBeVisible();
		await methodsAnswered(page);
		const credit = await drawn("Credit");
		const inspector = await drawn("Inspector");
		await page.keyboard.press("=");
		await expect(page.locator(".sides .side").first()).toBeVisible();
		return { credit, inspector, siblings: await drawn("Siblings") };
	};
	const [light, dark] = [await pictures("light"), await pictures("dark")];
	expect(dark.credit).toContain("<image");
	for (const panel of ["credit", "inspector", "siblings"] as const)
		expect(dark[panel] === light[panel], `${panel} is drawn alike`).toBe(true);
	expect(light.credit).toContain('fill="rgb(28, 31, 35)"');
	const words = [...dark.siblings.matchAll(/>([^<>]+)<\/text>/g)].map(([, word]) => word);
	const right = await page.getByLabel("Sibling on the right").inputValue();
	expect(words.join(" ")).toMatch(new RegExp(`Rollout \\d+ .*Rollout ${right} `));
	expect(words).not.toContain("Next");
	const turns = await page.locator(".sides .side-name").count();
	expect(words.filter((word) => word === "Turn").length).toBeGreaterThanOrEqual(turns);
	const height = Number(/viewBox="0 0 [\d.]+ ([\d.]+)"/.exec(dark.siblings)?.[1]);
	const lowest = Math.max(...[...dark.siblings.matchAll(/<text x="[\d.]+" y="([\d.]+)"/g)].map(([, y]) => Number(y)));
	expect(lowest).toBeLessThanOrEqual(height);
});

test("a link starts nothing, and says what its run would take, whether or not a recording is there to look at", async ({
	page,
}) => {
	await page.goto("?seed=5");
	const note = page.locator(".recorded-note");
	await expect(note).toContainText("Recorded with other settings");
	await expect(note).toContainText(/about \d+(\.\d)? [kMG]B, time unknown$/);
	await expect(note.getByRole("button", { name: "Run these" })).toBeEnabled();
	await seed(page).fill("1");
	await expect(note).toHaveCount(0);
	await page.route("**/*.recording", (route) => route.fulfill({ body: "not a recording" }));
	await page.goto("?preset=modchain@1&seed=5");
	await expect(page.locator(".empty .run-cost")).toContainText(/about \d+(\.\d)? [kMG]B, time unknown/);
});

test("inside another page the address stays as the other page wrote it", async ({ page }) => {
	await page.goto("?embed&hide=timeline");
	await expect(page.locator(".token").first()).toBeVisible();
	const url = page.url();
	await page.locator('.token[data-actor="policy"]').first().click();
	await page.keyboard.press("g");
	await page.waitForTimeout(1000);
	expect(page.url()).toBe(url);
});
