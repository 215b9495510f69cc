import { expect, it } from "vitest";
import { concatenated } from "./bytes";

it("puts parts one after another, into memory of its own", () => {
	const first = Uint8Array.of(1, 2);
	const whole = concatenated([first, Uint8Array.of(), Uint8Array.of(3)]);
	first[0] = 9;
	expect([...whole]).toEqual([1, 2, 3]);
	expect(concatenated([])).toHaveLength(0);
});
