import { afterEach, expect, it, vi } from "vitest";
import { creditorOf } from "../engine/credit/choice";
import { creditFrom } from "../engine/signals/annotate";
import { makeBatch } from "../testing/fakeTrainer";
import * as courtesy from "./courtesy";
import { PoliteOps } from "./politeOps";

afterEach(() => vi.restoreAllMocks());

it("gives way within a method, and the credit is the same", () => {
	const wait = vi.spyOn(courtesy, "giveWay");
	const { batch } = makeBatch();
	const [method, params] = [creditorOf({ id: "grpo" }), {}];
	const polite = creditFrom(method, params, batch, {}, {}, (b) => new PoliteOps(b));
	expect(wait.mock.calls.length).toBeGreaterThanOrEqual(2);
	expect(polite).toEqual(creditFrom(method, params, batch));
});
