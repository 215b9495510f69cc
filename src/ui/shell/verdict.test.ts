import { describe, expect, it } from "vitest";
import { shortVerdict, verdictOf } from "./verdict";

const ours = { kind: "gpu", adapter: "google swiftshader", plan: "5e6f7a8b00000000", software: true } as const;
const theirs = { plan: "3f1c9a02", adapter: "nvidia ampere" };
const until = { kind: "until", step: 4, agreed: null, differs: ["adapter", "plan"] } as const;

describe("the verdict on a run made from a link", () => {
	it("names what differs: in the chip where no step agrees, in its card with both names", () => {
		expect(shortVerdict(until)).toEqual({ long: "differs: adapter, plan", short: "differs" });
		expect(shortVerdict({ ...until, differs: [] }).long).toBe("not the link's run");
		expect(shortVerdict({ ...until, agreed: 2 }).long).toBe("same until step 2");
		const { text } = verdictOf({ ...until, agreed: 2 }, theirs, ours);
		expect(text).toContain("Equal up to step 2.");
		expect(text).toContain("The adapter differs: nvidia ampere there, google swiftshader here.");
		expect(text).toContain("The plan differs: 3f1c9a02 there, 5e6f7a8b here.");
	});
});
