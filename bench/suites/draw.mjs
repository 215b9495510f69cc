// How long the page's drawing functions take at the sizes that they are made for, in Chromium.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { chromium } from "@playwright/test";
import { build, preview } from "vite";
import { findChromium } from "../../scripts/chromium.mjs";
import { median } from "../peers.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "page");
const outDir = join(root, "..", "dist");

const options = {
	methods: { type: "string", default: "40" },
	tokens: { type: "string", default: "512" },
	nodes: { type: "string", default: "10000" },
	rounds: { type: "string", default: "20" },
};

async function measure(page, { methods, tokens, nodes, rounds }) {
	const times = await page.evaluate(
		([m, t, n]) => globalThis.draw.heatmap(m, t, n),
		[Number(methods), Number(tokens), 1 + Number(rounds)],
	);
	// The first call compiles.
	const [cold, ...warm] = times;
	console.log(
		`${methods} methods x ${tokens} tokens recoloured in ${median(warm).toFixed(1)} ms (longest ${Math.max(...warm).toFixed(1)} of ${rounds}, first ${cold.toFixed(1)}; aim 4)`,
	);
	const trees = [];
	for (let i = 0; i < 5; i++) trees.push(await page.evaluate((n) => globalThis.draw.tree(n), Number(nodes)));
	const opened = trees.map((t) => t.grow + t.draw);
	const [{ size, marks, grow, draw }] = trees;
	console.log(
		`a tree of ${size} nodes opens in ${median(opened).toFixed(0)} ms (longest ${Math.max(...opened).toFixed(0)} of 5; the first ${grow.toFixed(0)} in the worker and ${draw.toFixed(0)} for its ${marks} marks; aim 300)`,
	);
}

export async function run(argv) {
	const { values } = parseArgs({ args: argv, options });
	const shared = { root, base: "./", logLevel: "error", configFile: false };
	const input = join(root, "draw.html");
	await build({ ...shared, build: { outDir, emptyOutDir: true, target: "es2023", rolldownOptions: { input } } });
	const server = await preview({ ...shared, build: { outDir }, preview: { host: "127.0.0.1", port: 0 } });
	const args = ["--no-sandbox", "--disable-background-networking"];
	const browser = await chromium.launch({ executablePath: await findChromium(), args });
	try {
		const page = await browser.newPage();
		await page.goto(`${server.resolvedUrls.local[0]}draw.html`);
		await page.waitForFunction(() => globalThis.draw !== undefined);
		await measure(page, values);
		return 0;
	} finally {
		await browser.close();
		await server.close();
	}
}
