// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import goldens from "../engine/spec/goldenLinks.json";
import { decodeLink, encodeLink, type ViewState } from "../engine/spec/link";
import { PRESETS } from "../engine/spec/presets";
import { makeBatch } from "../testing/fakeTrainer";
import { currentComparison } from "./comparison";
import { forgetWanted } from "./files/wantedFile";
import { followLinkedSelection } from "./linkedSelection";
import { openLink } from "./openLink";
import { showFrame } from "./recording/player";
import { shareLink } from "./share";
import { chooseSibling, type Pair, pairFor, pairStore } from "./siblings/pair";
import { draftStore } from "./stores/draft";
import { bringToFront, frontStore } from "./stores/front";
import { layoutStore } from "./stores/layout";
import { type Latest, runStore, setOpened } from "./stores/run";
import { chooseGroup, pinToken, selectionStore } from "./stores/selection";
import { timelineStore } from "./stores/timeline";
import { setView, viewStore } from "./stores/view";

const first = PRESETS[0]!;
followLinkedSelection();

const latestAt = (step: number): Latest => ({
	step,
	spec: first.spec,
	...makeBatch({ groups: 3, size: 2, T: 5, vocab: 4 }),
});
const frames = [0, 10, 60].map((step) => ({ latest: latestAt(step), answers: [], exact: new Map() }));

function freshPage(): void {
	for (const store of [runStore, selectionStore, pairStore, timelineStore, viewStore, layoutStore, frontStore])
		(store.setState as (state: unknown, replace: true) => void)(store.getInitialState(), true);
	draftStore.setState({ presetId: first.id, spec: first.spec, edited: "", rejected: {} });
	forgetWanted();
}

/** What the page does when the recording has come. */
function openRecording(): void {
	timelineStore.setState({ frames, source: "recording", recorded: { preset: first.id, adapter: "a", opening: 10 } });
	showFrame(1);
}

const open = (view: ViewState, fingerprints: string[] = []) => {
	const opened = openLink(encodeLink({ preset: first.id, changes: {}, view, build: "", fingerprints, note: "" }));
	setOpened(opened);
	return opened?.notices;
};
const share = () => new URL(shareLink("https://example.org/").link).hash;

beforeEach(freshPage);

