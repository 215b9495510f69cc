import { REWARD_WRITERS } from "../src/engine/credit/rewards/registry";
import { makeMetrics } from "../src/testing/fakeTrainer";
import { stubTrainer } from "./stubTrainer";
import { expect, test } from "./test";

const report = { status: "ok", adapter: "test adapter", software: false, advice: "" } as const;

test("reward writers have cards: what they read, their equation, and a way to try them before the method", async ({
	page,
}) => {
	const told = { type: "step", metrics: makeMetrics(1), tokensPerSecond: 1 } as const;
	await stubTrainer(page, { report, events: [told] });
	await page.goto("");
	await page.getByRole("tab", { name: "Library" }).click();
	await page.getByLabel("Search the library").fill("reward writer");
	const cards = page.locator(".library-card");
	await expect(cards).toHaveCount(REWARD_WRITERS.length);
	const card = cards.filter({ hasText: "Potential-based shaping" });
	await expect(card).toContainText("Reads potential of the prefix before each token");
	await card.getByText("Equation and edges").click();
	await expect(card.locator(".equation").first()).toContainText("r'_t = r_t + γΦ_{t+1} − Φ_t");
	await card.getByRole("button", { name: "Try it" }).click();
	await expect(page.getByRole("button", { name: "Run again" })).toBeVisible();
	await expect(card.getByRole("button", { name: "In use" })).toBeDisabled();
	const chain = page.getByRole("list", { name: "Reward writers, first to last" });
	await expect(chain).toContainText("from fresh rollouts of the policy (Monte-Carlo values, then Values as potential)");
});

test("what the settings cannot give is said before a run starts, on the form and on the cards", async ({ page }) => {
	await stubTrainer(page, { report, events: [] });
	await page.goto("");
	await page.getByRole("combobox", { name: "Credit method" }).selectOption("HBPO");
	await expect(page.getByRole("alert")).toContainText(
		"Missing: announced number of tokens, which a task whose prompts name a budget",
	);
	const run = page.getByRole("button", { name: "Run", exact: true });
	await expect(run).toBeDisabled();
	await page.getByRole("tab", { name: "Library" }).click();
	await page.getByLabel("Search the library").fill("RUDDER writer");
	await expect(page.locator(".library-card")).toContainText("Not now: Method hbpo reads no rewards");
	await expect(page.locator(".library-card").getByRole("button", { name: "Use" })).toBeDisabled();
	await page.getByRole("combobox", { name: "Credit method" }).selectOption("GRPO");
	await expect(page.getByRole("alert")).toHaveCount(0);
	await expect(run).toBeEnabled();
});
