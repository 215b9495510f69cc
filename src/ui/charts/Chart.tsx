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
}

/** The bridge between React, which owns the box, and a chart function, which owns everything inside it. */
export function Chart({ draw, redraws, className }: Props): JSX.Element {
	const box = useRef<HTMLDivElement>(null);
	// Measured when it changes, never while drawing: reading a size makes the browser lay out what was just drawn.
	const size = useRef<Size | null>(null);
	const latest = useRef(draw);
	latest.current = draw;
	const paint = useCallback(() => {
		if (box.current && size.current) latest.current(box.current, size.current);
	}, []);
	useLayoutEffect(paint);
	useLayoutEffect(() => redraws?.(paint), [redraws, paint]);
	useLayoutEffect(() => {
		const resized = (width: number, height: number) => {
			if (width === size.current?.width && height === size.current.height) return false;
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
	}, [paint]);
	return <div ref={box} className={className} />;
}