describe("the view in a link", () => {
	it("restores layout, panels, rows and how credit is read, on a page that looks at something else", () => {
		layoutStore.setState({ layout: "debug", rows: ["tempo", "rloo"], marks: "bars", maximised: "credit" });
		bringToFront("setup");
		setView({
			granularity: "turn",
			method: "rloo",
			alignment: "rank",
			errors: false,
			map: false,
			scale: "linear",
			lock: 0.35,
			head: 3,
		});
		const hash = share();
		const before = [layoutStore.getState(), viewStore.getState(), frontStore.getState()];
		freshPage();
		layoutStore.setState({ rows: ["grpo"] });
		expect(openLink(hash)?.notices).toEqual([]);
		expect([layoutStore.getState(), viewStore.getState(), frontStore.getState()]).toEqual(before);
	});

	it("restores the curves that are drawn, none of them included, and the figure on its sheet", () => {
		const usual = layoutStore.getState();
		const restored = (change: Partial<typeof usual>) => {
			layoutStore.setState(change);
			const hash = share();
			freshPage();
			layoutStore.setState({ curves: ["entropy"], figure: { panel: "tree", widthMm: 254, dpi: 600 } });
			expect(openLink(hash)?.notices).toEqual([]);
			return layoutStore.getState();
		};
		expect(restored({ curves: ["meanLength", "success"] }).curves).toEqual(["success", "meanLength"]);
		expect(restored({ curves: [] }).curves).toEqual([]);
		expect(restored({ curves: usual.curves.toReversed() })).toMatchObject({ curves: usual.curves });
		const figure = { panel: "curves", widthMm: 84, dpi: 150 };
		// Dots an inch are not looked at: they stay as this page has them.
		expect(restored({ layout: "figure", figure }).figure).toEqual({ ...figure, dpi: 600 });
		expect(restored({ layout: "inspect", figure }).figure).toEqual({ ...usual.figure, dpi: 600 });
	});

	it("lists curves and figures that do not exist, and takes the nearest width", () => {
		const notices = open({ layout: "figure", figure: "setup", width: 100, curves: ["success", "constructor"] });
		expect(notices).toEqual([
			'The figure of the view cannot be "setup".',
			"The width of the view was changed: 100 → 84.",
			'The curves of the view cannot have "constructor".',
		]);
		expect(layoutStore.getState()).toMatchObject({
			curves: ["success"],
			figure: { panel: "credit", widthMm: 84 },
		});
		expect(open({ width: "84", curves: "success" })).toEqual([
			'The width of the view cannot be "84".',
			"The curves of the view must be a list of names.",
		]);
	});

	it("is as usual where the link does not say otherwise, and stays where the link has no view", () => {
		layoutStore.setState({ rows: ["grpo"] });
		open({});
		expect(layoutStore.getState().rows).toEqual(["grpo"]);
		open({ layout: "compare" });
		expect(layoutStore.getState()).toMatchObject({ layout: "compare", rows: [], maximised: null });
	});

	it("leaves out and lists what does not exist", () => {
		const notices = open({
			layout: "nice",
			panels: ["tree", "<img src=x>"],
			rows: ["exact", "tempo", "tempo", "no-such"],
			granularity: 7,
			alignment: "__proto__",
			errors: "yes",
			lock: -1,
			head: "first",
			constructor: 1,
			zoom: 3,
		} as unknown as ViewState);
		expect(notices).toEqual([
			'"constructor" in the view could not be used and was left out.',
			'The view has no "zoom".',
			'The layout of the view cannot be "nice".',
			'The panels of the view cannot have "<img src=x>".',
			'The rows of the view cannot have "no-such".',
			"The granularity of the view cannot be 7.",
			'The alignment of the view cannot be "__proto__".',
			'The errors of the view cannot be "yes".',
			"The lock of the view must be a number above 0, not -1.",
			'The head of the view must be a whole number, not "first".',
		]);
		expect(layoutStore.getState()).toMatchObject({ layout: "inspect", rows: ["tempo"] });
		expect(viewStore.getState()).toEqual(viewStore.getInitialState());
	});

	it("takes a head that the policy has, and writes none where it is the first", () => {
		const { layers, heads } = first.spec.model;
		expect(open({ head: 99 })).toEqual([`The head of the view was changed: 99 → ${layers * heads - 1}.`]);
		expect(viewStore.getState().head).toBe(layers * heads - 1);
		expect(open({ head: -2 })).toEqual(["The head of the view was changed: -2 → 0."]);
		expect(decodeLink(share())).not.toHaveProperty("state.view.head");
		// Chosen while another preset with more heads was there.
		setView({ head: 99 });
		const hash = share();
		freshPage();
		expect(openLink(hash)?.notices).toEqual([]);
		expect(viewStore.getState().head).toBe(layers * heads - 1);
	});

	it("asks for at most twelve rows", () => {
		const many = Array.from({ length: 100 }, (_, i) => ["grpo", "rloo", "tempo"][i % 3] as string);
		open({ rows: many });
		expect(layoutStore.getState().rows).toEqual(["grpo", "rloo", "tempo"]);
	});
});

it.each(goldens.map(({ link }) => link))("takes all that the golden link %s carries", (link) => {
	expect(openLink(link)?.notices).toEqual([]);
});

describe("the selection in a link", () => {
	it("is a checkpoint and a token of the recording, and comes back when that is open", () => {
		openRecording();
		showFrame(2);
		chooseGroup(1);
		pinToken(3, 2);
		const hash = share();
		freshPage();
		setOpened(openLink(hash));
		expect(selectionStore.getState().pinned).toBeNull();
		openRecording();
		expect(selectionStore.getState()).toMatchObject({ step: 60, group: 1, pinned: { rollout: 3, token: 2 } });
		expect(runStore.getState().opened?.notices).toEqual([]);
	});

	it("is not written when it is what the recording opens with, nor of rollouts from a file", () => {
		const plain = share();
		openRecording();
		expect(share()).toBe(plain);
		chooseGroup(2);
		expect(share()).not.toBe(plain);
		runStore.setState({ latest: { ...latestAt(3), names: ["a"] } });
		expect(share()).toBe(plain);
	});

	it("of a run waits for its end, and yields to whoever looks elsewhere meanwhile", () => {
		for (const busy of [false, true]) {
			freshPage();
			open({ step: 60, rollout: 5, token: 1 }, ["wasm:00000000@0"]);
			openRecording();
			expect(selectionStore.getState().pinned).toBeNull();
			runStore.setState({ phase: "starting", spec: first.spec });
			timelineStore.setState({ frames, source: "live" });
			selectionStore.setState({ step: null, pinned: busy ? { rollout: 0, token: 0 } : null, hold: busy });
			runStore.setState({ phase: "done" });
			expect(selectionStore.getState().pinned).toEqual(busy ? { rollout: 0, token: 0 } : { rollout: 5, token: 1 });
		}
	});

	it("is clamped, or left out where that would mean another token, and both are listed", () => {
		expect(open({ step: 1e9, group: -3.5, token: "x" } as unknown as ViewState)).toEqual([
			`The step of the view was changed: 1000000000 → ${first.spec.steps}.`,
			"The group of the view was changed: -3.5 → 0.",
			"The token of the view was left out: it must be a number.",
		]);
		const openedWith = (view: ViewState) => {
			freshPage();
			open(view);
			openRecording();
			return runStore.getState().opened?.notices;
		};
		expect(openedWith({ group: 900 })).toEqual(["The group of the view was changed: 900 → 2."]);
		expect(selectionStore.getState().group).toBe(2);
		expect(openedWith({ rollout: 1, token: 99 })).toEqual([
			"The pinned token of the view was left out: there is no token 99 in rollout 1.",
		]);
		expect(openedWith({ step: 31, rollout: 1, token: 1 })).toEqual([
			"The link looks at a token of step 31, of which no rollouts are here; step 10 is the nearest.",
		]);
		expect(selectionStore.getState()).toMatchObject({ step: 10, pinned: null });
	});
});

