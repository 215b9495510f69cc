import { beforeEach, expect, it } from "vitest";
import { Pictures } from "./pictures";

/** A clock by hand: frames come every 16 ms, and every change made in one keeps the main thread for `cost` ms. */
class Machine {
	time = 0;
	cost = 0;
	busy = 0;
	readonly drawn: number[] = [];
	private readonly due: { at: number; then: () => void }[] = [];

	now = () => this.time;
	after = (ms: number, then: () => void) => void this.due.push({ at: this.time + ms, then });
	frame = (change: () => void, drawn: () => void) =>
		this.after(16 - (this.time % 16), () => {
			this.drawn.push(this.time);
			change();
			this.time += this.cost;
			this.busy += this.cost;
			drawn();
		});

	/** Lets time pass, calling `each` every 10 ms. */
	pass(ms: number, each: () => void = () => undefined): void {
		const end = this.time + ms;
		for (let next = this.time; this.time < end; next += 10) {
			this.due.sort((a, b) => a.at - b.at);
			while (this.due[0] && this.due[0].at <= next) {
				const { at, then } = this.due.shift() as { at: number; then: () => void };
				this.time = Math.max(this.time, at);
				then();
				this.due.sort((a, b) => a.at - b.at);
			}
			this.time = Math.max(this.time, next);
			each();
		}
	}
}

let machine: Machine;
let pictures: Pictures;
beforeEach(() => {
	machine = new Machine();
	pictures = new Pictures(machine);
});
const gaps = () => machine.drawn.slice(1).map((at, i) => at - (machine.drawn[i] as number));
const news = () => pictures.add("numbers", () => undefined);

it("makes all changes of a picture in one frame, the newest of each kind", () => {
	const made: string[] = [];
	for (let i = 0; i < 5; i++) pictures.add("numbers", () => made.push(`numbers ${i}`));
	pictures.add("curves", () => made.push("curves"));
	expect(made).toEqual([]);
	machine.pass(100);
	expect(made).toEqual(["numbers 4", "curves"]);
	expect(machine.drawn).toHaveLength(1);
});

it("draws the first news in the next frame, and cheap ones four times a second", () => {
	machine.cost = 5;
	news();
	machine.pass(30);
	expect(machine.drawn).toEqual([16]);
	machine.pass(10_000, news);
	expect(Math.min(...gaps())).toBeGreaterThanOrEqual(250);
	expect(Math.max(...gaps())).toBeLessThanOrEqual(300);
});

it("spaces dear pictures so that they take their share of the main thread and no more", () => {
	machine.cost = 40;
	machine.pass(60_000, news);
	expect(machine.busy / machine.time).toBeLessThanOrEqual(0.03);
	expect(machine.busy / machine.time).toBeGreaterThanOrEqual(0.027);
});

it("shows something every two seconds, whatever it costs", () => {
	machine.cost = 200;
	machine.pass(20_000, news);
	expect(Math.max(...gaps())).toBeLessThanOrEqual(2000 + 30);
});

it("lets what somebody looks for come at once, and makes up for it later", () => {
	machine.cost = 30;
	news();
	machine.pass(50);
	news();
	pictures.hurry("answer", () => undefined);
	machine.pass(60);
	expect(machine.drawn).toHaveLength(2);
	expect(gaps()[0]).toBeLessThanOrEqual(50);
	news();
	machine.pass(3000);
	// Two pictures of 30 ms buy 2000 ms.
	expect(gaps()[1]).toBeGreaterThanOrEqual(1900);
	expect(machine.drawn).toHaveLength(3);
});

it("rushes what waits, and asks for no frame when nothing does", () => {
	machine.cost = 30;
	pictures.rush();
	news();
	machine.pass(50);
	expect(machine.drawn).toHaveLength(1);
	news();
	pictures.rush();
	machine.pass(50);
	expect(machine.drawn).toHaveLength(2);
	machine.pass(5000);
	expect(machine.drawn).toHaveLength(2);
});
