import { fileURLToPath } from "node:url";
import { encodeLink } from "../../src/engine/spec/link";
import { LAYOUT_NAMES } from "../../src/ui/stores/layout";
import { expect, test } from "../test";

const SIZES = { "": { width: 1440, height: 900 }, "-narrow": { width: 1024, height: 768 } };
const file = (name: string) => fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));

/** The recording of key and door at an early step: some rollouts fail yet, and a token is pinned. */
const link = (layout: string) =>
	`#${encodeLink({
		preset: "keydoor@1",
		changes: {},
		view: { layout, rows: ["grpo", "tempo"], step: 7, rollout: 0, token: 0 },
		build: "",
		fingerprints: [],
		note: "",
	})}`;

for (const layout of LAYOUT_NAMES)
	for (const colorScheme of ["light", "dark"] as const)
		for (const [suffix, viewport] of Object.entries(SIZES))
			test(`${layout}, ${colorScheme}, ${viewport.width} × ${viewport.height}`, async ({ browser, baseURL }) => {
				const page = await browser.newPage({ colorScheme, viewport });
				await page.goto(`${baseURL}${link(layout)}`);
				await expect(page.locator(".progress-text").first()).toHaveText("Recorded run");
				await page.waitForTimeout(4000);
				await page.screenshot({ path: file(`${layout}-${colorScheme}${suffix}`) });
				await page.close();
			});
