import { expect, it } from "vitest";
import { findPreset } from "../../engine/spec/presets";
import { differences, nameOf } from "./runNames";

const { spec } = findPreset("keydoor@1");

it("writes settings that differ as they are, however near each other", () => {
	const [one, other] = [123_456, 123_499].map((seed) => ({ ...spec, seed }));
	expect(differences(one!, other!)).toEqual([{ path: "seed", from: "123456", to: "123499" }]);
	const wide = { ...spec, seed: 2, model: { ...spec.model, width: 1024 } };
	expect(differences(spec, wide)).toContainEqual({ path: "model.width", from: "64", to: "1024" });
	expect(nameOf(other!, one!)).toContain("seed 123499");
});
