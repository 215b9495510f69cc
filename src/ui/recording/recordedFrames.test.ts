import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "fflate";
import { expect, it } from "vitest";
import { readRecording } from "../../engine/formats/recording";
import { PRESETS } from "../../engine/spec/presets";
import { RECORDED } from "./loadRecording";
import { recordedFrames } from "./recordedFrames";

const FOLDER = "public/datasets";

it("the recordings that the page knows are those in the folder, in the order of the presets", () => {
	const files = readdirSync(FOLDER).filter((name) => name.endsWith(".recording"));
	expect([...RECORDED].sort()).toEqual(files.map((name) => name.replace(".recording", "")).sort());
	expect(RECORDED).toEqual(PRESETS.map((p) => p.id).filter((id) => RECORDED.includes(id)));
});

it("the credit that trained names the writers of rewards before it, that of other methods none", () => {
	const recording = readRecording(gunzipSync(readFileSync(`${FOLDER}/${RECORDED[0]}.recording`)), "recording");
	const rewards = [{ id: "ircr", params: {} }];
	const { spec } = recording;
	const behind = recordedFrames({ ...recording, spec: { ...spec, method: { ...spec.method, rewards } } });
	for (const { latest, answers } of behind) {
		expect(latest.credit.rewards).toEqual(rewards);
		for (const answer of answers)
			expect(answer.ok && answer.credit.rewards).toEqual(answer.method === spec.method.id ? rewards : undefined);
	}
});

it.each(RECORDED)(
	"%s: what a rollout earned beyond its prompt's value is its advantages and the luck of replies",
	(id) => {
		for (const { latest, exact } of recordedFrames(
			readRecording(gunzipSync(readFileSync(`${FOLDER}/${id}.recording`)), id),
		)) {
			const truths = [...exact.values()].flatMap((answer) => (answer?.ok ? answer.truths : []));
			expect(truths).toHaveLength(latest.batch.B);
			for (const [b, { V, advantage, luck }] of truths.entries()) {
				const told = [...advantage, ...luck].reduce((sum, x) => sum + x, 0);
				// Each of the sums' numbers was rounded to float32 once.
				expect(Math.abs(latest.batch.returns[b]! - V[0]! - told)).toBeLessThanOrEqual(1e-5);
			}
		}
	},
);
