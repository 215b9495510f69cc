// @vitest-environment jsdom
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { courtesy } from "../workers/courtesy";
import { followInput } from "./input";

const ended = vi.fn();
const begin = vi.spyOn(courtesy, "begin").mockReturnValue(ended);
const scroll = () => document.body.dispatchEvent(new Event("scroll"));

beforeAll(() => {
	vi.useFakeTimers();
	followInput();
});
afterEach(() => {
	vi.advanceTimersByTime(1000);
	vi.clearAllMocks();
});

it("workers wait from the second move of a scroll until it rests", () => {
	scroll();
	expect(begin).not.toHaveBeenCalled();
	for (let i = 0; i < 10; i++) {
		vi.advanceTimersByTime(16);
		scroll();
	}
	expect(begin).toHaveBeenCalledTimes(1);
	vi.advanceTimersByTime(90);
	expect(ended).not.toHaveBeenCalled();
	vi.advanceTimersByTime(20);
	expect(ended).toHaveBeenCalledTimes(1);
});

it("what the page scrolls by itself now and then holds nobody up", () => {
	for (let i = 0; i < 5; i++) {
		vi.advanceTimersByTime(250);
		scroll();
	}
	expect(begin).not.toHaveBeenCalled();
});
