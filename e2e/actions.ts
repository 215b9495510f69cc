import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import { decodeLink, type LinkState } from "../src/engine/spec/link";

/** Chooses what the next run trains on, by the start of its name in the card of the adapter's chip. */
export async function chooseExecutor(page: Page, name: "WebAssembly" | "Graphics adapter"): Promise<void> {
	await page.locator(".chip").first().click();
	await page.getByRole("radio", { name: new RegExp(`^${name}`) }).check();
	await page.keyboard.press("Escape");
}

/** Waits until every method has said what it can of the rollouts: a recording brings ten of them, a run one, the others are worked out. */
export const methodsAnswered = (page: Page): Promise<void> =>
	expect(page.locator(".methods-map")).toContainText(/[2-9]\d rows/);

/** What the address says; null while it holds no link. */
export function linked(page: Page): LinkState | null {
	const decoded = decodeLink(new URL(page.url()).hash);
	return decoded.ok ? decoded.state : null;
}

/** What was put into the clipboard last. */
export const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText());

/** Opens a file of rollouts with the button of the panel "Data", which must be on screen. */
export const openFile = (page: Page, name: string, content: Buffer | string): Promise<void> =>
	page.getByTestId("files").setInputFiles({ name, mimeType: "", buffer: Buffer.from(content) });

/** The file that the page saves when `act` is done. */
export async function downloaded(page: Page, act: () => Promise<void>): Promise<{ name: string; bytes: Buffer }> {
	const waiting = page.waitForEvent("download");
	await act();
	const saved = await waiting;
	return { name: saved.suggestedFilename(), bytes: readFileSync(await saved.path()) };
}
