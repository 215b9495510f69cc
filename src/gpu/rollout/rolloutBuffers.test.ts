import { expect, it } from "vitest";
import { RECORD_NUMBERS } from "../../engine/training/cost";
import { RECORD } from "./rolloutBuffers";

it("keeps as many numbers of a token as the estimate of a run's memory counts", () => {
	expect(Object.keys(RECORD).length).toBe(RECORD_NUMBERS);
});
