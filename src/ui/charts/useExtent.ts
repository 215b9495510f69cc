import { type RefObject, useLayoutEffect, useRef, useState } from "react";

type Measured = readonly [RefObject<HTMLDivElement | null>, number];

/** The width of an element in CSS pixels, 0 before it is laid out; renders again when it changes. */
export const useWidth = (): Measured => useExtent("width");

/** The height of an element in CSS pixels, likewise. */
export const useHeight = (): Measured => useExtent("height");

function useExtent(side: "width" | "height"): Measured {
	const box = useRef<HTMLDivElement>(null);
	const [extent, setExtent] = useState(0);
	useLayoutEffect(() => {
		const observer = new ResizeObserver(([entry]) => setExtent(Math.round(entry?.contentRect[side] ?? 0)));
		observer.observe(box.current as Element);
		return () => observer.disconnect();
	}, [side]);
	return [box, extent];
}
