import { readFileSync } from "node:fs";
import { gunzipSync } from "fflate";
import { afterEach, expect, it, vi } from "vitest";
import { readRecording } from "../../engine/formats/recording";
import type { LabApi } from "../../workers/labApi";
import { askAttention, connectLab } from "../lab";
import { recordedFrames } from "./recordedFrames";
import { recordedPolicy } from "./recordedPolicy";

const PRESET = "keydoor@1";
const file = readFileSync(`public/datasets/${PRESET}.policies`);
const recording = readRecording(gunzipSync(readFileSync(`public/datasets/${PRESET}.recording`)), PRESET);
const frames = recordedFrames(recording);
const place = (frame: number) => frames[frame]!.latest.recorded!;

/** What a host answers: the file as it is, unpacked on its way, damaged, or nothing. */
function answers(bytes: Uint8Array<ArrayBuffer> | null, status = 200) {
	const fetched = vi.fn(async () => {
		if (!bytes) throw new TypeError("Failed to fetch");
		return new Response(status === 204 ? null : bytes, { status });
	});
	vi.stubGlobal("fetch", fetched);
	return fetched;
}
afterEach(() => vi.unstubAllGlobals());

// In this order: what was opened once is not fetched again.
it.each([
	[
		"no network",
		null,
		200,
		/^The policy that wrote these rollouts could not be fetched\. Without a network, only the policies fetched before are there\.$/,
	],
	["a service worker without it", new Uint8Array(), 204, /could not be fetched/],
	["a host without it", Uint8Array.of(0), 404, /could not be fetched/],
	["a page instead of it", new TextEncoder().encode("<!doctype html><p>"), 200, /^datasets\/keydoor@1\.policies .*\.$/],
	[
		"half of it",
		Uint8Array.from(gunzipSync(file).subarray(0, 1e6)),
		200,
		/^datasets\/keydoor@1\.policies, tensor .*\.$/,
	],
])("%s gives one sentence, and is asked for again", async (_, bytes, status, sentence) => {
	const fetched = answers(bytes, status);
	await expect(recordedPolicy(place(0))).rejects.toThrow(sentence);
	expect(fetched).toHaveBeenCalledTimes(1);
});

it("attention on a recording asks for the policy of the checkpoint on screen, and all come with one file", async () => {
	const fetched = answers(Uint8Array.from(file));
	const asked: Float32Array[] = [];
	const attention = async ({ parameters }: { parameters: Float32Array }) => void asked.push(parameters);
	connectLab({ attention } as unknown as LabApi);
	for (const frame of [3, 29, 3]) await askAttention(frames[frame]!.latest, 0);
	expect(fetched.mock.calls).toEqual([["datasets/keydoor@1.policies"]]);
	const [early, last, again] = asked as [Float32Array, Float32Array, Float32Array];
	const isSame = (a: Float32Array, b: Float32Array) => a.length === b.length && a.every((value, i) => value === b[i]);
	expect(isSame(early, await recordedPolicy(place(3)))).toBe(true);
	expect(isSame(again, early)).toBe(true);
	expect(isSame(last, early)).toBe(false);
});

it("policies of another run are refused", async () => {
	answers(Uint8Array.from(file));
	const fingerprints = [{ step: 0, fingerprint: "0123456789abcdef" }];
	await expect(recordedPolicy({ ...place(0), fingerprints })).rejects.toThrow(/is of another run/);
	await expect(recordedPolicy({ ...place(0), frame: 30 })).rejects.toThrow(/is of another run/);
});
