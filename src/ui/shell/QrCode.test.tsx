// @vitest-environment jsdom
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import QrCode from "./QrCode";

/** Dark modules of the drawing without its quiet ground, by [row][column]. */
function modulesOf(text: string): boolean[][] {
	const holder = document.createElement("div");
	holder.innerHTML = renderToStaticMarkup(<QrCode text={text} />);
	const size = Number(holder.querySelector("svg")?.getAttribute("viewBox")?.split(" ")[3]);
	const rows = Array.from({ length: size }, () => new Array<boolean>(size).fill(false));
	for (const [, x, y, length] of holder
		.querySelector("path")
		?.getAttribute("d")
		?.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g) ?? [])
		rows[Number(y)]!.fill(true, Number(x), Number(x) + Number(length));
	const ground = rows.slice(0, 4).concat(
		rows.slice(-4),
		rows.map((row) => [...row.slice(0, 4), ...row.slice(-4)]),
	);
	expect(ground.flat()).not.toContain(true);
	return rows.slice(4, -4).map((row) => row.slice(4, -4));
}

const MASKS: readonly ((r: number, c: number) => boolean)[] = [
	(r, c) => (r + c) % 2 === 0,
	(r) => r % 2 === 0,
	(_, c) => c % 3 === 0,
	(r, c) => (r + c) % 3 === 0,
	(r, c) => ((r >> 1) + Math.floor(c / 3)) % 2 === 0,
	(r, c) => ((r * c) % 2) + ((r * c) % 3) === 0,
	(r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2 === 0,
	(r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2 === 0,
];

/**
 * What a reader gets out of the modules of a code of versions 2 to 5 with its weakest correction, whose bytes lie in one block
 * (ISO/IEC 18004): format, mask, zigzag of two columns, byte mode.
 */
function read(modules: boolean[][]): string {
	const N = modules.length;
	// Format bits lie left of the upper left finder pattern, masked by 101010000010010; the mask's number is in bits 12 to 10.
	const format = [0, 1, 2, 3, 4, 5].map((c) => Number(modules[8]![c]));
	const [level, mask] = [format.slice(0, 2), format.slice(2, 5)].map((bits) => Number.parseInt(bits.join(""), 2));
	expect(level! ^ 0b10).toBe(0b01);
	const flip = MASKS[mask! ^ 0b101]!;
	const corner = N - 7;
	const isFunction = (r: number, c: number) =>
		(r < 9 && c < 9) ||
		(r < 9 && c >= N - 8) ||
		(r >= N - 8 && c < 9) ||
		r === 6 ||
		c === 6 ||
		(Math.abs(r - corner) < 3 && Math.abs(c - corner) < 3);
	const bits: number[] = [];
	let up = true;
	for (let right = N - 1; right > 0; right -= 2) {
		if (right === 6) right--;
		for (let i = 0; i < N; i++)
			for (const c of [right, right - 1]) {
				const r = up ? N - 1 - i : i;
				if (!isFunction(r, c)) bits.push(Number(modules[r]![c] !== flip(r, c)));
			}
		up = !up;
	}
	const number = (from: number, length: number) => Number.parseInt(bits.slice(from, from + length).join(""), 2);
	expect(number(0, 4)).toBe(0b0100);
	return String.fromCharCode(...Array.from({ length: number(4, 8) }, (_, i) => number(12 + 8 * i, 8)));
}

describe("the QR code of a link", () => {
	it.each([
		["https://example.org/#1zq1YqULJS", 2],
		["https://example.org/ascribe/#1zq1YqULJSUMpOrUzJzy9yMFSqBQA", 4],
		["https://example.org/ascribe/#1zq1YqULJSUMpOrUzJzy9yMFTSUVBKBopUK-WmlmTkp4Aki3Ly80HiRfk5OfmlJXrp", 5],
	])("is read as %s by a reader written from the standard", (link, version) => {
		const modules = modulesOf(link);
		expect(modules.length).toBe(17 + 4 * version);
		expect(read(modules)).toBe(link);
	});
});
