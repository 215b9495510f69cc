import { encodeLink } from "../src/engine/spec/link";
import { expect, test } from "./test";

const link = (preset: string) =>
	encodeLink({ preset, changes: { seed: 5 }, view: { layout: "learn" }, build: "", fingerprints: [], note: "" });
const plain = Buffer.from('{"p":"star@1"}').toString("base64url");

for (const [what, address, preset] of [
	["no link", "", "keydoor@1"],
	["a layout alone", "?layout=learn", "keydoor@1"],
	["a preset written by hand", "?preset=lake@1", "lake@1"],
	["a link", `#${link("modchain@1")}`, "modchain@1"],
	["a link that is not packed", `#1j${plain}`, "star@1"],
] as const)
	test(`an address with ${what} asks for its own recording alone, before the page's scripts are there`, async ({
		page,
	}) => {
		const asked: string[] = [];
		page.on("request", (request) => {
			if (request.url().endsWith(".recording")) asked.push(request.url().split("/").at(-1) ?? "");
		});
		let release = () => {};
		const held = new Promise<void>((resolve) => {
			release = resolve;
		});
		await page.route(/assets\/index-[^/]*\.js$/, async (route) => {
			await held;
			await route.continue();
		});
		const loading = page.goto(address);
		await expect.poll(() => asked).toEqual([`${preset}.recording`]);
		release();
		await loading;
		await expect(page.locator(".token").first()).toBeVisible();
		expect(asked).toEqual([`${preset}.recording`]);
	});

test("a preset without a recording and a broken link ask for nothing before, and the page says what it makes of them", async ({
	page,
}) => {
	const early: string[] = [];
	const note = (url: string) => {
		if (url.endsWith(".recording")) early.push(url);
	};
	page.on("request", (request) => note(request.url()));
	await page.goto(`#${link("tempo@1")}`);
	await expect(page.getByLabel("Preset")).toHaveValue("tempo@1");
	expect(early).toEqual([]);
	await page.goto("about:blank");
	await page.goto("#1zAAAA");
	await expect(page.getByRole("alert")).toContainText("cannot be read");
	await expect(page.locator(".token").first()).toBeVisible();
	expect(early.map((url) => url.split("/").at(-1))).toEqual(["keydoor@1.recording"]);
});
