import { describe, expect, it } from "vitest";
import { Turns } from "./turns";

const later = (ms = 1) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe("turns", () => {
	it("come at once while nothing is waited for", () => {
		const turns = new Turns();
		const seen: number[] = [];
		turns.do(() => seen.push(1));
		turns.do(() => seen.push(2));
		expect(seen).toEqual([1, 2]);
	});

	it("keep their order behind one that takes its time, and come at once again afterwards", async () => {
		const turns = new Turns();
		const seen: number[] = [];
		const held = turns.hold(async () => {
			await later();
			seen.push(1);
		});
		turns.do(() => seen.push(2));
		const asked = turns.ask(async () => seen.push(3));
		expect(seen).toEqual([]);
		await Promise.all([held, asked]);
		await later();
		turns.do(() => seen.push(4));
		expect(seen).toEqual([1, 2, 3, 4]);
	});

	it("go on after one that failed, which alone is told", async () => {
		const turns = new Turns();
		const seen: number[] = [];
		const failed = turns.hold(() => Promise.reject(new Error("no")));
		const asked = turns.ask(async () => seen.push(1));
		await expect(failed).rejects.toThrow("no");
		await asked;
		expect(seen).toEqual([1]);
	});
});
