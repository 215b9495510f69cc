import type { Page } from "@playwright/test";
import { encodeLink } from "../src/engine/spec/link";
import { downloaded } from "./actions";
import { expect, test } from "./test";

const SIZES = [
	{ width: 1440, height: 900 },
	{ width: 1024, height: 768 },
];

const attention = `#${encodeLink({ preset: "keydoor@1", changes: {}, view: { layout: "inspect", panels: ["attention"] }, build: "", fingerprints: [], note: "" })}`;

/** Whether all of an element is seen within the panel's body, which does not scroll. */
const isWhole = (page: Page, selector: string) =>
	page.locator(selector).evaluate((element) => {
		const body = element.closest(".attention-body") as HTMLElement;
		const [box, inside] = [body.getBoundingClientRect(), element.getBoundingClientRect()];
		const fits = inside.height > 0 && inside.bottom <= box.bottom + 1 && inside.right <= box.right + 1;
		return fits && body.scrollHeight <= body.clientHeight + 1 && getComputedStyle(element).visibility === "visible";
	});

/** Names under the curves, each whole or with at least four letters of its own. */
async function expectNames(page: Page): Promise<void> {
	const names = await page.locator(".rhythm .names text").allTextContents();
	expect(names.length).toBeGreaterThan(5);
	expect(names.filter((name) => name.endsWith("…") && name.length < 5)).toEqual([]);
}

for (const viewport of SIZES)
	test(`at ${viewport.width} × ${viewport.height} heads and curves of attention are whole, and a figure has both`, async ({
		page,
	}) => {
		await page.setViewportSize(viewport);
		await page.goto(attention);
		const curves = page.getByRole("button", { name: "Curves", exact: true }).and(page.locator(".attention button"));
		await expect(page.locator(".rhythm .names text").first()).toBeAttached({ timeout: 60_000 });
		await expect(page.locator(".head-cells span").first()).toBeVisible();
		for (const part of [".head-grid", ".head-cells"]) await expect.poll(() => isWhole(page, part), part).toBe(true);
		if (viewport.width < 1200) {
			await expect.poll(() => isWhole(page, ".rhythm")).toBe(false);
			await curves.click();
			await expect.poll(() => isWhole(page, ".head-cells")).toBe(false);
		} else await expect(curves).toBeHidden();
		await expect.poll(() => isWhole(page, ".rhythm")).toBe(true);
		await expectNames(page);
		await page.getByRole("button", { name: "Export Attention" }).click();
		const figure = await downloaded(page, () => page.getByRole("button", { name: "SVG", exact: true }).click());
		const words = [...figure.bytes.toString().matchAll(/<text [^>]*>([^<]*)<\/text>/g)]
			.map(([, word]) => word)
			.join(" ");
		for (const word of ["Layer 1, head 1", "⟨begin⟩", "WAAD ▲ plan", "|exact|", "float64."])
			expect(words).toContain(word);
		expect(words).not.toContain("Heads");
	});

for (const viewport of SIZES)
	test(`at ${viewport.width} × ${viewport.height} no unit and no number of a setting is cut, whatever the preset`, async ({
		page,
	}) => {
		await page.setViewportSize(viewport);
		await page.goto("");
		await expect(page.locator(".token").first()).toBeVisible();
		const preset = page.getByLabel("Preset");
		for (const id of await preset
			.locator("option")
			.evaluateAll((all) => all.map((o) => (o as HTMLOptionElement).value))) {
			await preset.selectOption(id);
			const cut = await page.locator(".setup").evaluate((setup) => {
				for (const section of setup.querySelectorAll("details")) section.open = true;
				const all = [...setup.querySelectorAll<HTMLElement>(".field .unit, .field .number input")];
				return all
					.filter((e) => e.scrollWidth > e.clientWidth)
					.map((e) => e.textContent || (e as HTMLInputElement).value);
			});
			expect(cut, id).toEqual([]);
		}
	});

test("at 1024 × 768 the tools of Credit leave the tabs alone, also while a step is held and twelve rows are added", async ({
	page,
}) => {
	await page.setViewportSize({ width: 1024, height: 768 });
	const rows = ["grpo", "rloo", "tempo", "vinePpo", "gae", "hca", "dapo", "drGrpo", "gigpo", "hicra", "brpo", "pure"];
	const view = { layout: "inspect", rows, step: 7, rollout: 0, token: 0 };
	const link = encodeLink({ preset: "keydoor@1", changes: {}, view, build: "", fingerprints: [], note: "" });
	await page.goto(`#${link}`);
	await expect(page.getByRole("button", { name: "Held at step 7" })).toBeVisible();
	const head = page.locator('[data-panel="credit"] .panel-head');
	const gap = await head.evaluate((element) => {
		const edge = (selector: string) =>
			[...element.querySelectorAll(selector)].map((e) => e.getBoundingClientRect()).filter(({ width }) => width > 0);
		return (
			Math.min(...edge(".panel-tools button").map(({ left }) => left)) -
			Math.max(...edge(".tabs button").map(({ right }) => right))
		);
	});
	expect(gap).toBeGreaterThanOrEqual(0);
	for (const panel of ["credit", "tree"])
		expect(
			await page
				.locator(`[data-panel="${panel}"] .panel-head`)
				.evaluate((element) => element.scrollWidth <= element.clientWidth),
			panel,
		).toBe(true);
});
