import { type JSX, useCallback, useLayoutEffect, useRef } from "react";
import { oncePerFrame } from "../frame";
import { onceMeasured } from "./measured";

export interface Size {
	readonly width: number;
	readonly height: number;
}

interface Props {
	/** Draws into the element; called after each render, each change of size and each `redraws` call. */
	readonly draw: (element: HTMLElement, size: Size) => void;
	/** Subscribes to data that changes outside React; returns the way to stop. */
	readonly redraws?: (again: () => void) => () => void;
	readonly className?: string;
	/** The drawing is the same in a box of any size, like text that the browser wraps: it is not measured, and drawn before anything is. */
	readonly anySize?: boolean;
}

const ANY_SIZE: Size = { width: 0, height: 0 };

/** The bridge between React, which owns the box, and a chart function, which owns everything inside it. */
export function Chart({ draw, redraws, className, anySize = false }: Props): JSX.Element {
	const box = useRef<HTMLDivElement>(null);
	// Measured when it changes, never while drawing: reading a size makes the browser lay out what was just drawn.
	const size = useRef<Size | null>(anySize ? ANY_SIZE : null);
	const latest = useRef(draw);
	latest.current = draw;
	const paint = useCallback(() => {
		if (box.current && size.current) latest.current(box.current, size.current);
	}, []);
	useLayoutEffect(paint);
	useLayoutEffect(() => redraws?.(paint), [redraws, paint]);
	useLayoutEffect(() => {
		if (anySize) return;
		const resized = (width: number, height: number) => {
			if (size.current && isNear(width, size.current.width) && isNear(height, size.current.height)) return false;
			size.current = { width, height };
			return true;
		};
		onceMeasured(box.current as Element, (width, height) => {
			if (resized(width, height)) paint();
		});
		const paintSoon = oncePerFrame(paint);
		const observer = new ResizeObserver((entries) => {
			const { width, height } = (entries.at(-1) as ResizeObserverEntry).contentRect;
			if (resized(width, height)) paintSoon(undefined);
		});
		observer.observe(box.current as Element);
		return () => observer.disconnect();
	}, [paint, anySize]);
	return <div ref={box} className={className} />;
}

/** The first measurement is in whole pixels, those of the observer are not: less than a pixel is no reason to draw all again. */
const isNear = (a: number, b: number) => Math.abs(a - b) < 1;