describe("siblings in a link", () => {
	const four = { ...makeBatch({ groups: 2, size: 4, T: 5, vocab: 4 }), spec: first.spec };
	const openFour = () => {
		const recorded = [10, 60].map((step) => ({ latest: { ...four, step }, answers: [], exact: new Map() }));
		timelineStore.setState({
			frames: recorded,
			source: "recording",
			recorded: { preset: first.id, adapter: "a", opening: 10 },
		});
		showFrame(0);
	};
	/** What the panel shows, and keeps. */
	const shown = (): Pair => {
		const pair = pairFor(currentComparison()!, selectionStore.getState().pinned, pairStore.getState().pair)!;
		pairStore.setState({ pair });
		return pair;
	};
	const sides = () => [shown().left, shown().right];
	const reopened = (hash: string) => {
		freshPage();
		setOpened(openLink(hash));
		openFour();
		expect(runStore.getState().opened?.notices).toEqual([]);
	};

	it.each([
		["the pinned one on the left", () => pinToken(5, 2), [5, 7]],
		["the pinned one on the right", () => pinToken(7, 1), [5, 7]],
		["none of them pinned", () => chooseGroup(1), [4, 7]],
	] as const)("that somebody chose come back on the sides that they were on: %s", (_, last, expected) => {
		openFour();
		chooseGroup(1);
		if (expected[0] === 5) pinToken(5, 2);
		chooseSibling(7, shown());
		last();
		expect(sides()).toEqual(expected);
		const hash = share();
		const { pinned } = selectionStore.getState();
		reopened(hash);
		expect(sides()).toEqual(expected);
		expect(selectionStore.getState()).toMatchObject({ pinned, group: 1 });
		expect(share()).toBe(hash);
	});

	it("that come by themselves are not written, also after looking at them", () => {
		openFour();
		pinToken(1, 2);
		const plain = share();
		shown();
		expect(share()).toBe(plain);
		const [, right] = sides();
		chooseSibling([0, 2, 3].find((b) => b !== right)!, shown());
		expect(share()).not.toBe(plain);
		chooseGroup(1);
		expect(shown().chosen).toBe(false);
	});

	it("survive hostile numbers, each with a sentence", () => {
		const openedWith = (view: object) => {
			freshPage();
			open(view as ViewState);
			openFour();
			expect(pairStore.getState().pair).toBeNull();
			return runStore.getState().opened?.notices;
		};
		const NO_GROUP = (left: number, right: number) => [
			`The siblings of the view were left out: ${left} and ${right} are no two rollouts of one group.`,
		];
		expect(openedWith({ left: 0, right: 0 })).toEqual(NO_GROUP(0, 0));
		expect(openedWith({ left: 0, right: 4 })).toEqual(NO_GROUP(0, 4));
		expect(openedWith({ left: 900, right: 901 })).toEqual(NO_GROUP(900, 901));
		expect(openedWith({ left: 1 })).toEqual([
			"The siblings of the view were left out: a link names both of them, left and right.",
		]);
		expect(openedWith({ left: 1, right: 2, rollout: 3, token: 0 })).toEqual([
			"The siblings of the view were left out: the pinned token is in neither of 1 and 2.",
		]);
		expect(openedWith({ left: 1, right: 2, step: 31 })).toEqual([
			"The link looks at siblings of step 31, of which no rollouts are here; step 10 is the nearest.",
		]);
		expect(openedWith({ left: "1", right: ["2"] })).toEqual([
			"The left of the view was left out: it must be a number.",
			"The right of the view was left out: it must be a number.",
		]);
		freshPage();
		open({ left: 1.4, right: 1e300 });
		openFour();
		expect(runStore.getState().opened?.notices).toEqual([
			"The left of the view was changed: 1.4 → 1.",
			"The right of the view was changed: 1e+300 → 2147483647.",
			...NO_GROUP(1, 2147483647),
		]);
	});
});
