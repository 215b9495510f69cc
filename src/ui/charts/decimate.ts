import type { LineData } from "./lineChart";

/**
 * Thins a series to at most two points per pixel column, the smallest and the largest of each in their order, so that
 * no spike is lost. Series with at most two points a column come back whole. NaN are kept as gaps of their column.
 */
export function decimate(data: LineData, columns: number): (readonly [number, number])[] {
	const { x, y, length } = data;
	if (length <= 2 * columns) return Array.from({ length }, (_, i) => [x[i] as number, y[i] as number] as const);
	const out: (readonly [number, number])[] = [];
	for (let c = 0; c < columns; c++) {
		const from = Math.floor((c * length) / columns);
		const to = Math.floor(((c + 1) * length) / columns);
		let low = from;
		let high = from;
		for (let i = from + 1; i < to; i++) {
			if ((y[i] as number) < (y[low] as number) || Number.isNaN(y[low])) low = i;
			if ((y[i] as number) > (y[high] as number) || Number.isNaN(y[high])) high = i;
		}
		for (const i of low === high ? [low] : [Math.min(low, high), Math.max(low, high)])
			out.push([x[i] as number, y[i] as number]);
	}
	return out;
}
