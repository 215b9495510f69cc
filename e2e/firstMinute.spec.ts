import type { Page } from "@playwright/test";
import { clipboard } from "./actions";
import { seriousFindings } from "./axe";
import { expect, test } from "./test";

const coach = (page: Page) => page.getByRole("dialog", { name: /First steps/ });
const step = (page: Page) => page.locator(".scrubber-where");
const SECONDS = 1000;

// A run of one's own starts from nothing on an emulated adapter.
test.describe.configure({ timeout: 480 * SECONDS });

test("a student's first minute: truth and credit, another method, the recording played, a run of one's own, a link", async ({
	page,
}) => {
	await page.goto("?preset=keydoor@1&layout=learn");
	await test.step("exact above GRPO, before anything was trained", async () => {
		await expect(page.locator(".row-labels").first()).toContainText("exact");
		await expect(page.locator(".row-labels").first()).toContainText("GRPO");
		await expect(coach(page)).toContainText("Which token earned the reward?");
		expect(await seriousFindings(page)).toEqual([]);
	});
	await coach(page).getByRole("button", { name: "Next" }).click();

	await test.step("pointing at a token compares the two", async () => {
		await page.locator('.rollout:last-child .token[data-actor="policy"]').last().hover();
		const card = page.locator(".hover-card");
		await expect(card).toContainText("exact");
		await expect(card).toContainText("GRPO");
		await page.mouse.move(2, 2);
	});

	await test.step("another method is a third row", async () => {
		await coach(page).getByRole("button", { name: "Add TEMPO" }).click();
		await expect(page.locator(".row-labels").first()).toContainText("TEMPO");
		await coach(page).getByRole("button", { name: "Next" }).click();
	});

	await test.step("the recording plays in about ten seconds, and its error curve has names", async () => {
		const before = await step(page).textContent();
		await coach(page).getByRole("button", { name: "Play" }).click();
		await expect(step(page)).not.toHaveText(before ?? "");
		await expect(step(page)).toHaveText("step 120 of 120", { timeout: 60 * SECONDS });
		await expect(page.locator(".curve .end-labels")).toContainText(["TEMPO"]);
		await coach(page).getByRole("button", { name: "Next" }).click();
	});

	await test.step("a run of one's own is drawn over the recording", async () => {
		await coach(page).getByRole("button", { name: "Run" }).click();
		await expect(page.getByText("Group 1 of 32")).toBeVisible({ timeout: 120 * SECONDS });
		await expect(page.locator(".progress-text")).toContainText("%");
		const success = page.locator(".curve", { hasText: "Success" });
		await expect(success.locator("path.line.dashed")).toHaveCount(1);
		await expect(success.locator(".curve path").first()).toHaveAttribute("d", /L/);
		await coach(page).getByRole("button", { name: "Next" }).click();
	});

	await test.step("the link is short", async () => {
		await coach(page).getByRole("button", { name: "Done" }).click();
		await page.keyboard.press("Shift+S");
		await page.getByRole("button", { name: "Share" }).click();
		expect((await page.getByLabel("Link").inputValue()).length).toBeLessThanOrEqual(240);
	});
});

test("the same minute by keyboard alone", async ({ page }) => {
	// The run is not over before it is cancelled, on any machine.
	await page.goto("?preset=keydoor@1&layout=learn&steps=5000");
	await expect(coach(page)).toBeVisible();
	const act = async () => {
		await page.keyboard.press("Shift+Tab");
		await page.keyboard.press("Enter");
	};
	await page.keyboard.press("Enter");
	await expect(coach(page)).toContainText("2 of 5");
	await act();
	await expect(page.locator(".row-labels").first()).toContainText("TEMPO");
	await page.keyboard.press("ArrowRight");
	const before = await step(page).textContent();
	await act();
	await expect(step(page)).not.toHaveText(before ?? "");
	await page.keyboard.press("ArrowRight");
	await act();
	await expect(page.getByText("Group 1 of 32")).toBeVisible({ timeout: 120 * SECONDS });
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("Enter");
	await expect(coach(page)).toHaveCount(0);
	await page.keyboard.press("j");
	await expect(page.locator(".inspector h3")).toBeVisible();
	await page.keyboard.press("Control+k");
	await page.keyboard.type("copy a link");
	await page.keyboard.press("Enter");
	await page.keyboard.press("?");
	await expect(page.getByRole("dialog", { name: "Keys" })).toContainText("Next suspicious token");
	await page.keyboard.press("Escape");
	await page.keyboard.press("Control+k");
	await page.keyboard.type("cancel");
	await page.keyboard.press("Enter");
	await expect(page.locator(".progress-text")).toHaveText(/Cancelled at step/);
});

test("an engineer finds the token that lost the reward", async ({ page, context }) => {
	await context.grantPermissions(["clipboard-read", "clipboard-write"]);
	await page.goto("?preset=keydoor@1&layout=debug");
	await expect(page.getByText(/24 of 24 rollouts/)).toBeVisible();

	await test.step("a filter by keyboard", async () => {
		await page.keyboard.press("/");
		await page.keyboard.type("tool:skip");
		await expect(page.getByText(/of 24 rollouts/)).not.toHaveText(/24 of 24/);
		await page.keyboard.press("Tab");
	});

	await test.step("the largest loss, exactly known, and the next one", async () => {
		await expect(page.locator(".worst-drop")).toContainText("exactly");
		await page.keyboard.press("x");
		const title = page.locator(".inspector h3");
		await expect(title).toBeVisible();
		await expect(page.locator('.token[aria-selected="true"]')).toBeInViewport();
		const place = await page.locator(".inspector > p").first().textContent();
		await page.keyboard.press("x");
		await expect(page.locator(".inspector > p").first()).not.toHaveText(place ?? "");
	});

	await test.step("siblings, granularity, checkpoints", async () => {
		const place = await page.locator(".inspector > p").first().textContent();
		await page.keyboard.press("l");
		await expect(page.locator(".inspector > p").first()).not.toHaveText(place ?? "");
		const before = await step(page).textContent();
		await page.keyboard.press("]");
		await expect(step(page)).not.toHaveText(before ?? "");
	});

	await test.step("a link to this layout", async () => {
		await page.keyboard.press("c");
		await expect.poll(() => clipboard(page)).toContain("#1z");
	});
});
