// How soon the built page shows its recording, what that takes, and how a table of 50,000 rollouts scrolls.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { build, preview } from "vite";
import { findChromium } from "../../scripts/chromium.mjs";
import { initialFiles } from "../../scripts/initialChunk.mjs";
import { startPlainBrowser } from "../plainBrowser.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const FLAGS = ["--no-sandbox", "--disable-background-networking"];
const options = {
	rounds: { type: "string", default: "5" },
	rollouts: { type: "string", default: "50000" },
	build: { type: "boolean", default: true },
};

/**
 * Chromium makes an address bar of its own for each new window, a page that takes some 0.6 s of processor time. Opening begins when that is
 * over: whoever opens Ascribe has a window.
 */
const WINDOW_MS = 2000;
/** Where pages say that they are on screen. */
const SHOWN = "/bench-shown";

/** In the page: tells the server when the first frame that has the first token of a recording, and its exact row, on it was drawn. */
function tellFirstToken(path) {
	requestAnimationFrame(function look() {
		const seen = document.querySelector('.token[data-actor="policy"] [data-row="exact"]');
		requestAnimationFrame(seen ? () => fetch(`${path}?${performance.now()}`) : look);
	});
}

/** Has the server hear what `tellFirstToken` tells. @returns the plugin, and a function that waits for the next page. */
function listener() {
	let tell = () => {};
	const hear = ({ url }, response) => {
		tell(Number(url.split("?")[1]));
		response.end();
	};
	const plugin = { name: "bench-shown", configurePreviewServer: (server) => void server.middlewares.use(SHOWN, hear) };
	const next = () =>
		new Promise((resolve) => {
			tell = resolve;
		});
	return { plugin, next };
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

async function timeOpening(executablePath, url, rounds, shown) {
	const browser = await startPlainBrowser(executablePath, FLAGS);
	const times = [];
	for (let i = 0; i < rounds; i++) {
		const tab = await browser.tab(1440, 900, `(${tellFirstToken})(${JSON.stringify(SHOWN)});`);
		await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
		const before = await tab.processor();
		const at = shown();
		await tab.load(url);
		const wall = await at;
		times.push({ wall, processor: (await tab.processor()) - before });
		await tab.close();
	}
	await browser.close();
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

function sayOpened(times) {
	const [wall, processor] = ["wall", "processor"].map((of) => times.map((time) => time[of]));
	const [least, most] = [Math.min(...wall), Math.max(...wall)].map((ms) => ms.toFixed(0));
	console.log(
		`recording on screen after ${median(wall).toFixed(0)} ms (median of ${wall.length}, ${least} to ${most}; aim 1000), ` +
			`${median(processor).toFixed(0)} ms of them the main thread's processor time`,
	);
}

export async function run(argv) {
	const { values } = parseArgs({ args: argv, options, allowNegative: true });
	if (values.build) await build({ root, logLevel: "warn" });
	const files = initialFiles(join(root, "dist"));
	console.log(
		`script of the first load: ${files.reduce((sum, f) => sum + f.gzip, 0)} bytes gzipped, ${files.length} files`,
	);
	const { plugin, next } = listener();
	const plugins = [plugin];
	const server = await preview({ root, logLevel: "warn", plugins, preview: { host: "127.0.0.1", port: 0 } });
	const executablePath = await findChromium();
	const url = server.resolvedUrls.local[0];
	sayOpened(await timeOpening(executablePath, url, Number(values.rounds), next));
	const browser = await chromium.launch({ executablePath, args: FLAGS });
	try {
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
