import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "fflate";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readPolicies } from "../../engine/formats/policies";
import { type Recording, writeRecording } from "../../engine/formats/recording";
import { PRESETS } from "../../engine/spec/presets";
import { CpuExecutor } from "../../engine/training/cpuExecutor";
import { makeRecording } from "../../engine/training/makeRecording";
import { objectiveOf } from "../../engine/training/objective";
import { EXIT, runCli } from "../run";
import { captureIo } from "../testing";
import { policiesCommand } from "./policies";

const folder = mkdtempSync(join(tmpdir(), "ascribe-policies-"));
afterAll(() => rmSync(folder, { recursive: true }));

const preset = PRESETS[0]!;
let recording: Recording;
beforeAll(async () => {
	recording = await makeRecording({
		preset: {
			...preset,
			spec: {
				...preset.spec,
				task: { id: "keydoor", params: { distractors: 1, colours: 2 } },
				model: { ...preset.spec.model, layers: 1, width: 8, heads: 1 },
				rollout: { ...preset.spec.rollout, prompts: 2, groupSize: 2 },
				evaluation: { every: 0, prompts: 1 },
				steps: 2,
			},
		},
		seeds: [1],
		methods: {},
		samples: 1,
		frames: 2,
		groups: 1,
		judged: 1,
		mode: "enumerate",
		createExecutor: async (plan) => new CpuExecutor(plan, objectiveOf(plan)),
		host: { now: () => 0, breathe: async () => {} },
		onNote: () => {},
	});
	writeFileSync(join(folder, "a.recording"), gzipSync(writeRecording(recording)));
	const fingerprints = recording.fingerprints.map((f) => ({ ...f, fingerprint: "0" }));
	writeFileSync(join(folder, "other.recording"), writeRecording({ ...recording, fingerprints }));
	writeFileSync(join(folder, "no.recording"), "text");
});

const call = (...args: string[]) => {
	const io = captureIo(folder);
	return { io, exit: runCli([policiesCommand], ["policies", ...args], io) };
};

it("writes the policies of a recording's steps", async () => {
	const { io, exit } = call("a.recording", "--out", "a.policies", "--backend", "cpu");
	expect(await exit).toBe(EXIT.good);
	expect(io.stderr()).toMatch(/wrote a\.policies, 2 policies, \d+ bytes/);
	const policies = readPolicies(gunzipSync(readFileSync(join(folder, "a.policies"))), "a.policies");
	expect(policies).toMatchObject({ preset: preset.id, steps: [1, 2] });
	expect(policies.fingerprints).toEqual(recording.fingerprints.slice(0, 2).map((f) => f.fingerprint));
});

it.each([
	[["a.recording"], /needs --out/],
	[["no.recording", "--out", "b"], /^.*no\.recording is no safetensors file/],
	[["a.recording", "--out", "."], /\. cannot be written: it is a folder/],
	[["other.recording", "--out", "b", "--backend", "cpu"], /This run is not the recorded one: at step 0/],
])("refuses %s", async (args, sentence) => {
	const { io, exit } = call(...args);
	expect(await exit).toBe(EXIT.wrongCall);
	expect(io.stderr()).toMatch(sentence);
});
