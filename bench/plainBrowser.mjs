// A Chromium as a person has it: its tabs are opened and pages are loaded, but no debugger is on in them. Playwright turns one on in every page,
// and with it V8 reads a script again for the stack of every error that is made, as React does with five when it is read.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** @returns `tab(width, height, script)`, which opens a tab in a profile of its own where `script` runs before the page's, and `close()`. */
export async function startPlainBrowser(executablePath, flags) {
	const profile = await mkdtemp(join(tmpdir(), "ascribe-bench-"));
	const args = ["--headless", ...flags, "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"];
	const browser = spawn(executablePath, args, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
	const send = commands(browser.stdio[3], browser.stdio[4]);
	return {
		tab: (width, height, script) => openTab(send, width, height, script),
		async close() {
			const ended = new Promise((resolve) => browser.once("exit", resolve));
			browser.kill();
			await ended;
			await rm(profile, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/** Chromium's protocol over two pipes: messages in JSON, each ended by a zero byte. */
function commands(to, from) {
	const waiting = new Map();
	let text = "";
	let count = 0;
	from.setEncoding("utf8").on("data", (data) => {
		const messages = (text + data).split("\0");
		text = messages.pop();
		for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
			if (error) waiting.get(id)?.reject(new Error(error.message));
			else waiting.get(id)?.resolve(result);
			waiting.delete(id);
		}
	});
	return (method, params = {}, sessionId = undefined) =>
		new Promise((resolve, reject) => {
			waiting.set(++count, { resolve, reject });
			to.write(`${JSON.stringify({ id: count, method, params, sessionId })}\0`);
		});
}

async function openTab(send, width, height, source) {
	const { browserContextId } = await send("Target.createBrowserContext");
	const { targetId } = await send("Target.createTarget", { url: "about:blank", browserContextId });
	const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
	const ask = (method, params) => send(method, params, sessionId);
	await ask("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
	await ask("Page.enable");
	await ask("Page.addScriptToEvaluateOnNewDocument", { source });
	await ask("Performance.enable", { timeDomain: "threadTicks" });
	return {
		load: (url) => ask("Page.navigate", { url }),
		/** Milliseconds of processor time that the main thread of its page took so far. */
		async processor() {
			const { metrics } = await ask("Performance.getMetrics");
			return 1000 * metrics.find(({ name }) => name === "TaskDuration").value;
		},
		close: () => send("Target.disposeBrowserContext", { browserContextId }),
	};
}
