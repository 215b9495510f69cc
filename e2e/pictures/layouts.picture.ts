import { fileURLToPath } from "node:url";
import type { Browser } from "@playwright/test";
import { encodeLink, type LinkState } from "../../src/engine/spec/link";
import { LAYOUT_NAMES } from "../../src/ui/stores/layout";
import { expect, test } from "../test";

const SIZES = { "": { width: 1440, height: 900 }, "-narrow": { width: 1024, height: 768 } };
interface Look {
	readonly colorScheme: "light" | "dark";
	readonly viewport: { readonly width: number; readonly height: number };
}
const file = (name: string) => fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));

const link = (preset: string, view: LinkState["view"]) =>
	`#${encodeLink({ preset, changes: {}, view, build: "", fingerprints: [], note: "" })}`;

async function picture(browser: Browser, url: string, name: string, look: Look): Promise<void> {
	const page = await browser.newPage(look);
	await page.goto(url);
	await expect(page.locator(".progress-text").first()).toHaveText("Recorded run");
	await page.waitForTimeout(4000);
	await page.screenshot({ path: file(name) });
	await page.close();
}

const THEMES = ["light", "dark"] as const;
/** An early step of key and door: some rollouts fail yet, and a token is pinned. */
const EARLY = { rows: ["grpo", "tempo"], step: 7, rollout: 0, token: 0 };

for (const layout of LAYOUT_NAMES)
	for (const colorScheme of THEMES)
		for (const [suffix, viewport] of Object.entries(SIZES))
			test(`${layout}, ${colorScheme}, ${viewport.width} × ${viewport.height}`, async ({ browser, baseURL }) => {
				const url = `${baseURL}${link("keydoor@1", { layout, ...EARLY })}`;
				await picture(browser, url, `${layout}-${colorScheme}${suffix}`, { colorScheme, viewport });
			});

/** A policy that has learnt to look up facts: its heads look at what they search for. */
const LEARNT = {
	layout: "inspect",
	panels: ["attention"],
	rows: ["tempo", "vinePpo"],
	step: 150,
	rollout: 0,
	token: 2,
};

for (const colorScheme of THEMES)
	test(`attention, ${colorScheme}`, async ({ browser, baseURL }) => {
		const url = `${baseURL}${link("kbhop@1", LEARNT)}`;
		await picture(browser, url, `attention-${colorScheme}`, { colorScheme, viewport: SIZES[""] });
	});
