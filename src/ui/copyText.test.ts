import { afterEach, expect, it, vi } from "vitest";
import { copyText } from "./copyText";

afterEach(() => void vi.unstubAllGlobals());

it("says whether the text is in the clipboard: not where the page has none, nor where it is refused", async () => {
	const writeText = vi.fn(async (_: string) => undefined);
	vi.stubGlobal("navigator", { clipboard: { writeText } });
	expect(await copyText("a")).toBe(true);
	expect(writeText).toHaveBeenCalledWith("a");
	vi.stubGlobal("navigator", { clipboard: { writeText: () => Promise.reject(new Error("no")) } });
	expect(await copyText("a")).toBe(false);
	vi.stubGlobal("navigator", {});
	expect(await copyText("a")).toBe(false);
});
