import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "./test";

test("inside another page: ready, ping, and a link that the person has to allow once", async ({ page, baseURL }) => {
	const body = `<!doctype html><title>Lecture</title><iframe src="${baseURL}?embed&hide=config,timeline" width="1200" height="700"></iframe>
		<script>const said = []; addEventListener("message", ({ data }) => said.push(data.type));</script>`;
	// A server of its own: browsers keep made-up pages away from addresses of this machine.
	const server = createServer((_, reply) => reply.setHeader("content-type", "text/html").end(body)).listen(
		0,
		"127.0.0.1",
	);
	await once(server, "listening");
	const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	await page.goto(host);
	const frame = page.frameLocator("iframe");
	await expect(frame.locator('[data-panel="credit"]')).toBeVisible();
	await expect(frame.locator(".top-bar")).toHaveCount(0);
	await expect(frame.locator('[data-panel="setup"]')).toHaveCount(0);
	await expect(frame.locator('[data-panel="curves"]')).toHaveCount(0);
	const tell = (message: unknown) =>
		page.evaluate((m) => document.querySelector("iframe")?.contentWindow?.postMessage(m, "*"), message);
	await tell({ type: "ping" });
	await expect.poll(() => page.evaluate("said")).toEqual(["ready", "pong"]);
	// {"p":"keydoor@1","n":"for the lecture"} in base64url.
	const payload = `1j${Buffer.from('{"p":"keydoor@1","n":"for the lecture"}').toString("base64url")}`;
	await tell({ type: "open", payload });
	await expect(frame.getByRole("alert").filter({ hasText: `${host} wants to show an experiment` })).toBeVisible();
	await frame.getByRole("button", { name: "Show it" }).click();
	await expect(frame.getByText("Note: for the lecture")).toBeVisible();
	await test.step("keys of the page around it are its own: only those that look around act", async () => {
		await frame.locator(".token").first().click();
		await page.keyboard.press("r");
		await page.keyboard.press("Control+k");
		await page.keyboard.press("t");
		await page.keyboard.press("j");
		await expect(frame.locator('.token[aria-selected="true"]')).toHaveCount(1);
		await expect(frame.getByRole("dialog")).toHaveCount(0);
		const before = await frame.locator(".follow").first().textContent();
		await page.keyboard.press("]");
		await expect(frame.locator(".follow").first()).not.toHaveText(before ?? "");
	});

	await test.step("nothing is stored, whatever is set", async () => {
		await page.keyboard.press("b");
		const inside = page.frames().find((f) => f.url().includes("?embed"));
		const kept = await inside?.evaluate(async () => {
			const names: (string | undefined)[] = Object.keys(localStorage);
			for (const { name } of await indexedDB.databases()) names.push(name);
			for await (const [name] of (await navigator.storage.getDirectory()).entries()) names.push(name);
			return names;
		});
		expect(kept).toEqual([]);
	});
	await test.step("a narrow frame shows the credit whole, without what stands beside it", async () => {
		for (const [width, inspectors] of [
			[800, 1],
			[600, 0],
		] as const) {
			await page.locator("iframe").evaluate((element, px) => element.setAttribute("width", String(px)), width);
			await expect(frame.locator('[data-panel="inspector"]:visible')).toHaveCount(inspectors);
			const box = await frame.locator('[data-panel="credit"]').evaluate((e) => e.getBoundingClientRect().right);
			expect(box).toBeLessThanOrEqual(width);
		}
	});
	const whole = page.waitForEvent("popup");
	await frame.getByRole("button", { name: "Open in Ascribe" }).click();
	const tab = await whole;
	await expect(tab.getByRole("button", { name: "Run", exact: true })).toBeVisible();
	await expect(tab.getByText("Note: for the lecture")).toBeVisible();
	server.close();
});
