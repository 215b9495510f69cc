// The built page as a large file is dropped: how soon its first group is on screen, how long everything takes until the browser keeps a copy, the
// memory of the page's process meanwhile, and how long a cancel waits in each part of it.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findChromium } from "../scripts/chromium.mjs";

const FLAGS = ["--no-sandbox", "--disable-background-networking"];
const DATA = '[data-panel="data"]';

/** In the page: when each part of an import was first seen on screen, in milliseconds after the files were given. */
function watchImport() {
	const kept = () => document.querySelector('[aria-label="Files in this browser"]');
	const seen = {
		first: () =>
			document.querySelector('[data-panel="credit"] .token')?.closest("[data-panel]").textContent.includes("word7"),
		whole: () => document.querySelector('[aria-label="Group of the files"]'),
		copying: () => kept()?.textContent.includes("Keeping a copy"),
		linted: () => document.querySelector(".lint li, .lint > p:not(.muted)"),
		kept: () => kept()?.querySelector("li"),
	};
	let start = Number.NaN;
	globalThis.marks = {};
	addEventListener(
		"change",
		({ target }) => {
			if (target.dataset.testid !== "files") return;
			start = performance.now();
			globalThis.marks = {};
		},
		{ capture: true },
	);
	requestAnimationFrame(function look() {
		for (const [name, test] of Object.entries(seen))
			if (!(name in globalThis.marks) && test()) globalThis.marks[name] = performance.now() - start;
		requestAnimationFrame(look);
	});
}

/** In the page: clicks a button and waits until files can be chosen again. @returns milliseconds. */
async function clickAndWait(name) {
	const button = [...document.querySelectorAll('[data-panel="data"] button')].find((b) => b.textContent === name);
	const start = performance.now();
	button.click();
	while (!document.querySelector('[data-panel="data"]').textContent.includes("Drop rollouts anywhere"))
		await new Promise(requestAnimationFrame);
	return performance.now() - start;
}

/** Resident bytes of a process now, from Linux's /proc. */
function resident(pid) {
	const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
	return Number(kilobytes) * 1024;
}

/** Watches the resident memory of the page's process. @returns functions: the most since the last question, and the end. */
async function watchMemory(browser) {
	const session = await browser.newBrowserCDPSession();
	const { processInfo } = await session.send("SystemInfo.getProcessInfo");
	const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
	const used = () => Math.max(...pids.map((pid) => resident(pid)));
	const before = used();
	let peak = before;
	const watch = setInterval(() => {
		peak = Math.max(peak, used());
	}, 20);
	const most = () => {
		const last = peak;
		peak = used();
		return last;
	};
	return { before, most, end: () => clearInterval(watch) };
}

const mark = async (page, name) => {
	await page.waitForFunction((n) => n in globalThis.marks, name, { timeout: 600_000, polling: 50 });
	return page.evaluate((n) => globalThis.marks[n], name);
};

/** In the page: bytes of files that it keeps in the browser's own file system. */
async function keptBytes() {
	const sizeOf = async (folder) => {
		let bytes = 0;
		for await (const entry of folder.values())
			bytes += entry.kind === "file" ? (await entry.getFile()).size : await sizeOf(entry);
		return bytes;
	};
	const root = await navigator.storage.getDirectory();
	return root.getDirectoryHandle("imports").then(sizeOf, () => 0);
}

/** Opens the Data panel in a browser whose profile is new and lies on disk: files of a private window would be memory. */
async function withPage(url, work) {
	const profile = mkdtempSync(join(tmpdir(), "ascribe-profile-"));
	const context = await chromium.launchPersistentContext(profile, {
		executablePath: await findChromium(),
		args: FLAGS,
		viewport: { width: 1440, height: 900 },
	});
	try {
		const page = await context.newPage();
		await page.addInitScript(watchImport);
		await page.goto(url);
		await openData(page);
		return await work(page, context.browser());
	} finally {
		await context.close();
		rmSync(profile, { recursive: true, force: true });
	}
}

async function openData(page) {
	await page.getByRole("tab", { name: "Data" }).click();
	await page.locator(DATA).getByText("Drop rollouts anywhere").waitFor();
}

/** Gives the file to the page, cancels some time after a part of the import is on screen, and says how long that waited. */
async function cancelAt(page, file, part, button, later) {
	await page.reload();
	await openData(page);
	await page.setInputFiles('[data-testid="files"]', file);
	await mark(page, part);
	await page.waitForTimeout(later);
	return page.evaluate(clickAndWait, button);
}

async function wholeImport(page, browser, file, tell) {
	const memory = await watchMemory(browser);
	await page.setInputFiles('[data-testid="files"]', file);
	tell("first group on screen", `${(await mark(page, "first")).toFixed(0)} ms`);
	const whole = await mark(page, "whole");
	tell("whole file read", `${seconds(whole)}, ${megabytes(memory.most())} at most`);
	const copying = await mark(page, "copying");
	tell("from there to the copy", `${seconds(copying - whole)}, ${megabytes(memory.most())} at most`);
	const kept = await mark(page, "kept");
	tell("copied", `${seconds(kept - copying)}, ${megabytes(memory.most())} at most`);
	tell("Credit Lint has looked, after reading", seconds((await mark(page, "linted")) - whole));
	memory.end();
	tell("memory of the page's process before", megabytes(memory.before));
}

/** Each part of the import cancelled, in a browser that keeps nothing of the file yet. */
async function cancels(page, file, tell) {
	const ms = (waited) => `${waited.toFixed(0)} ms`;
	tell("cancel while it is read", ms(await cancelAt(page, file, "first", "Cancel", 500)));
	tell("cancel while it is copied", ms(await cancelAt(page, file, "copying", "Close", 200)));
	await page.waitForTimeout(1000);
	tell("bytes left of what was cancelled", String(await page.evaluate(keptBytes)));
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

/** Measures one import. @param tell takes name and value of each measurement. */
export const importInPage = (url, file, tell) =>
	withPage(url, (page, browser) => wholeImport(page, browser, file, tell));

/** Measures a cancel in each part of an import. @param tell takes name and value of each measurement. */
export const cancelInPage = (url, file, tell) => withPage(url, (page) => cancels(page, file, tell));
