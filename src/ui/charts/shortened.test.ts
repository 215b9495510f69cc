import { expect, it } from "vitest";
import { shortened } from "./shortened";

it("cuts what does not fit, and leaves out what would be an ellipsis alone", () => {
	expect([5, 4, 2, 1].map((letters) => shortened("apple", letters))).toEqual(["apple", "app…", "a…", ""]);
});
