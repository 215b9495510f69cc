// How long a click waits on the built page while it trains, and paused. Aim: 100 ms while training.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { build, preview } from "vite";
import { findChromium } from "../../scripts/chromium.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const FLAGS = ["--no-sandbox", "--disable-background-networking", "--enable-unsafe-webgpu"];

const options = {
	clicks: { type: "string", default: "60" },
	seconds: { type: "string", default: "10" },
	hardware: { type: "boolean", default: false },
	build: { type: "boolean", default: true },
};

/** In the page: time from a click's own timestamp to the end of the frame that answers it. */
function recordClicks() {
	globalThis.waits = [];
	addEventListener(
		"click",
		(event) =>
			requestAnimationFrame(() => {
				const { port1, port2 } = new MessageChannel();
				port1.onmessage = () => globalThis.waits.push(performance.now() - event.timeStamp);
				port2.postMessage(null);
			}),
		{ capture: true },
	);
}

const quantile = (values, q) =>
	[...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(q * values.length))];

/** Clicks through controls that redraw much: groups, tabs. */
async function clickAround(page, clicks) {
	const targets = ["Next group", "Rollouts", "Next group", "Tree"];
	await page.evaluate(() => {
		globalThis.waits = [];
	});
	for (let i = 0; i < clicks; i++) {
		const name = targets[i % targets.length];
		const role = name === "Tree" || name === "Rollouts" ? "tab" : "button";
		await page.getByRole(role, { name, exact: true }).click();
		await page.waitForTimeout(100);
	}
	return page.evaluate(() => globalThis.waits);
}

/** Share of the main thread's time that was busy, over some seconds without input. */
async function busyShare(session, page, seconds) {
	const task = async () =>
		(await session.send("Performance.getMetrics")).metrics.find((m) => m.name === "TaskDuration").value;
	const before = await task();
	await page.waitForTimeout(seconds * 1000);
	return ((await task()) - before) / seconds;
}

const row = (cells) =>
	console.log(cells.map((c, i) => String(c)[i === 0 ? "padEnd" : "padStart"](i === 0 ? 12 : 11)).join(""));

function report(name, waits, busy) {
	const ms = (q) => quantile(waits, q).toFixed(0);
	row([name, waits.length, ms(0.5), ms(0.95), ms(1), `${(100 * busy).toFixed(1)} %`]);
	return quantile(waits, 0.95);
}

export async function run(argv) {
	const { values } = parseArgs({ args: argv, options, allowNegative: true });
	if (values.build) await build({ root, logLevel: "warn" });
	const server = await preview({ root, logLevel: "warn", preview: { host: "127.0.0.1", port: 0 } });
	const executablePath = await findChromium();
	const args = values.hardware ? FLAGS : [...FLAGS, "--use-webgpu-adapter=swiftshader"];
	const browser = await chromium.launch({ executablePath, args });
	const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
	try {
		const session = await page.context().newCDPSession(page);
		await session.send("Performance.enable");
		await page.addInitScript(recordClicks);
		await page.goto(server.resolvedUrls.local[0]);
		// A run that outlasts the measurement.
		await page.getByLabel("Training steps").fill("100000");
		await page.getByRole("button", { name: "Run", exact: true }).click();
		// A recording is on screen from the start; the run's own batch has 32 groups.
		await page.getByText("Group 1 of 32").waitFor({ timeout: 240_000 });
		console.log("milliseconds from a click to the end of the frame that answers it; main thread busy without input");
		row(["", "clicks", "median", "95 %", "longest", "busy"]);
		const seconds = Number(values.seconds);
		const trainingBusy = await busyShare(session, page, seconds);
		const slow = report("training", await clickAround(page, Number(values.clicks)), trainingBusy);
		await page.getByRole("button", { name: "Pause", exact: true }).click();
		await page.getByText(/Paused at step/).waitFor();
		const pausedBusy = await busyShare(session, page, seconds);
		report("paused", await clickAround(page, Number(values.clicks)), pausedBusy);
		console.log(
			slow <= 100 ? "aim of 100 ms met at the 95th percentile" : "aim of 100 ms missed at the 95th percentile",
		);
		return 0;
	} finally {
		await browser.close();
		await server.close();
	}
}
