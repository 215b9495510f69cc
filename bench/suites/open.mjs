// How soon the built page shows its recording, what that takes, and how a table of 50,000 rollouts scrolls.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { build, preview } from "vite";
import { findChromium } from "../../scripts/chromium.mjs";
import { initialFiles } from "../../scripts/initialChunk.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const FLAGS = ["--no-sandbox", "--disable-background-networking"];
const options = {
	rounds: { type: "string", default: "5" },
	rollouts: { type: "string", default: "50000" },
	build: { type: "boolean", default: true },
};

/** In the page: the first frame that has the first token of a recording, and its exact row, on it. */
function watchFirstToken() {
	requestAnimationFrame(function look() {
		const seen = document.querySelector('.token[data-actor="policy"] [data-row="exact"]');
		requestAnimationFrame(seen ? () => (globalThis.shownAt = performance.now()) : look);
	});
}

/** In place of the trainer's worker: one batch of many rollouts, in comlink's wire format. */
function manyRollouts(B) {
	const T = 8;
	const fill = (A, of) => A.from({ length: B * T }, (_, i) => of(i));
	const mask = fill(Uint8Array, () => 1);
	const advantage = fill(Float64Array, (i) => ((i * 7919) % 200) / 100 - 1);
	const batch = {
		B,
		T,
		tokens: fill(Int32Array, (i) => i % 9),
		actionMask: mask,
		lengths: new Int32Array(B).fill(T),
		promptTokens: new Int32Array(B).fill(1),
		promptOffsets: Int32Array.from({ length: B + 1 }, (_, b) => b),
		groupIds: Int32Array.from({ length: B }, (_, b) => b >> 3),
		rewards: fill(Float64Array, (i) => (i % T === T - 1 ? (i >> 3) % 2 : 0)),
		returns: Float64Array.from({ length: B }, (_, b) => b % 2),
		success: Uint8Array.from({ length: B }, (_, b) => b % 2),
		truncated: new Uint8Array(B),
		signals: {},
	};
	const cost = { extraTokens: 0, modelCalls: 0 };
	const credit = { method: "grpo", params: {}, advantage, terms: { outcome: advantage }, mask, cost };
	const raw = (value) => ({ type: "RAW", value });
	addEventListener("message", ({ data }) => {
		if (data?.type !== "APPLY") return;
		const [name] = data.path;
		if (name === "run") {
			const port = data.argumentList[2].value;
			const events = [
				{ type: "rollouts", step: 1, batch, credit },
				{ type: "paused", step: 1 },
			];
			port.start();
			port.postMessage({ id: "events", type: "APPLY", path: [], argumentList: [raw(events)] });
		}
		const report = { status: "ok", adapter: "none", software: true, advice: "" };
		postMessage({ id: data.id, ...raw(name === "probe" ? report : name === "policyOf" ? null : undefined) });
	});
}

/** In the page: scrolls the table from top to bottom over `frames` frames. @returns milliseconds of each. */
async function scrollTable(frames) {
	const rows = document.querySelector(".rows");
	const times = [];
	let last = performance.now();
	for (let i = 1; i <= frames; i++) {
		rows.scrollTop = (rows.scrollHeight * i) / frames;
		await new Promise(requestAnimationFrame);
		const now = performance.now();
		times.push(now - last);
		last = now;
	}
	return times;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function timeOpening(browser, url, rounds) {
	const times = [];
	for (let i = 0; i < rounds; i++) {
		const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
		await page.addInitScript(watchFirstToken);
		await page.goto(url);
		await page.waitForFunction(() => globalThis.shownAt !== undefined);
		times.push(await page.evaluate(() => globalThis.shownAt));
		await page.close();
	}
	return times;
}

async function timeScrolling(browser, url, rollouts) {
	const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
	const headers = { "cross-origin-embedder-policy": "require-corp", "cross-origin-resource-policy": "same-origin" };
	const body = `(${manyRollouts})(${rollouts});`;
	await page.route(/trainer\.worker[^/]*\.js$/, (route) =>
		route.fulfill({ contentType: "text/javascript", headers, body }),
	);
	await page.goto(`${url}?layout=debug`);
	await page.getByRole("button", { name: "Run", exact: true }).click();
	await page.getByText(`${rollouts} of ${rollouts} rollouts`).waitFor();
	await page.waitForTimeout(1000);
	return page.evaluate(scrollTable, 120);
}

export async function run(argv) {
	const { values } = parseArgs({ args: argv, options, allowNegative: true });
	if (values.build) await build({ root, logLevel: "warn" });
	const files = initialFiles(join(root, "dist"));
	console.log(
		`script of the first load: ${files.reduce((sum, f) => sum + f.gzip, 0)} bytes gzipped, ${files.length} files`,
	);
	const server = await preview({ root, logLevel: "warn", preview: { host: "127.0.0.1", port: 0 } });
	const browser = await chromium.launch({ executablePath: await findChromium(), args: FLAGS });
	const url = server.resolvedUrls.local[0];
	try {
		const opened = await timeOpening(browser, url, Number(values.rounds));
		console.log(`recording on screen after ${median(opened).toFixed(0)} ms (median of ${opened.length}; aim 1000)`);
		const frames = await timeScrolling(browser, url, Number(values.rollouts));
		console.log(
			`${values.rollouts} rollouts scroll at ${median(frames).toFixed(1)} ms a frame, longest ${Math.max(...frames).toFixed(1)} (aim 50)`,
		);
		return 0;
	} finally {
		await browser.close();
		await server.close();
	}
}
