import { describe, expect, it } from "vitest";
import { PRESETS } from "../engine/spec/presets";
import { filesNotice, type Notice, noticesOf } from "./notices";
import type { NewerLink, Opened } from "./stores/run";

const healthy = { device: null, failure: null, step: 0, phase: "idle", opened: null } as const;
const failed = (code: string, message = "It broke.") =>
	noticesOf({ ...healthy, phase: "failed", step: 340, failure: { code, message, resumable: false } });

/** Every card says what happened, what still works and what to do, and offers something. */
function isComplete(notice: Notice | undefined): boolean {
	return (
		!!notice && [notice.happened, notice.works, notice.todo].every((s) => s.length > 10) && notice.actions.length > 0
	);
}

describe("noticesOf", () => {
	it("says nothing while all is well", () => {
		const device = { status: "ok", adapter: "a", software: true, advice: "" } as const;
		expect([...noticesOf(healthy), ...noticesOf({ ...healthy, device })]).toEqual([]);
	});

	it.each(["no-webgpu", "no-adapter", "limits-too-small"] as const)("has a whole card for %s", (status) => {
		const cards = noticesOf({ ...healthy, device: { status, adapter: "", software: false, advice: "" } });
		expect(cards).toHaveLength(1);
		expect(isComplete(cards[0])).toBe(true);
		expect(cards[0]?.works).toContain("WebAssembly");
	});

	it("says when the browser has no more room, and offers to make some", () => {
		const [card] = noticesOf(healthy, { full: true });
		expect(isComplete(card)).toBe(true);
		expect(card?.actions).toEqual(["show-stored", "save-file"]);
	});

	it("speaks of a newer version only while no run is on", () => {
		expect(isComplete(noticesOf(healthy, { newer: true })[0])).toBe(true);
		for (const phase of ["starting", "training", "paused"] as const)
			expect(noticesOf({ ...healthy, phase }, { newer: true })).toEqual([]);
	});

	it("prefers the advice of the machine to its own", () => {
		const device = { status: "no-adapter", adapter: "", software: false, advice: "Start Chrome with Vulkan." } as const;
		expect(noticesOf({ ...healthy, device })[0]?.todo).toBe("Start Chrome with Vulkan.");
	});

	it("tells what a link changed, and its note as plain text", () => {
		const opened = { notices: ["model.width 9999 was set to 1024."], note: "<b>hi</b>", fingerprints: [] };
		const [card] = noticesOf({ ...healthy, opened });
		expect(card?.happened).toBe("model.width 9999 was set to 1024.");
		expect(card?.works).toBe("Note: <b>hi</b>");
		expect(card?.todo).not.toContain("build");
		const [turned] = noticesOf({ ...healthy, opened: { ...opened, note: "\u202egnp.exe" } });
		expect(turned?.works).toBe("Note: ⟨U+202E⟩gnp.exe");
		const [other] = noticesOf({ ...healthy, opened: { ...opened, build: "another" } });
		expect(other?.todo).toContain("made by another build, another;");
		// A build alone is no reason to interrupt.
		expect(noticesOf({ ...healthy, opened: { ...opened, notices: [], note: "", build: "another" } })).toEqual([]);
	});

	it("offers to resume a lost run where a checkpoint is, and to look back where there is something to see", () => {
		const lost = { code: "device-lost", message: "Lost.", resumable: true };
		const cardOf = (failure: typeof lost, more = {}) =>
			noticesOf({ ...healthy, phase: "failed", step: 9, failure }, more)[0];
		expect(cardOf({ ...lost, resumable: false })?.actions).not.toContain("resume");
		expect(cardOf(lost)?.actions[0]).toBe("resume");
		expect(cardOf(lost, { kept: 8 })?.labels?.resume).toBe("Resume from step 8");
		const nan = { ...lost, code: "not-finite" };
		expect(cardOf(nan)?.actions).not.toContain("show-before");
		expect(cardOf(nan, { frames: true })?.actions[0]).toBe("show-before");
	});

	it("says what a run bundle holds, and offers to go on with one that is not over", () => {
		const spec = { ...PRESETS[0]!.spec, steps: 120 };
		const bundle = { name: "a.zip", bytes: new Uint8Array(), checkpoint: 60, leftOut: 0, read: false };
		const cardOf = (file: typeof bundle) => noticesOf({ ...healthy, step: 64, spec, file });
		expect(cardOf(bundle)[0]?.happened).toBe("a.zip is open: a run at step 64 of 120.");
		expect(cardOf(bundle)[0]?.actions).toEqual(["go-on", "close-file"]);
		expect(cardOf({ ...bundle, checkpoint: 120 })[0]?.actions).toEqual(["close-file"]);
		expect(cardOf({ ...bundle, read: true })).toEqual([]);
		expect(cardOf(bundle)[0]?.works).toMatch(/as they stand in the file\.$/);
		expect(cardOf({ ...bundle, leftOut: 1 })[0]?.works).toContain("The other file that came with it was left out");
		expect(cardOf({ ...bundle, leftOut: 3 })[0]?.works).toContain("The 3 other files that came with it were left out");
	});

	it("asks for the file of a link once it was looked for, and says what was brought in its place", () => {
		const wanted = {
			file: { hash: "9e41aa07", name: "step_30.jsonl" },
			place: { rollout: 0, token: null, turn: null, length: null, left: null, right: null },
			missing: true,
			other: null,
		};
		const card = (more: object) => noticesOf(healthy, { wanted: { ...wanted, ...more } })[0];
		expect(card({ missing: false })).toBeUndefined();
		expect(card({})?.happened).toBe("Drop step_30.jsonl (hash 9e41aa07) to continue.");
		expect(card({ file: { hash: "9e41aa07", name: "" } })?.happened).toBe(
			"Drop the file with hash 9e41aa07 to continue.",
		);
		expect(card({ other: { hash: "0badcafe", name: "x" } })?.happened).toContain(
			"What was opened is x (hash 0badcafe)",
		);
		expect(isComplete(card({}))).toBe(true);
		expect(isComplete(noticesOf(healthy, { unkept: "a.jsonl" })[0])).toBe(true);
	});

	it("keeps the words of a file apart from ours", () => {
		const card = filesNotice("x.jsonl is of no known format.\nThe first line starts: <b>");
		expect(isComplete(card)).toBe(true);
		expect(card).toMatchObject({ happened: "x.jsonl is of no known format.", data: "The first line starts: <b>" });
	});

	it("does not ask for other files where those that are open can still be used", () => {
		const card = filesNotice("Group 1 is too large.", true);
		expect(isComplete(card)).toBe(true);
		expect(card.todo).toMatch(/^Go to another group/);
	});

	it.each([
		["device-lost", "run-again"],
		["not-finite", "lower-learning-rate"],
		["invalid-input", "dismiss"],
		["shader", "run-on-cpu"],
		["something-new", "run-again"],
	] as const)("has a whole card for a run that ended by %s", (code, action) => {
		const [card] = failed(code, "The loss became NaN at step 340.");
		expect(isComplete(card)).toBe(true);
		expect(card?.happened).toBe("The loss became NaN at step 340.");
		expect(card?.actions).toContain(action);
	});

	it("says how much memory a step needs, and offers two ways to need less", () => {
		const failure = { code: "out-of-memory", message: "Not enough memory.", resumable: false };
		const [card] = noticesOf({ ...healthy, phase: "failed", failure }, { needs: "3.1 GB" });
		expect(isComplete(card)).toBe(true);
		expect(card?.happened).toBe("Not enough memory. A step needs about 3.1 GB.");
		expect(card?.actions).toEqual(["smaller-batch", "smaller-model", "dismiss"]);
	});

	it.each(["no-device", "gpu-error", "warm-start", "anything-else"])("has a whole card for %s", (code) => {
		expect(isComplete(failed(code, "The work could not go on.")[0])).toBe(true);
	});

	it("tells a newer link from a broken one, and a recording that did not open", () => {
		const of = (shown: NewerLink["shown"], more: Partial<Opened> = {}) => {
			const opened = {
				notices: ["A sentence."],
				note: "look",
				fingerprints: [],
				newer: { link: "#9z", shown },
				...more,
			};
			return noticesOf({ ...healthy, opened });
		};
		for (const shown of ["nothing-yet", "part", "nothing"] as const) {
			const [card] = of(shown);
			expect(isComplete(card)).toBe(true);
			expect(card?.happened).toContain("newer version");
			expect(card?.actions).toEqual(
				shown === "nothing-yet" ? ["reload", "show-readable", "close-link"] : ["reload", "close-link"],
			);
			expect(of(shown, { read: true })).toEqual([]);
		}
		expect(of("part", { notices: [] })[0]?.works).toContain("Note: look");
		const [card] = noticesOf(healthy, { recording: "datasets/x could not be fetched (404)." });
		expect(isComplete(card)).toBe(true);
	});
});
