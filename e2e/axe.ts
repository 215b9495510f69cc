import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/**
 * What axe finds serious or critical on the page as it stands, one line each. It runs in the page (the other mode carries the
 * findings to a blank page, for frames of other origins; this page has none) and describes only what it holds against the page:
 * descriptions of what passes cost most of the time.
 */
export async function seriousFindings(page: Page): Promise<string[]> {
	const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
	const { violations } = await axe.analyze();
	return violations
		.filter((v) => v.impact === "serious" || v.impact === "critical")
		.map((v) => `${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).join(", ")})`);
}
