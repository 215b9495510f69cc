import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Browser, Page } from "@playwright/test";
import { decodeLink } from "../src/engine/spec/link";
import { seriousFindings } from "./axe";
import { expect, test } from "./test";

/** Two groups of a step: in the second, the third rollout is the one to talk about. */
const rows = [0, 1, 2, 3, 4, 5].map((i) => ({
	input: i < 2 ? "first?" : "second?",
	output: `private answer number ${i} is this`,
	score: i % 2,
	step: 30,
	uid: `${i < 2 ? 0 : 1}_${i}_0`,
}));
const content = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
const hash = createHash("sha256").update(content).digest("hex").slice(0, 8);
const NAME = "step_30.jsonl";

const kept = (page: Page) => page.getByRole("region", { name: "Files in this browser" });
const wanted = (page: Page) => page.locator('[data-notice="wanted"]');
const pinned = (page: Page) => page.locator('[data-panel="credit"] .token[aria-selected="true"]');

/** Drops files on the page, as from a folder of the system. */
async function drop(page: Page, files: readonly { readonly name: string; readonly bytes: Buffer }[]): Promise<void> {
	const transfer = await page.evaluateHandle(
		(given) => {
			const made = new DataTransfer();
			for (const { name, text } of given)
				made.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
			return made;
		},
		files.map(({ name, bytes }) => ({ name, text: bytes.toString("base64") })),
	);
	await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

async function dropDump(page: Page): Promise<void> {
	await drop(page, [{ name: NAME, bytes: content }]);
	await expect(kept(page)).toContainText(`hash ${hash}`);
}

/** Pins the word "this" of the last rollout but one of the second group: row 4 of the file. */
async function pinThis(page: Page): Promise<void> {
	await page.getByRole("button", { name: "Next group of the files" }).click();
	await expect(page.locator('[data-panel="credit"]')).toContainText("Group 2 of 2");
	const words = page.locator('[data-panel="credit"] .token', { hasText: "this" });
	await words.nth(2).click();
}

async function sharedLink(page: Page): Promise<string> {
	await page.getByRole("button", { name: "Share" }).click();
	const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
	await page.keyboard.press("Escape");
	return link;
}

async function colleague(browser: Browser): Promise<Page> {
	return (await browser.newContext()).newPage();
}

test("a dropped file is there when the page is opened again: open, save, delete", async ({ page, context }) => {
	await page.goto("");
	await dropDump(page);
	await expect(kept(page)).toContainText("verl rollout dump, 6 rollouts");
	await expect(page.locator('[data-panel="data"]')).toContainText("stay on this machine");
	await page.close();

	const again = await context.newPage();
	await again.goto("");
	await again.getByRole("tab", { name: "Data" }).click();
	const saved = again.waitForEvent("download");
	await kept(again).getByRole("button", { name: "Save" }).click();
	const file = await saved;
	expect(file.suggestedFilename()).toBe(NAME);
	expect(readFileSync(await file.path())).toEqual(content);
	await kept(again).getByRole("button", { name: "Open" }).click();
	await expect(again.locator('[data-panel="data"]')).toContainText("verl rollout dump: 6 rollouts in 2 groups");
	await expect(kept(again)).toContainText("on this page");
	expect(await seriousFindings(again)).toEqual([]);

	const other = await context.newPage();
	await other.goto("");
	await other.getByRole("tab", { name: "Data" }).click();
	await expect(kept(other)).toContainText("open in another tab");
	await expect(kept(other).getByRole("button", { name: "Delete" })).toBeDisabled();
	await again.locator('[data-panel="data"]').getByRole("button", { name: "Close" }).click();
	await expect(kept(again).getByRole("button", { name: "Delete" })).toBeEnabled();
	await kept(again).getByRole("button", { name: "Delete" }).click();
	await expect(kept(again).getByRole("listitem")).toHaveCount(0);
	await other.reload();
	await other.getByRole("tab", { name: "Data" }).click();
	await expect(kept(other).getByRole("listitem")).toHaveCount(0);
});

test("a folder is kept as one, and nothing where the person wants that", async ({ page }) => {
	await page.goto("");
	await page.getByRole("tab", { name: "Data" }).click();
	await kept(page)
		.getByRole("checkbox", { name: /Keep what I open/ })
		.uncheck();
	await drop(page, [{ name: NAME, bytes: content }]);
	await expect(page.locator('[data-panel="data"]')).toContainText("6 rollouts in 2 groups");
	await expect(page.locator(".twin")).toBeVisible();
	await expect(kept(page).getByRole("listitem")).toHaveCount(0);
	await kept(page)
		.getByRole("checkbox", { name: /Keep what I open/ })
		.check();
	await expect(kept(page).getByRole("listitem")).toHaveCount(1);
	const other = Buffer.from(content.toString().replaceAll('"step":30', '"step":31'));
	await drop(page, [
		{ name: "30.jsonl", bytes: content },
		{ name: "31.jsonl", bytes: other },
	]);
	await expect(kept(page).getByRole("listitem")).toHaveCount(2);
	await expect(kept(page).getByRole("listitem").first()).toContainText("verl rollout dump, 12 rollouts");
	const saved = page.waitForEvent("download");
	await kept(page).getByRole("listitem").first().getByRole("button", { name: "Save" }).click();
	const bytes = readFileSync(await (await saved).path());
	await drop(page, [{ name: "both.zip", bytes }]);
	await expect(page.locator('[data-panel="data"] .data-title').first()).toHaveText("both.zip");
	await expect(page.locator('[data-panel="data"]')).toContainText("12 rollouts in 4 groups of 2 steps");
});

test("a link to a turn of a file holds its hash and not its content; who drops the same file lands there", async ({
	page,
	browser,
	context,
}) => {
	await page.goto("");
	await dropDump(page);
	await pinThis(page);
	await page.getByRole("button", { name: "Share" }).click();
	const sheet = page.locator(".share-card:popover-open");
	await expect(sheet).toContainText(`its name, ${NAME}`);
	await expect(sheet).toContainText("Not inside: anything that the file holds, weights.");
	await sheet.getByRole("checkbox", { name: "Name of the file" }).uncheck();
	const nameless = decodeLink(new URL(await page.getByRole("textbox", { name: "Link" }).inputValue()).hash);
	expect(nameless.ok && nameless.state.file).toEqual({ hash, name: "" });
	await page.keyboard.press("Escape");
	const link = await sharedLink(page);
	const decoded = decodeLink(new URL(link).hash);
	expect(decoded.ok && decoded.state.file).toEqual({ hash, name: NAME });
	expect(decoded.ok && decoded.state.view).toMatchObject({ rollout: 4, token: 5, length: 6 });
	expect(JSON.stringify(decoded)).not.toContain("private");
	// The address leads back to the same place, and tells no name.
	await expect.poll(() => decodeLink(new URL(page.url()).hash)).toMatchObject({ state: { file: { hash, name: "" } } });

	const second = await colleague(browser);
	await second.goto(link);
	await expect(wanted(second)).toContainText(`Drop ${NAME} (hash ${hash}) to continue.`);
	expect(await seriousFindings(second)).toEqual([]);
	const wrong = Buffer.from(content.toString().replace("private", "another"));
	await drop(second, [{ name: NAME, bytes: wrong }]);
	const wrongHash = createHash("sha256").update(wrong).digest("hex").slice(0, 8);
	await expect(wanted(second)).toContainText(
		`What was opened is ${NAME} (hash ${wrongHash}), another file than the link means. Drop ${NAME} (hash ${hash})`,
	);
	await drop(second, [{ name: "renamed.jsonl", bytes: content }]);
	await expect(wanted(second)).toHaveCount(0);
	await expect(second.locator('[data-panel="credit"]')).toContainText("Group 2 of 2");
	await expect(pinned(second)).toHaveText(/^this/);
	await expect(second.locator('[data-panel="inspector"]')).toContainText("4");
	await second.context().close();

	// A browser that keeps the file opens it at once: here the one that made the link, and a reload of its address.
	const own = await context.newPage();
	await own.goto(link);
	await expect(pinned(own)).toHaveText(/^this/);
	await expect(own.locator('[data-panel="credit"]')).toContainText("Group 2 of 2");
	await page.reload();
	await expect(pinned(page)).toHaveText(/^this/);
	await expect(wanted(page)).toHaveCount(0);
});

test("a name in a link is text, and the card can be closed", async ({ page }) => {
	const payload = { p: "keydoor@1", v: { rollout: 9 }, d: "0badcafe <img src=x onerror=alert(1)>\u202Egpj.jsonl" };
	await page.goto(`#1j${Buffer.from(JSON.stringify(payload)).toString("base64url")}`);
	await expect(wanted(page)).toContainText("Drop <img src=x onerror=alert(1)>gpj.jsonl (hash 0badcafe) to continue.");
	expect(await page.locator("img[src=x]").count()).toBe(0);
	await wanted(page).getByRole("button", { name: "Go on without it" }).click();
	await expect(wanted(page)).toHaveCount(0);
	await expect.poll(() => decodeLink(new URL(page.url()).hash)).not.toHaveProperty("state.file");
});

/** The worker writes: what it finds there is replaced before it starts. */
async function failWrites(page: Page, error: string): Promise<void> {
	await page.context().route(/files\.worker.*\.js$/, async (route) => {
		const response = await route.fetch();
		const fail = `FileSystemFileHandle.prototype.createWritable = async () => { throw new DOMException("No.", "${error}"); };`;
		await route.fulfill({ response, body: fail + (await response.text()) });
	});
}

test("a full storage is said on a card, and the file is read all the same", async ({ page }) => {
	await failWrites(page, "QuotaExceededError");
	await page.goto("");
	await drop(page, [{ name: NAME, bytes: content }]);
	const card = page.getByRole("alert").filter({ hasText: `no more room to keep ${NAME}` });
	await expect(card).toContainText("It is read and on screen");
	await expect(page.locator('[data-panel="data"]')).toContainText("6 rollouts in 2 groups");
	await expect(kept(page)).toContainText("There is no more room");
	await card.getByRole("button", { name: "Understood" }).click();
	await expect(card).toHaveCount(0);
});

test("a browser that keeps nothing is said where files are listed, and links work all the same", async ({ page }) => {
	await failWrites(page, "SecurityError");
	await page.goto("");
	await drop(page, [{ name: NAME, bytes: content }]);
	await expect(kept(page)).toContainText("The browser keeps nothing for this page");
	await expect(page.getByRole("alert")).toHaveCount(0);
	const decoded = decodeLink(new URL(await sharedLink(page)).hash);
	expect(decoded.ok && decoded.state.file).toEqual({ hash, name: NAME });
});
