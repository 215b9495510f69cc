import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chooseExecutor } from "./actions";
import { seriousFindings } from "./axe";
import { expect, test } from "./test";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const TYPES: Readonly<Record<string, string>> = {
	".html": "text/html",
	".js": "text/javascript",
	".css": "text/css",
	".svg": "image/svg+xml",
	".webmanifest": "application/manifest+json",
};
/** A path below which the page lies, as on hosts of many projects. */
const BASE = "/lectures/ascribe/";

test.use({ serviceWorkers: "allow" });

/** A plain host of the build, without any header of ours; `change` makes it one of a later build. */
async function host(change: (path: string, text: string) => string = (_, text) => text) {
	const server: Server = createServer((request, reply) => {
		const path = decodeURIComponent(new URL(request.url ?? "/", "http://host").pathname);
		const name = path.slice(BASE.length) || "index.html";
		try {
			if (!path.startsWith(BASE)) throw new Error("The page does not lie there.");
			const bytes = readFileSync(join(dist, name));
			const isText = [".html", ".js"].includes(extname(name));
			reply.setHeader("content-type", TYPES[extname(name)] ?? "application/octet-stream");
			reply.end(isText ? change(name, bytes.toString()) : bytes);
		} catch {
			reply.writeHead(404).end();
		}
	}).listen(0, "127.0.0.1");
	await once(server, "listening");
	const close = async () => {
		server.closeAllConnections();
		server.close();
		await once(server, "close");
	};
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${BASE}`, close };
}

/** Resolves when the browser has kept the whole page, and answers from what it keeps. */
const KEPT =
	"navigator.serviceWorker.ready.then(({ active }) => active.state === 'activated' || new Promise((done) => active.addEventListener('statechange', () => done(true), { once: true })))";

test("without a network the page opens, shows its recording, opens panels and an example, and trains", async ({
	page,
	context,
}) => {
	const { url, close } = await host();
	await page.goto(url);
	await expect(page.locator(".token").first()).toBeVisible();
	await page.evaluate(KEPT);
	await context.setOffline(true);
	await close();

	await page.goto(`${url}?layout=inspect&seed=7`);
	await expect(page.locator(".token").first()).toBeVisible();
	await expect(page.getByRole("textbox", { name: "Seed" }).first()).toHaveValue("7");
	for (const name of ["Attention", "Fidelity", "Library", "Methods", "Rollouts"]) {
		await page.getByRole("tab", { name, exact: true }).click();
		await expect(page.locator(".lower .panel-body")).not.toContainText("Loading.");
	}
	await page.getByRole("tab", { name: "Data" }).click();
	await expect(page.locator('[data-panel="data"]')).toContainText("works without a network");
	await page.getByRole("button", { name: "Try an example" }).click();
	await expect(page.locator('[data-panel="data"]')).toContainText("24 rollouts in 3 groups");
	await chooseExecutor(page, "WebAssembly");
	await page.getByRole("button", { name: "Step", exact: true }).click();
	await expect(page.locator(".progress-text")).toHaveText("Paused at step 1", { timeout: 120_000 });
	await page.getByRole("button", { name: "Share" }).click();
	await page.getByRole("button", { name: "QR code" }).click();
	await expect(page.getByRole("img", { name: "QR code of the link" })).toBeVisible();
});

test("without a network the policies of a recording are there that were looked at before, and of others the page says so", async ({
	page,
	context,
}) => {
	const { url, close } = await host();
	const attention = page.locator(".attention");
	await page.goto(`${url}?layout=inspect`);
	await expect(page.locator(".token").first()).toBeVisible();
	await page.evaluate(KEPT);
	await page.getByRole("tab", { name: "Attention" }).click();
	await expect(attention.locator(".head-grid canvas")).toBeVisible({ timeout: 60_000 });
	await context.setOffline(true);
	await close();

	await page.goto(`${url}?layout=inspect`);
	await page.getByRole("tab", { name: "Attention" }).click();
	await expect(attention.locator(".head-grid canvas")).toBeVisible({ timeout: 60_000 });
	await page.goto(`${url}?layout=inspect&preset=star@1`);
	await page.getByRole("tab", { name: "Attention" }).click();
	await expect(attention).toContainText("Without a network, only the policies fetched before are there.");
});

test("a newer version is said on a card, never during a run, and taken on the person's word", async ({ page }) => {
	let build = 1;
	const { url, close } = await host((path, text) => {
		if (build === 1) return text;
		if (path === "index.html") return text.replace("<title>", '<meta name="build" content="2" /><title>');
		return path === "sw.js" ? text.replace(/VERSION = "/, 'VERSION = "2') : text;
	});
	const marked = page.locator('meta[name="build"]');
	const card = page.getByRole("alert").filter({ hasText: "A newer version of Ascribe is here." });
	await page.goto(url);
	await page.evaluate(KEPT);
	build = 2;
	await page.reload();
	// The version that is kept answers first: nothing waits for the network.
	await expect(page.locator(".token").first()).toBeVisible();
	await expect(marked).toHaveCount(0);
	await expect(card).toBeVisible();
	expect(await seriousFindings(page)).toEqual([]);
	await page.getByRole("button", { name: "Step", exact: true }).click();
	await expect(card).toHaveCount(0);
	await expect(page.locator(".progress-text")).toHaveText("Paused at step 1", { timeout: 120_000 });
	await page.getByRole("button", { name: "Cancel", exact: true }).click();
	await card.getByRole("button", { name: "Reload" }).click();
	await expect(marked).toHaveCount(1);
	await expect(page.locator(".token").first()).toBeVisible();
	await expect(card).toHaveCount(0);
	await close();
});
