// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it } from "vitest";
import { askForSides } from "../siblings/pair";
import { leaveSides, listenToSides } from "./sideListeners";

let stop = () => {};
beforeEach(() => {
	stop = () => {};
});
afterEach(() => {
	stop();
	document.body.replaceChildren();
});

/** Texts as they come on screen, in place of those before. */
function comesOnScreen(): HTMLElement {
	const before = document.querySelector<HTMLElement>("div");
	if (before) leaveSides(before);
	stop();
	before?.remove();
	const box = document.createElement("div");
	box.tabIndex = -1;
	box.append(document.createElement("button"));
	document.body.append(box);
	stop = listenToSides(box);
	return box;
}
const hasFocus = (box: HTMLElement) => document.activeElement === box;

it("leaves the focus alone for pairs that come by themselves, and takes it once for a person's wish", () => {
	expect(hasFocus(comesOnScreen())).toBe(false);
	expect(hasFocus(comesOnScreen())).toBe(false);
	askForSides();
	const box = comesOnScreen();
	expect(hasFocus(box)).toBe(true);
	box.blur();
	expect(hasFocus(comesOnScreen())).toBe(false);
});

it("keeps the focus of who reads there when another pair comes", () => {
	comesOnScreen().querySelector("button")?.focus();
	expect(hasFocus(comesOnScreen())).toBe(true);
});

it("never takes the focus from something else", () => {
	const field = document.createElement("input");
	document.body.append(field);
	field.focus();
	askForSides();
	comesOnScreen();
	expect(document.activeElement).toBe(field);
});
