import { afterEach, expect, it, vi } from "vitest";
import { requestRecording } from "./firstRecording";

const early = new Response("early");
const late = new Response("late");
const fetched = vi.fn(async () => late);

afterEach(() => {
	globalThis.firstRecording = undefined;
	fetched.mockClear();
});

it("takes what is on its way once, and asks for anything else", async () => {
	vi.stubGlobal("fetch", fetched);
	globalThis.firstRecording = Promise.resolve({ path: "datasets/a@1.recording", response: Promise.resolve(early) });
	expect(await requestRecording("datasets/a@1.recording")).toBe(early);
	expect(fetched).not.toHaveBeenCalled();
	expect(await requestRecording("datasets/a@1.recording")).toBe(late);
});

it.each([
	["of another preset", { path: "datasets/b@1.recording", response: Promise.resolve(early) }],
	["of nothing", null],
	["unknown", undefined],
])("asks by itself where what was asked for is %s", async (_, first) => {
	vi.stubGlobal("fetch", fetched);
	globalThis.firstRecording = first === undefined ? undefined : Promise.resolve(first);
	expect(await requestRecording("datasets/a@1.recording")).toBe(late);
	expect(fetched).toHaveBeenCalledExactlyOnceWith("datasets/a@1.recording");
});
