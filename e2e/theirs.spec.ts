import { openFile } from "./actions";
import { expect, test } from "./test";

/** Two groups of two with the credit of GRPO over the deviation with divisor n, three tokens each: ±1; one token was changed by hand. */
function dump(changed: number): string {
	const rows = [0, 1, 2, 3].map((i) => {
		const advantage = i % 2 === 0 ? 1 : -1;
		const theirs = [advantage, advantage, advantage];
		if (i === 3) theirs[1] = changed;
		return {
			schema: "ascribe.rollout/1",
			id: `r${i}`,
			group: `g${i >> 1}`,
			step: 4,
			prompt: "how?",
			tokens: ["so", "it", `is${i}`],
			reward: 4 * (1 - (i % 2)),
			advantages: { grpo: theirs },
		};
	});
	return rows.map((row) => `${JSON.stringify(row)}\n`).join("");
}

test("theirs stands beside ours recomputed, and the first token that differs is marked and pinned", async ({
	page,
}) => {
	await page.goto("");
	await page.getByRole("tab", { name: "Data" }).click();
	const open = (content: string) => openFile(page, "r.jsonl", content);
	await open(dump(-1));
	const labels = page.locator(".rollout").first().locator(".row-labels");
	await expect(labels).toContainText("theirs: grpo");
	await expect(labels).toContainText(/ours: grpo/);
	await expect(page.locator('.token[data-mismatch="true"]')).toHaveCount(0);
	await page.getByRole("button", { name: "Close" }).click();

	await open(dump(0.25));
	const finding = page.locator(".finding").filter({ hasText: "Credit that no method reproduces" });
	await expect(finding).toContainText("First difference: rollout 3, token 1, theirs 0.25, ours -1");
	await finding.getByRole("button", { name: "Show the clearest case" }).click();
	const marked = page.locator('.token[data-mismatch="true"]');
	await expect(marked).toHaveText(/it/);
	await expect(marked).toHaveAttribute("aria-selected", "true");
	await expect(page.locator(".inspector > p").first()).toHaveText("token 1 of rollout 3");
	const bars = page.locator(".inspector .bars");
	await expect(bars).toContainText("theirs: grpo+0.250");
	await expect(bars).toContainText(/ours: grpo.*−1\.000/);
});
